"""What a model begins with: the layers of another one, or those of uploaded files."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gui.engine.create.pieces import Piece, of_json, of_text
from gui.engine.create.threads import stopping
from gui.engine.create.uploads import Upload, Uploads
from gui.engine.gguf.header import GgufHeader
from gui.engine.gguf.kinds import Kind, kind_of
from gui.engine.gguf.merge import merge
from gui.engine.gguf.reader import read_header
from gui.engine.gguf.split import shard_of
from gui.engine.store import manifests
from gui.engine.store.blobs import BlobStore
from gui.engine.store.manifests import Layer
from gui.engine.store.models import ModelStore
from gui.engine.store.stored import StoredModel
from gui.engine.templates.named import detect
from gui.engine.wire import ApiError

Line = dict[str, Any]
"""One line of the progress, as `/api/create` sends it."""

_INHERITED = ("renderer", "parser", "requires")
_NO_DIGEST = "0000000000000000000"


@dataclass(frozen=True, slots=True)
class Base:
    """Where a model comes from: its layers, the header of its weights, inherited config."""

    pieces: tuple[Piece, ...]
    header: GgufHeader
    projectors: tuple[GgufHeader, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


def of_model(store: ModelStore, model: StoredModel) -> Base:
    """A model that is here; of one without a manifest the whole file may be read for its digest.

    Raises ApiError, DamagedModel, OSError.
    """
    if model.header is None:
        raise ApiError(500, model.problem)
    header = store.header_of(model)
    if model.manifest is not None:
        projectors = tuple(read_header(path) for path in model.contents.projectors)
        return Base(_taken_over(model), header, projectors, _inherited(model))
    if kind_of(header) is not Kind.MODEL:
        raise ApiError(400, f"{model.name.shortest} is a {kind_of(header)}, not a model")
    if shard_of(header) is not None:
        raise ApiError(400, f"{model.name.shortest} is one of several files: upload all of them")
    digest = store.digest_of(model)
    if not digest:
        raise ApiError(500, f"the file of {model.name.shortest} cannot be read")
    weights = Layer(manifests.MODEL, f"sha256:{digest}", model.size, model.name.shortest)
    licenses = [of_text(manifests.LICENSE, text) for text in model.contents.licenses]
    return Base((Piece(weights, file=model.path), *licenses), header)


def _taken_over(model: StoredModel) -> tuple[Piece, ...]:
    layers = model.manifest.layers if model.manifest else ()
    origin = model.name.shortest
    return tuple(
        Piece(Layer(layer.media_type, layer.digest, layer.size, origin)) for layer in layers
    )


def _inherited(model: StoredModel) -> dict[str, str]:
    known = {key: model.contents.configured(key) for key in _INHERITED}
    return {key: value for key, value in known.items() if value}


def of_files(
    blobs: BlobStore, uploads: Uploads, stopped: threading.Event
) -> Generator[Line, None, Base]:
    """The uploaded files, parts of a model made into one; raises DamagedModel, OSError."""
    yield from parsing(len(uploads))
    if len(uploads.models) > 1:
        yield {"status": "converting model"}
        model = _merged(blobs, uploads.models, stopped)
    else:
        model = uploads.models[0]
    size = model.header.file_size
    validating = {"digest": _NO_DIGEST, "total": size, "completed": size}
    yield {"status": "validating GGUF model", **validating}
    yield {"status": "verifying conversion"}
    weights = _file_piece(manifests.MODEL, model)
    projectors = [_file_piece(manifests.PROJECTOR, upload) for upload in uploads.projectors]
    return Base(
        (weights, *projectors, *_detected(model.header)),
        model.header,
        tuple(upload.header for upload in uploads.projectors),
    )


def parsing(count: int) -> Generator[Line, None, None]:
    """The line that Ollama says of every file."""
    for _ in range(count):
        yield {"status": "parsing GGUF"}


def adapter_pieces(uploads: Sequence[Upload]) -> list[Piece]:
    """The layers of adapters."""
    return [_file_piece(manifests.ADAPTER, upload) for upload in uploads]


def _file_piece(media_type: str, upload: Upload) -> Piece:
    return Piece(Layer(media_type, upload.digest, upload.header.file_size))


def _merged(blobs: BlobStore, parts: Sequence[Upload], stopped: threading.Event) -> Upload:
    with blobs.receive() as writer:
        merge([part.path for part in parts], stopping(stopped, writer.write))
        digest = writer.commit()
    path = blobs.path(digest)
    return Upload(parts[0].label, digest, path, read_header(path))


def _detected(header: GgufHeader) -> list[Piece]:
    """The named template that the file's own is nearest to, with its words that stop a reply."""
    named = detect(header.chat_template) if header.chat_template else None
    if named is None:
        return []
    announcement = f"using autodetected template {named.name}"
    pieces = [of_text(manifests.TEMPLATE, named.source, announcement)]
    if named.stop:
        pieces.append(of_json(manifests.PARAMS, {"stop": list(named.stop)}))
    return pieces
