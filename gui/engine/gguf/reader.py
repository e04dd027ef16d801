"""A bounded reader of the header of a GGUF model file.

It runs before llama.cpp sees a file, because a damaged one can abort the process that
loads it. Every count and length is checked before anything of that size is read.
"""

from __future__ import annotations

import io
import os
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from gui.engine.gguf import types

_MOST_KEYS = 4096
_MOST_TENSORS = 65_536
_MOST_STRINGS = 4_000_000
_LONGEST_KEY = 1024
_LONGEST_TEXT = 4 * 2**20
_LONGEST_TEMPLATE = 512 * 1024
_LONGEST_KEPT = 5
_MOST_BLOCKS = 512  # llama.cpp's LLAMA_MAX_LAYERS; above it the loader aborts
_MOST_DIMENSIONS = 4
_LARGEST = 2**63 - 1


class DamagedModel(ValueError):
    """The file cannot be used as a model; says why in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This model file is damaged or not supported: {reason}.")


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its name, ggml's type number, its dimensions, where it begins."""

    name: str
    type: int
    shape: tuple[int, ...]
    offset: int

    @property
    def elements(self) -> int:
        """How many weights it has."""
        product = 1
        for size in self.shape:
            product *= size
        return product


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header says. Arrays longer than five values are empty unless asked for."""

    metadata: Mapping[str, Any]
    tensors: tuple[Tensor, ...] = field(repr=False)
    file_size: int

    def of_architecture(self, key: str) -> Any:
        """The value of `<architecture>.<key>`, or None."""
        return self.metadata.get(f"{self.architecture}.{key}")

    def number(self, key: str) -> int:
        """A whole number of the architecture, 0 if it is not there or a list."""
        value = self.of_architecture(key)
        return value if isinstance(value, int) else 0

    @property
    def architecture(self) -> str:
        """The family of the model, such as "llama"."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def context_length(self) -> int:
        """Tokens of context the model was trained for, 0 if unknown."""
        return self.number("context_length")

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return sum(tensor.elements for tensor in self.tensors)

    @property
    def quantization(self) -> str:
        """The name of the file type, such as "Q4_K_M"."""
        value = self.metadata.get("general.file_type")
        return types.FILE_TYPES.get(value, "unknown") if isinstance(value, int) else "unknown"

    @property
    def chat_template(self) -> str:
        """The jinja text of the model; only llama.cpp ever runs it."""
        value = self.metadata.get("tokenizer.chat_template", "")
        return value if isinstance(value, str) else ""

    def cache_bytes(self, num_ctx: int) -> int:
        """About how much memory a context of `num_ctx` tokens takes (16-bit keys and values)."""
        heads = self.number("attention.head_count") or 1
        groups = self.number("attention.head_count_kv") or heads
        width = self.number("embedding_length") // heads
        return 2 * 2 * num_ctx * self.number("block_count") * groups * width


