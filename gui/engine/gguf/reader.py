"""A bounded reader of the header of a GGUF model file.

It runs before llama.cpp sees a file, because a damaged one can abort the process that
loads it. Every count and length is checked before anything of that size is read.
"""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path
from typing import Any

from gui.engine.gguf import types
from gui.engine.gguf.checks import check_header, padded, read_alignment
from gui.engine.gguf.header import DamagedModel, Field, GgufHeader, Tensor
from gui.engine.gguf.source import Source
from gui.engine.gguf.start import check_start
from gui.engine.gguf.vocabulary import TOKENS, TYPES, check_vocabulary

__all__ = ["DamagedModel", "Field", "GgufHeader", "Tensor", "read_header", "unchanged"]

_Value = tuple[Any] | tuple[Any, int, int] | tuple[Any, int, int, tuple[int, ...]]
"""A value; of an array also the type and number of its items, and whole numbers themselves."""

_MOST_KEYS = 4096
_MOST_TENSORS = 65_536
_MOST_ITEMS = 4_000_000
_LONGEST_KEY = 1024
_LONGEST_TENSOR_NAME = 63  # ggml's GGML_MAX_NAME without its final zero
_LONGEST_KEPT = 5
_MOST_DIMENSIONS = 4


def read_header(path: Path, *, arrays: bool = False) -> GgufHeader:
    """The header of `path`, checked; `arrays` keeps long arrays too.

    Raises DamagedModel for what is not a sound GGUF file, OSError if it cannot be read.
    """
    _must_be_a_file(os.stat(path))  # noqa: PTH116 - a device must not be opened
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        _must_be_a_file(status)
        check_start(file.read(64))
        file.seek(0)
        return _Reader(Source(file, status.st_size), status, arrays=arrays).header()


def unchanged(path: Path, header: GgufHeader) -> bool:
    """Whether the file is still the one that was read, by its size and time of writing."""
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (header.file_size, header.modified_ns)


def _open_at_once(path: str, flags: int) -> int:
    """Opens what has become a FIFO since it was looked at without waiting for a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _must_be_a_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DamagedModel("it is not a file")


class _Reader:
    """Reads one header from start to end."""

    def __init__(self, source: Source, status: os.stat_result, *, arrays: bool) -> None:
        self._source = source
        self._status = status
        self._arrays = arrays
        self._items = 0
        self._tokens: list[bytes] = []
        self._token_types: tuple[float, ...] = ()

    def header(self) -> GgufHeader:
        self._source.skip(len(b"GGUF") + 4)
        tensor_count, key_count = self._source.count(), self._source.count()
        if tensor_count > _MOST_TENSORS:
            raise DamagedModel(f"it claims {tensor_count} tensors")
        if key_count > _MOST_KEYS:
            raise DamagedModel(f"it claims {key_count} keys")
        metadata: dict[str, Any] = {}
        fields: dict[str, Field] = {}
        for _ in range(key_count):
            start = self._source.position
            key = self._source.text(_LONGEST_KEY)
            if key in metadata:
                raise DamagedModel(f"the key {key[:80]!r} is there twice")
            kind = self._source.number("<I")
            metadata[key], *array = self._value(key, kind)
            fields[key] = Field(kind, start, self._source.position, *array)
        tensors = self._tensors(tensor_count)
        header = GgufHeader(
            metadata,
            tensors,
            self._status.st_size,
            fields,
            padded(self._source.position, read_alignment(metadata, fields)),
            self._status.st_mtime_ns,
        )
        check_header(header)
        check_vocabulary(header, self._tokens, self._token_types)
        return header

    def _value(self, key: str, kind: int) -> _Value:
        if kind == types.ARRAY:
            return self._array(key)
        if kind == types.STRING:
            return (self._source.text(),)
        if kind not in types.SCALARS:
            raise DamagedModel(f"a value has the unknown type {kind}")
        if kind == types.BOOL:
            return (bool(self._source.number("<B")),)
        return (self._source.number(types.SCALARS[kind]),)

    def _array(self, key: str) -> _Value:
        kind, length = self._source.number("<I"), self._source.count()
        self._items += length
        if self._items > _MOST_ITEMS:
            raise DamagedModel(f"its lists claim {self._items} values")
        keep = self._arrays or length <= _LONGEST_KEPT
        if kind == types.STRING:
            return self._text_array(key, length, keep=keep), kind, length
        if kind not in types.SCALARS:
            raise DamagedModel(f"an array holds values of the type {kind}")
        code = types.SCALARS[kind][1].replace("?", "B")
        size = length * struct.calcsize(f"<{code}")
        short = kind in types.WHOLE_NUMBERS and length <= types.MOST_LAYERS
        if not (keep or short or key == TYPES):
            self._source.skip(size)
            return [], kind, length
        values = struct.unpack(f"<{length}{code}", self._source.take(size))
        if key == TYPES:
            self._token_types = values
        return list(values) if keep else [], kind, length, values if short else ()

    def _text_array(self, key: str, length: int, *, keep: bool) -> list[str]:
        if not keep and key != TOKENS:
            self._source.skip_texts(length)
            return []
        texts = self._source.texts(length)
        if key == TOKENS:
            self._tokens = texts
        return [text.decode("utf-8", "replace") for text in texts] if keep else []

    def _tensors(self, count: int) -> tuple[Tensor, ...]:
        tensors = {tensor.name: tensor for tensor in (self._tensor() for _ in range(count))}
        if len(tensors) != count:
            raise DamagedModel("two of its tensors have the same name")
        return tuple(tensors.values())

    def _tensor(self) -> Tensor:
        name = self._source.text(_LONGEST_TENSOR_NAME)
        dimensions = self._source.number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise DamagedModel(f"the tensor {name!r} has {dimensions} dimensions")
        shape = tuple(self._source.number("<Q") for _ in range(dimensions))
        return Tensor(name, self._source.number("<I"), shape, self._source.number("<Q"))
