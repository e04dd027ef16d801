"""Model files that a person brings, looked at and turned into a proposal for a Modelfile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gui.errors import ModelError
from gui.language import tr
from gui.models.gguf_header import (
    GgufHeader,
    GgufKind,
    NotGguf,
    is_gguf,
    read_gguf_header,
)
from gui.models.modelfile.commands import Command, Instruction
from gui.models.modelfile.folders import files_of
from gui.models.modelfile.printer import print_command
from gui.records.modelfile import ImportProposal, ModelFile

_PART_NAME = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.ASCII)
_QUANTIZATION = re.compile(r"[-._](?:i?q\d\w*|tq\d\w*|f16|f32|bf16|fp16|mxfp4)$", re.IGNORECASE)
_UNNAMED = frozenset({"", "model", "ggml-model", "ggml-model-f16", "unsloth", "adapter", "lora"})
_MODELFILE = "modelfile"
_MOST_FILES = 2000
_LONGEST_NAME = 60


class ImportRefused(ModelError):
    """The files are no one model."""


def look_at(paths: Sequence[Path]) -> ImportProposal | Path:
    """What can be made of `paths`; blocks. A Modelfile among them is given back as it is.

    Raises NotGguf, ImportRefused and other ModelErrors.
    """
    for path in paths:
        if modelfile := _modelfile(path):
            return modelfile
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if path not in folders]
    for folder in folders:
        inside = _ggufs(folder)
        if not inside:
            return _of_folder(folder)
        files += inside
    if not files:
        raise ImportRefused(tr("There is nothing to import."), tr("Choose a GGUF file."))
    return _of_files([read_gguf_header(path) for path in dict.fromkeys(files)])


def _modelfile(path: Path) -> Path | None:
    """The Modelfile that `path` is or has in it."""
    if path.is_dir():
        inside = path / "Modelfile"
        return inside if inside.is_file() else None
    name = path.name.lower()
    looks_like_one = name.startswith(_MODELFILE) or name.endswith("." + _MODELFILE)
    return path if looks_like_one and not is_gguf(path) else None


def _ggufs(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() == ".gguf"]
    except OSError as error:
        raise NotGguf(folder.name, error.strerror or str(error)) from error
    return sorted(found)[:_MOST_FILES]


def _of_folder(folder: Path) -> ImportProposal:
    """A model as its makers publish it: safetensors files with their settings."""
    paths = files_of(folder, 0)
    size = sum(path.stat().st_size for path in paths)
    file = ModelFile(folder, "folder", folder.name, size)
    lines = [tr("Made from the folder {folder}.", folder=folder.name)]
    text = _text(lines, [Command(Instruction.FROM, str(folder))])
    return ImportProposal(name_for(folder.name), text, (file,), (folder,))


def _of_files(headers: Sequence[GgufHeader]) -> ImportProposal:
    models = list(_models([each for each in headers if each.kind is GgufKind.MODEL]))
    projectors = [each for each in headers if each.kind is GgufKind.PROJECTOR]
    adapters = [each for each in headers if each.kind is GgufKind.ADAPTER]
    for several in (models, projectors, adapters):
        if len(several) > 1:
            raise _too_many([_first(each).path.name for each in several])
    if projectors and not models:
        raise ImportRefused(
            tr("{file} lets a model see; alone it is no model.", file=projectors[0].path.name),
            tr("Choose it together with the file of its model."),
        )
    groups = [*models, *((each,) for each in (*projectors, *adapters))]
    commands = [
        Command(Instruction.ADAPTER if each in adapters else Instruction.FROM, str(each.path))
        for group in groups
        for each in group
    ]
    files = tuple(map(_described, groups))
    return ImportProposal(
        name=_name(files[0]),
        text=_text(list(_comments(files)), commands),
        files=files,
        paths=tuple(each.path for group in groups for each in group),
        needs_base=not models,
    )


def _first(model: GgufHeader | Sequence[GgufHeader]) -> GgufHeader:
    return model if isinstance(model, GgufHeader) else model[0]


def _too_many(names: Sequence[str]) -> ImportRefused:
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return ImportRefused(
        tr("These are {count} different models: {names}.", count=len(names), names=shown),
        tr("Choose one of them; each becomes a model of its own."),
    )


def _models(headers: Iterable[GgufHeader]) -> Iterator[tuple[GgufHeader, ...]]:
    """Each model with all of its parts, in their order; raises ImportRefused for one missing."""
    seen: set[Path] = set()
    known = {header.path: header for header in headers}
    for header in known.values():
        if header.path in seen:
            continue
        parts = _parts(header, known) if header.parts else (header,)
        seen.update(part.path for part in parts)
        yield parts


def _parts(header: GgufHeader, known: dict[Path, GgufHeader]) -> tuple[GgufHeader, ...]:
    """All parts of a model: those given, and those beside it by their name."""
    found: dict[int, GgufHeader] = {header.part: header}
    match = _PART_NAME.fullmatch(header.path.name)
    for other in known.values():
        if other.parts == header.parts and _stem(other.path) == _stem(header.path):
            found.setdefault(other.part, other)
    for number in range(1, header.parts + 1):
        if number in found:
            continue
        name = f"{match['stem']}-{number:05}-of-{match['count']}.gguf" if match else ""
        path = header.path.with_name(name) if name else None
        if path is None or not path.is_file():
            raise _part_missing(number, header.parts, name)
        found[number] = read_gguf_header(path)
        if (found[number].part, found[number].parts) != (number, header.parts):
            raise _part_missing(number, header.parts, name)
    return tuple(found[number] for number in range(1, header.parts + 1))


def _stem(path: Path) -> tuple[Path, str]:
    """What the names of all parts of a model have in common."""
    match = _PART_NAME.fullmatch(path.name)
    return path.parent, match["stem"] if match else ""


def _part_missing(number: int, count: int, name: str) -> ImportRefused:
    what = tr("Part {number} of {count} is missing.", number=number, count=count)
    if name:
        what = tr(
            "Part {number} of {count} is missing: {file}.", number=number, count=count, file=name
        )
    return ImportRefused(what, tr("Put all parts into one folder, then choose one of them."))


def _described(group: Sequence[GgufHeader]) -> ModelFile:
    first = group[0]
    return ModelFile(
        path=first.path,
        kind=first.kind,
        title=first.name,
        size=sum(each.size for each in group),
        architecture=first.architecture,
        parameters=first.size_label,
        quantization=first.quantization,
        context_length=first.context_length,
        has_template=first.has_template,
        parts=first.parts,
        base=first.base,
    )


def _comments(files: Sequence[ModelFile]) -> Iterator[str]:
    for file in files:
        if file.kind == GgufKind.ADAPTER and len(files) == 1:
            yield tr("An adapter changes a base model: name the one it was trained on in a FROM.")
            if file.base:
                yield tr("The file says: {base}.", base=file.base)
        elif file.kind == GgufKind.MODEL:
            yield tr("Made from {file}.", file=file.path.name)
            if not file.has_template:
                yield tr("It has no chat template: without a TEMPLATE it only continues texts.")


def _text(comments: Sequence[str], commands: Sequence[Command]) -> str:
    # A name of a file can have newlines in it, and what is behind them would be instructions.
    shown = [
        f"# {''.join(sign if sign.isprintable() else ' ' for sign in line)}" for line in comments
    ]
    return "".join(f"{line}\n" for line in [*shown, *map(print_command, commands)])


def _name(file: ModelFile) -> str:
    match = _PART_NAME.fullmatch(file.path.name)
    stem = match["stem"] if match else file.path.stem
    name = name_for(_QUANTIZATION.sub("", stem))
    return name_for(file.title) if name in _UNNAMED and file.title else name


def name_for(text: str) -> str:
    """A model's name made of any text."""
    plain = re.sub(r"[^a-z0-9_.]+", "-", text.lower())[:_LONGEST_NAME]
    return plain.strip("-._") or "my-model"