def read_header(path: Path, *, arrays: bool = False) -> GgufHeader:
    """The header of `path`, checked; `arrays` keeps long arrays too.

    Raises DamagedModel for what is not a sound GGUF file, OSError if it cannot be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a FIFO must not be opened
        raise DamagedModel("it is not a file")
    with path.open("rb", buffering=2**20) as file:
        size = os.fstat(file.fileno()).st_size
        return _Reader(file, size, arrays=arrays).header()


class _Reader:
    """Reads one header from start to end."""

    def __init__(self, file: BinaryIO, size: int, *, arrays: bool) -> None:
        self._file = file
        self._size = size
        self._arrays = arrays
        self._strings = 0

    def header(self) -> GgufHeader:
        self._check_magic()
        tensor_count, key_count = self._count(), self._count()
        if tensor_count > _MOST_TENSORS:
            raise DamagedModel(f"it claims {tensor_count} tensors")
        if key_count > _MOST_KEYS:
            raise DamagedModel(f"it claims {key_count} keys")
        metadata: dict[str, Any] = {}
        for _ in range(key_count):
            key = self._text(_LONGEST_KEY)
            if key in metadata:
                raise DamagedModel(f"the key {key[:80]!r} is there twice")
            metadata[key] = self._value(self._number("<I"))
        tensors = tuple(self._tensor() for _ in range(tensor_count))
        header = GgufHeader(metadata, tensors, self._size)
        _check_model(header)
        _check_extents(header, self._file.tell())
        return header

    def _check_magic(self) -> None:
        start = self._file.read(4)
        if start != b"GGUF":
            raise DamagedModel(_what_it_is(start + self._file.read(60)))
        version = self._number("<I")
        if version & 0xFFFF == 0 and version:
            raise DamagedModel("it is big-endian")
        if version not in (2, 3):
            raise DamagedModel(f"GGUF version {version} is not supported")

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise DamagedModel("it ends too early")
        return data

    def _number(self, code: str) -> Any:
        return struct.unpack(code, self._read(struct.calcsize(code)))[0]

    def _count(self) -> int:
        """A count; each thing counted takes at least one byte of the file."""
        count: int = self._number("<Q")
        if count > self._size:
            raise DamagedModel(f"a length of {count} is larger than the file")
        return count

    def _text(self, longest: int = _LONGEST_TEXT) -> str:
        length = self._count()
        if length > longest:
            raise DamagedModel(f"a text of {length} bytes is too long")
        try:
            return self._read(length).decode("utf-8")
        except UnicodeDecodeError:
            raise DamagedModel("a text in it is not UTF-8") from None

    def _value(self, kind: int) -> Any:
        if kind == types.STRING:
            return self._text()
        if kind == types.ARRAY:
            return self._array()
        if kind not in types.SCALARS:
            raise DamagedModel(f"a value has the unknown type {kind}")
        if kind == types.BOOL:
            return bool(self._number("<B"))
        return self._number(types.SCALARS[kind])

    def _array(self) -> list[Any]:
        kind, length = self._number("<I"), self._count()
        keep = self._arrays or length <= _LONGEST_KEPT
        if kind == types.STRING:
            return self._string_array(length, keep=keep)
        if kind not in types.SCALARS:
            raise DamagedModel(f"an array holds values of the type {kind}")
        code = types.SCALARS[kind][1]
        size = length * struct.calcsize(f"<{code}")
        if size > self._size - self._file.tell():
            raise DamagedModel("it ends too early")
        if not keep:
            self._file.seek(size, io.SEEK_CUR)
            return []
        return list(struct.unpack(f"<{length}{code.replace('?', 'B')}", self._read(size)))

    def _string_array(self, length: int, *, keep: bool) -> list[str]:
        self._strings += length
        if self._strings > _MOST_STRINGS:
            raise DamagedModel(f"it claims {self._strings} texts")
        kept: list[str] = []
        for _ in range(length):
            size = self._count()
            if size > _LONGEST_TEXT:
                raise DamagedModel(f"a text of {size} bytes is too long")
            data = self._read(size)
            if keep:
                kept.append(data.decode("utf-8", "replace"))
        return kept

    def _tensor(self) -> Tensor:
        name = self._text(_LONGEST_KEY)
        dimensions = self._number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise DamagedModel(f"the tensor {name[:80]!r} has {dimensions} dimensions")
        shape = tuple(self._number("<Q") for _ in range(dimensions))
        return Tensor(name, self._number("<I"), shape, self._number("<Q"))


def _what_it_is(start: bytes) -> str:
    text = start.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html")):
        return "this is a web page, not a model"
    if text.startswith(b"version https://git-lfs"):
        return "this is a Git LFS pointer, not the model itself"
    if start.startswith(b"PK\x03\x04"):
        return "this is a ZIP or PyTorch file, not GGUF"
    if start[8:10] == b'{"':
        return "this is a safetensors file, not GGUF"
    return "it does not begin as a GGUF file does"


def _check_model(header: GgufHeader) -> None:
    """What llama.cpp takes for granted."""
    if not header.architecture:
        raise DamagedModel("it names no architecture")
    blocks = header.of_architecture("block_count")
    if blocks is not None and (not isinstance(blocks, int) or not 0 < blocks <= _MOST_BLOCKS):
        raise DamagedModel(f"it claims {blocks} layers")
    length = header.of_architecture("context_length")
    if length is not None and (not isinstance(length, int) or not 0 < length < 2**31):
        raise DamagedModel(f"it claims a context of {length} tokens")
    if len(header.chat_template) > _LONGEST_TEMPLATE:
        raise DamagedModel("its chat template is too long")
    if not header.tensors:
        raise DamagedModel("it holds no tensors")


def _check_extents(header: GgufHeader, end_of_header: int) -> None:
    """Each tensor lies inside the file, aligned, and none upon another."""
    alignment = header.metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
        raise DamagedModel(f"an alignment of {alignment} is not a power of two")
    room = header.file_size - -(-end_of_header // alignment) * alignment
    end = 0
    for tensor in sorted(header.tensors, key=lambda item: item.offset):
        if tensor.offset % alignment:
            raise DamagedModel(f"the tensor {tensor.name[:80]!r} is not aligned")
        if tensor.offset < end:
            raise DamagedModel(f"the tensor {tensor.name[:80]!r} lies upon another")
        end = tensor.offset + _tensor_bytes(tensor)
        if end > room:
            raise DamagedModel(f"the tensor {tensor.name[:80]!r} ends after the file")


def _tensor_bytes(tensor: Tensor) -> int:
    if 0 in tensor.shape or tensor.elements > _LARGEST:
        raise DamagedModel(f"the tensor {tensor.name[:80]!r} has no possible size")
    if tensor.type not in types.TENSOR_BLOCKS:
        raise DamagedModel(f"the tensor {tensor.name[:80]!r} has the unknown type {tensor.type}")
    _, weights, size = types.TENSOR_BLOCKS[tensor.type]
    row = tensor.shape[0] if tensor.shape else 1
    if row % weights:
        raise DamagedModel(f"a row of the tensor {tensor.name[:80]!r} is not whole blocks")
    return tensor.elements // weights * size
