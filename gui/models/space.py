"""The space that deleting a model frees; models share the files they are made of."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gui.errors import ModelNotFound
from gui.models.details import read_details
from gui.models.names import same_name
from gui.records import ModelInfo, ServerKind

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_MOST_ASKED = 20
_FILE = re.compile(r"^FROM (.*\bsha256-[0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FreedSpace:
    """Bytes that go with a model, and who keeps its large file when they are none.

    With both, `size` is the most it can be: `shared_with` is a file outside the server's
    store with the same bytes, which may be the same file under a second name. The disk
    tells whether it is, if it is ours to ask: that of the built-in engine.
    """

    size: int
    shared_with: str = ""


async def freed_by(client: ModelClient, name: str) -> FreedSpace:
    """What deleting `name` frees. Raises ModelNotFound and what `ModelClient` raises.

    Models of one digest share everything. A model made from another has its weights: told
    by the files that the Modelfiles of both name, asked of those that look alike only.
    """
    models = await client.list_models()
    model = next((m for m in models if same_name(m.name, name)), None)
    if model is None:
        raise ModelNotFound(name)
    others = [other for other in models if other is not model and _look_alike(other, model)]
    others.sort(key=lambda other: other.digest != model.digest)
    weights: set[str] | None = None
    beside = ""
    for other in others[:_MOST_ASKED]:
        if other.digest and other.digest == model.digest:
            return FreedSpace(0, other.name)
        if weights is None:
            weights = await _weights(client, model.name)
        if f"sha256:{_hex(other)}" in weights:
            beside = other.name
        elif weights & await _weights(client, other.name):
            return FreedSpace(0, other.name)
    if beside and client.endpoint.kind is ServerKind.BUILT_IN:
        return await _freed_beside(client, model, beside)
    return FreedSpace(model.size, beside)


async def _freed_beside(client: ModelClient, model: ModelInfo, beside: str) -> FreedSpace:
    """What goes with a model whose bytes a file on this machine has too."""
    found = _FILE.search((await read_details(client, model.name)).modelfile)
    match await asyncio.to_thread(_names_of, found[1]) if found else 0:
        case 0:
            return FreedSpace(model.size, beside)
        case 1:
            return FreedSpace(model.size)
        case _:
            return FreedSpace(0, beside)


def _names_of(file: str) -> int:
    """How many names a file has on its disk; 0 if that cannot be told."""
    try:
        return Path(file).stat().st_nlink
    except (OSError, ValueError):
        return 0


def _look_alike(one: ModelInfo, other: ModelInfo) -> bool:
    if one.digest and one.digest == other.digest:
        return True
    kinds = [(m.family, m.parameter_size, m.quantization) for m in (one, other)]
    return kinds[0] == kinds[1]


def _hex(model: ModelInfo) -> str:
    """The digest of a model; that of one which is only a file is the file's (our engine)."""
    return model.digest.removeprefix("sha256:")


async def _weights(client: ModelClient, name: str) -> set[str]:
    """Digests of the large file; none for a model that went away meanwhile."""
    try:
        details = await read_details(client, name)
    except ModelNotFound:
        return set()
    return {digest for what, digest in details.layers if what == "model"}
