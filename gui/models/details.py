"""All that a server tells of one model, read with tolerance.

Read as raw JSON: the ollama package loses the system prompt, the messages and the tensors,
and refuses an answer without `model_info`. Shapes: Ollama's `/api/show`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gui.models import reading
from gui.models.lines import storable_text
from gui.models.names import same_name
from gui.records import ModelDetails, ModelInfo

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_MOST_PAIRS = 2000
_MOST_TENSORS = 20_000
_LONGEST_VALUE = 500
_MOST_DIMENSIONS = 8
_LAYER = re.compile(r"(FROM|ADAPTER|DRAFT) .*\bsha256-([0-9a-f]{64})")
_WHAT = {"FROM": "model", "ADAPTER": "adapter", "DRAFT": "draft"}


async def read_details(client: ModelClient, name: str) -> ModelDetails:
    """The details of a model, with size and digest from the list; raises ModelNotFound."""
    answer = await client.show_answer(name)
    listed = next((m for m in await client.list_models() if same_name(m.name, name)), None)
    return details_of(name, answer, listed)


def details_of(
    name: str, answer: Mapping[str, Any], listed: ModelInfo | None = None
) -> ModelDetails:
    """An answer of `/api/show` as a record; what is not as it should be is left out."""
    info = reading.shown(name, answer)
    if listed is not None:
        info = replace(
            info,
            digest=listed.digest,
            size=listed.size,
            modified_at=info.modified_at or listed.modified_at,
            context_length=info.context_length or listed.context_length,
            capabilities=info.capabilities or listed.capabilities,
        )
    modelfile = reading.text(answer, "modelfile")
    return ModelDetails(
        info=info,
        modelfile=modelfile,
        template=reading.text(answer, "template"),
        system=reading.text(answer, "system"),
        parameters=reading.text(answer, "parameters"),
        license=info.license,
        digest=info.digest,
        metadata=tuple(_metadata(answer)),
        tensors=tuple(_tensors(answer.get("tensors"))),
        messages=tuple(_messages(answer.get("messages"))),
        layers=tuple(_layers(modelfile)),
    )


def _metadata(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Readable pairs, what is general first; the projector's after the model's."""
    for key in ("model_info", "projector_info"):
        pairs = reading.object_in(answer, key)
        names = sorted(map(str, pairs), key=lambda name: (not name.startswith("general."), name))
        for name in names[:_MOST_PAIRS]:
            if value := _readable(pairs[name]):
                yield storable_text(name[:_LONGEST_VALUE]), value


def _readable(value: Any) -> str:
    """A value of a header; "" for one that says nothing, as the long lists left out do."""
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list):
        return _cut(", ".join(_readable(item) for item in value[:100]))
    if value is None or isinstance(value, dict):
        return ""
    return _cut(json.dumps(value))


def _cut(text: str) -> str:
    text = storable_text(text[: _LONGEST_VALUE + 1])
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _layers(modelfile: str) -> Iterator[tuple[str, str]]:
    """The files that it begins with; from the first other instruction on, texts are foreign."""
    for line in modelfile.split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(tuple(_WHAT)):
            return
        if found := _LAYER.fullmatch(line.rstrip()):
            yield _WHAT[found[1]], f"sha256:{found[2]}"


def _tensors(listed: Any) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    for entry in listed[:_MOST_TENSORS] if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        name, shape = reading.text(entry, "name"), entry.get("shape")
        if name and isinstance(shape, list) and len(shape) <= _MOST_DIMENSIONS:
            sizes = tuple(size for size in shape if type(size) is int and 0 <= size < 2**63)
            yield _cut(name), _cut(reading.text(entry, "type")), sizes


def _messages(listed: Any) -> Iterator[tuple[str, str]]:
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and (role := reading.text(entry, "role")):
            yield role, reading.text(entry, "content")
