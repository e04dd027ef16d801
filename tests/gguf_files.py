"""Model files written by hand: sound ones, and damaged in every way."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UINT16, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 2, 4, 5, 6, 7, 8, 9, 10
F32, F16 = 0, 1

_FORMATS = {UINT16: "<H", UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?", UINT64: "<Q"}

Tensor = tuple[str, tuple[int, ...], int, int]
"""Name, shape, ggml type, offset."""

SOUND: Mapping[str, Any] = {
    "general.architecture": "llama",
    "general.file_type": 1,
    "llama.block_count": 2,
    "llama.context_length": 64,
    "llama.embedding_length": 8,
    "tokenizer.ggml.tokens": ["<unk>", "<s>", "a", "b", "c", "d"],
    "tokenizer.ggml.token_type": [2, 3, 1, 1, 1, 1],
    "tokenizer.chat_template": "{{ messages[0]['content'] }}",
}
"""A header with nothing wrong, of a model without layers: llama.cpp says no and lives."""

ONE_TENSOR: Sequence[Tensor] = (("token_embd.weight", (8, 6), 1, 0),)


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that shall have this GGUF type; in a list, `kind` is that of its items."""

    kind: int
    value: Any


@dataclass(frozen=True, slots=True)
class Weights:
    """A tensor with its data."""

    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes


def text(value: str | bytes) -> bytes:
    """A GGUF string."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def _kind(value: Any) -> int:
    """The type that a plain value gets; whole numbers in lists are signed, as in real files."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return UINT32
    return FLOAT32 if isinstance(value, float) else STRING


def _encoded(kind: int, value: Any) -> bytes:
    return text(value) if kind == STRING else struct.pack(_FORMATS[kind], value)


def _typed(value: Any) -> tuple[int, bytes]:
    kind = value.kind if isinstance(value, Typed) else None
    plain = value.value if isinstance(value, Typed) else value
    if isinstance(plain, Sequence) and not isinstance(plain, str | bytes):
        if kind is None:
            kind = {UINT32: INT32}.get(_kind(plain[0]), _kind(plain[0]))
        items = b"".join(_encoded(kind, item) for item in plain)
        return ARRAY, struct.pack("<IQ", kind, len(plain)) + items
    kind = _kind(plain) if kind is None else kind
    return kind, _encoded(kind, plain)


def pair(key: str, value: Any) -> bytes:
    """One key with its value."""
    kind, data = _typed(value)
    return text(key) + struct.pack("<I", kind) + data


def tensor_info(tensor: Tensor) -> bytes:
    """One entry of the tensor table."""
    name, shape, kind, offset = tensor
    sizes = struct.pack(f"<{len(shape)}Q", *shape)
    return text(name) + struct.pack("<I", len(shape)) + sizes + struct.pack("<IQ", kind, offset)


def gguf(
    metadata: Mapping[str, Any] = SOUND,
    tensors: Sequence[Tensor] = ONE_TENSOR,
    *,
    data: int | bytes = 96,
    version: int = 3,
    alignment: int = 32,
    more_keys: Sequence[bytes] = (),
) -> bytes:
    """A whole file; `data` is the weights after the header, or how many zero bytes of them.

    `more_keys` are keys with their values as they shall stand in the file.
    """
    keys = [*(pair(key, value) for key, value in metadata.items()), *more_keys]
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys)) + b"".join(keys)
    head += b"".join(tensor_info(tensor) for tensor in tensors)
    weights = bytes(data) if isinstance(data, int) else data
    return head + bytes(-len(head) % alignment) + weights


def with_weights(
    metadata: Mapping[str, Any],
    weights: Sequence[Weights],
    *,
    alignment: int = 32,
    more_keys: Sequence[bytes] = (),
) -> bytes:
    """A whole file whose tensors have real data, one after the other."""
    tensors: list[Tensor] = []
    data = bytearray()
    for tensor in weights:
        tensors.append((tensor.name, tensor.shape, tensor.kind, len(data)))
        data += tensor.data + bytes(-len(tensor.data) % alignment)
    return gguf(metadata, tensors, data=bytes(data), alignment=alignment, more_keys=more_keys)


def write(path: Path, content: bytes) -> Path:
    """The file at `path`."""
    path.write_bytes(content)
    return path
