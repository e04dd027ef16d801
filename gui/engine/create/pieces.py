"""The layers of a model that is being made, before they are on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.engine.create.request import CreateRequest
from gui.engine.store import manifests
from gui.engine.store.blobs import BlobStore
from gui.engine.store.manifests import Layer
from gui.engine.wire import ApiError, to_json


@dataclass(frozen=True, slots=True)
class Piece:
    """One layer: a blob that is there already, or what is to become one."""

    layer: Layer
    data: bytes | None = None
    file: Path | None = None
    """A file outside the store with the content of the layer."""
    announcement: str = ""
    """The status line of this layer, if it is not about being new or there already."""

    def status(self, blobs: BlobStore) -> str:
        """What Ollama says of the layer before it is kept."""
        if self.announcement:
            return self.announcement
        kind = "using existing layer" if blobs.has(self.layer.digest) else "creating new layer"
        return f"{kind} {self.layer.digest}"

    @property
    def is_at_hand(self) -> bool:
        """Whether the blob can be written, should it not be there."""
        return self.data is not None or self.file is not None

    def keep(self, blobs: BlobStore) -> None:
        """Have the blob on disk, if it is at hand; raises OSError, DigestMismatch."""
        if self.data is not None:
            blobs.add(self.data)
        elif self.file is not None:
            blobs.adopt(self.file, self.layer.digest)


def of_bytes(media_type: str, data: bytes, announcement: str = "") -> Piece:
    """A layer of small content."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Piece(Layer(media_type, digest, len(data)), data, announcement=announcement)


def of_text(media_type: str, text: str, announcement: str = "") -> Piece:
    """A layer of text."""
    return of_bytes(media_type, text.encode(), announcement)


def of_json(media_type: str, value: Any) -> Piece:
    """A layer of JSON; raises ApiError for what cannot be written."""
    try:
        return of_bytes(media_type, to_json(value))
    except (RecursionError, ValueError):
        raise ApiError(400, "exceeded max depth") from None


def with_request(
    base: Sequence[Piece], request: CreateRequest, blobs: BlobStore
) -> tuple[Piece, ...]:
    """The base with what the request says: replaced, merged or added. Order as Ollama's."""
    pieces = list(base)
    if request.template:
        pieces = _without(pieces, manifests.TEMPLATE, manifests.PROMPT)
        pieces.append(of_text(manifests.TEMPLATE, request.template))
    if request.system:
        pieces = _without(pieces, manifests.SYSTEM)
        pieces.append(of_text(manifests.SYSTEM, request.system))
    pieces += [of_text(manifests.LICENSE, text) for text in request.licenses]
    if request.parameters:
        merged = {**_parameters(pieces, blobs), **request.parameters}
        pieces = _without(pieces, manifests.PARAMS)
        pieces.append(of_json(manifests.PARAMS, dict(sorted(merged.items()))))
    if request.messages:
        pieces = _without(pieces, manifests.MESSAGES)
        pieces.append(of_json(manifests.MESSAGES, list(request.messages)))
    return tuple(_distinct(pieces))


def _without(pieces: Iterable[Piece], *media_types: str) -> list[Piece]:
    return [piece for piece in pieces if piece.layer.media_type not in media_types]


def _distinct(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Each layer once: the same licence given again adds nothing."""
    return {(piece.layer.media_type, piece.layer.digest): piece for piece in pieces}.values()


def _parameters(pieces: Iterable[Piece], blobs: BlobStore) -> dict[str, Any]:
    """The parameters the base has already."""
    known: dict[str, Any] = {}
    for piece in pieces:
        if piece.layer.media_type == manifests.PARAMS:
            known |= _read_object(piece, blobs)
    return known


def _read_object(piece: Piece, blobs: BlobStore) -> Mapping[str, Any]:
    try:
        data = piece.data
        value = json.loads(blobs.path(piece.layer.digest).read_bytes() if data is None else data)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
