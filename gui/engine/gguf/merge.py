"""The parts of a model made into one file."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from gui.engine.gguf.checks import padded
from gui.engine.gguf.header import DamagedModel, GgufHeader, Tensor
from gui.engine.gguf.reader import read_header, unchanged
from gui.engine.gguf.split import PREFIX, ordered

_PIECE = 2 * 2**20
_VERSION = 3


def merge(shards: Sequence[Path], write: Callable[[bytes], object]) -> None:
    """Hand one GGUF file made of all `shards`, in whatever order, to `write` in pieces.

    Its keys are those of the first part, without the ones that say which part it is.
    Raises DamagedModel if the parts do not belong together or change meanwhile, OSError.
    """
    headers = {path: read_header(path) for path in shards}
    paths = ordered(headers)
    parts = [headers[path] for path in paths]
    alignment = parts[0].alignment
    tensors = _laid_out(parts, alignment)
    head = _keys(paths[0], parts[0], len(tensors)) + b"".join(map(_entry, tensors))
    write(head + bytes(-len(head) % alignment))
    for path, part in zip(paths, parts, strict=True):
        with path.open("rb") as file:
            if not unchanged(path, part):
                raise DamagedModel("it has changed while it was read")
            for tensor in part.tensors:
                file.seek(part.data_start + tensor.offset)
                _copy(file, tensor.size, write)
                write(bytes(-tensor.size % alignment))


def _laid_out(parts: Sequence[GgufHeader], alignment: int) -> list[Tensor]:
    """All tensors one after the other, with their places in the new file."""
    placed: dict[str, Tensor] = {}
    offset = 0
    for part in parts:
        for tensor in part.tensors:
            if tensor.name in placed:
                raise DamagedModel(f"two of its parts have the tensor {tensor.name!r}")
            placed[tensor.name] = Tensor(tensor.name, tensor.type, tensor.shape, offset)
            offset += padded(tensor.size, alignment)
    return list(placed.values())


def _keys(path: Path, header: GgufHeader, tensors: int) -> bytes:
    """The beginning of the new file: its counts and its keys, as they stand in `path`."""
    kept = [field for key, field in header.fields.items() if not key.startswith(PREFIX)]
    head = bytearray(b"GGUF" + struct.pack("<IQQ", _VERSION, tensors, len(kept)))
    with path.open("rb") as file:
        for field in kept:
            file.seek(field.start)
            _copy(file, field.end - field.start, head.extend)
    return bytes(head)


def _entry(tensor: Tensor) -> bytes:
    name = tensor.name.encode()
    count = len(tensor.shape)
    shape = struct.pack(f"<I{count}Q", count, *tensor.shape)
    return (
        struct.pack("<Q", len(name)) + name + shape + struct.pack("<IQ", tensor.type, tensor.offset)
    )


def _copy(file: BinaryIO, size: int, write: Callable[[bytes], object]) -> None:
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise DamagedModel("it ends too early")
        write(piece)
        size -= len(piece)
