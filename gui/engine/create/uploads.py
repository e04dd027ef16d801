"""Uploaded files that a model is made from: what each is, checked before anything is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gui.engine.create.faults import missing
from gui.engine.gguf.header import DamagedModel, GgufHeader
from gui.engine.gguf.kinds import Kind, kind_of
from gui.engine.gguf.reader import read_header
from gui.engine.gguf.split import ordered
from gui.engine.store.blobs import BlobStore
from gui.engine.wire import ApiError

_NOT_GGUF = "supplied file was not in GGUF format"
_SAFETENSORS = (
    "this engine reads GGUF files only: convert the model first, "
    "for example with llama.cpp's convert_hf_to_gguf.py"
)
_ONE_ADAPTER = "only one adapter is currently supported"


@dataclass(frozen=True, slots=True)
class Upload:
    """A GGUF file under its digest. `label` is the name it had where it came from."""

    label: str
    digest: str
    path: Path
    header: GgufHeader

    @property
    def kind(self) -> Kind:
        """What the file is for."""
        return kind_of(self.header)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Sorted files: `models` are the parts of one model from first to last."""

    models: tuple[Upload, ...]
    projectors: tuple[Upload, ...]
    adapters: tuple[Upload, ...]

    def __len__(self) -> int:
        return len(self.models) + len(self.projectors) + len(self.adapters)


def read_base(blobs: BlobStore, files: Mapping[str, str]) -> Uploads:
    """The files of a whole model; raises ApiError, DamagedModel, OSError."""
    found = _read(blobs, files)
    models = [upload for upload in found if upload.kind is Kind.MODEL]
    if not models:
        raise ApiError(400, "none of the files is a model: give one, or name a model in 'from'")
    labels = {Path(upload.label): upload for upload in models}
    parts = ordered({label: upload.header for label, upload in labels.items()})
    return Uploads(
        models=tuple(labels[part] for part in parts),
        projectors=tuple(upload for upload in found if upload.kind is Kind.PROJECTOR),
        adapters=tuple(upload for upload in found if upload.kind is Kind.ADAPTER),
    )


def read_adapters(blobs: BlobStore, files: Mapping[str, str]) -> tuple[Upload, ...]:
    """The adapter among `files`, if there is any; raises ApiError, DamagedModel, OSError."""
    found = _read(blobs, files) if files else []
    for upload in found:
        if upload.kind is not Kind.ADAPTER:
            raise ApiError(400, f"{upload.label} is a {upload.kind}, not an adapter")
    return tuple(found)


def check_count(adapters: Iterable[object]) -> None:
    """Raises ApiError for more than one adapter."""
    if len(list(adapters)) > 1:
        raise ApiError(400, _ONE_ADAPTER)


def _read(blobs: BlobStore, files: Mapping[str, str]) -> list[Upload]:
    for digest in files.values():
        if not blobs.claim(digest):
            raise missing(digest)
    _check_type(blobs, files)
    return [_upload(blobs, label, digest) for label, digest in sorted(files.items())]


def _check_type(blobs: BlobStore, files: Mapping[str, str]) -> None:
    """Ollama's guess at what the files are: by their names, else by how they begin."""
    if any(label.endswith(".safetensors") for label in files):
        raise ApiError(400, _SAFETENSORS)
    named = any(label.endswith(".gguf") for label in files)
    if not named and not all(_begins_as_gguf(blobs.path(digest)) for digest in files.values()):
        raise ApiError(400, "unknown type")


def _upload(blobs: BlobStore, label: str, digest: str) -> Upload:
    path = blobs.path(digest)
    try:
        return Upload(label, digest, path, read_header(path))
    except DamagedModel as problem:
        if _begins_as_gguf(path):
            raise
        raise ApiError(400, f"{_NOT_GGUF}: {problem}") from None


def _begins_as_gguf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"GGUF"
