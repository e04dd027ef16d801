"""The files of a repository put together into what a person can choose.

Names of files are the only description there is. The customs: parts of a split file end in
`-00001-of-00003.gguf` (llama.cpp, gguf-split); a projector has `mmproj` in its name; the
quantisation stands in the name, or else in that of its folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gui.models.huggingface.places import is_safe_name
from gui.records import HubFile, HubFileKind, HubPart

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])"
    r"((?:UD-)?(?:I?Q[1-8](?:_(?:\d|K|S|M|L|XL|XS|XXS|NL|P))*|TQ[12]_0|MXFP4(?:_MOE)?|NVFP4)"
    r"|BF16|FP?16|FP?32)"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PROJECTOR = re.compile(r"(?<![a-z])mmproj(?![a-z])", re.IGNORECASE)
_ADAPTER = re.compile(r"(?<![a-z])(?:lora|adapter)(?![a-z])", re.IGNORECASE)
_NO_MODEL = re.compile(r"(?<![a-z])(?:imatrix|vocab)(?![a-z])", re.IGNORECASE)
_ORDER = tuple(HubFileKind)


def choices(parts: Iterable[HubPart]) -> tuple[HubFile, ...]:
    """What can be chosen: models first, the smaller before the larger.

    A split file of which a part is missing, and whatever has a name that would lead out of
    its folder, is left out.
    """
    single: list[HubFile] = []
    split: dict[tuple[str, int], dict[int, HubPart]] = {}
    for part in parts:
        if not part.name.lower().endswith(".gguf") or not is_safe_name(part.name):
            continue
        if _NO_MODEL.search(_last(part.name)):
            continue
        if match := _SPLIT.fullmatch(part.name):
            whole = split.setdefault((match["stem"], int(match["count"])), {})
            whole[int(match["number"])] = part
        else:
            single.append(_file(part.name, (part,)))
    for (stem, count), numbered in split.items():
        if set(numbered) == set(range(1, count + 1)):
            single.append(_file(stem, tuple(part for _, part in sorted(numbered.items()))))
    return tuple(sorted(single, key=lambda f: (_ORDER.index(f.kind), f.size, f.name)))


def quantization_in(name: str) -> str:
    """The quantisation that a file's name, or its folder's, tells; "" if none."""
    folder, _, last = name.rpartition("/")
    for text in (last, folder):
        if found := _QUANTIZATION.findall(text):
            tag: str = found[-1].upper()
            return re.sub(r"^FP(?=\d)", "F", tag)
    return ""


def kind_of(name: str) -> HubFileKind:
    """What a file is for, as its name tells."""
    if _PROJECTOR.search(_last(name)):
        return HubFileKind.PROJECTOR
    return HubFileKind.ADAPTER if _ADAPTER.search(_last(name)) else HubFileKind.MODEL


def _file(stem: str, parts: tuple[HubPart, ...]) -> HubFile:
    size = sum(part.size for part in parts)
    return HubFile(parts[0].name, size, quantization_in(stem), kind_of(stem), parts)


def _last(name: str) -> str:
    return name.rpartition("/")[2]
