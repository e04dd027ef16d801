"""Model files written by hand: sound ones, and damaged in every way."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

UINT32, FLOAT32, BOOL, STRING, ARRAY = 4, 6, 7, 8, 9

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

ONE_TENSOR: Sequence[Tensor] = (("token_embd.weight", (8, 6), 1, 0),)


def text(value: str | bytes) -> bytes:
    """A GGUF string."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def _typed(value: Any) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, int):
        return UINT32, struct.pack("<I", value)
    if isinstance(value, float):
        return FLOAT32, struct.pack("<f", value)
    if isinstance(value, str):
        return STRING, text(value)
    kind, _ = _typed(value[0])
    items = b"".join(_typed(item)[1] for item in value)
    return ARRAY, struct.pack("<IQ", kind, len(value)) + items


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
    data: int = 96,
    version: int = 3,
) -> bytes:
    """A whole file; `data` is how many bytes of weights follow the header."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    head += b"".join(pair(key, value) for key, value in metadata.items())
    head += b"".join(tensor_info(tensor) for tensor in tensors)
    return head + bytes(-len(head) % 32) + bytes(data)


def write(path: Path, content: bytes) -> Path:
    """The file at `path`."""
    path.write_bytes(content)
    return path
