"""Small GGUF files of our own making: keys, and tensors full of noughts.

Source of the format: ggml's gguf.md, version 3.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from gui.engine.gguf import types
from gui.engine.gguf.checks import padded

Scalar = bool | int | float | str
Value = Scalar | Sequence[str] | Sequence[int] | Sequence[float]

_VERSION = 3
_F32 = 0


def small_file(
    metadata: Mapping[str, Value],
    tensors: Mapping[str, tuple[int, ...]],
    raw_keys: Sequence[bytes] = (),
) -> bytes:
    """A whole file with tensors of these shapes, all F32 and all nought.

    `raw_keys` are further keys with their values, as they stand in another file. Whole
    numbers become UINT32, in lists INT32; numbers with a point FLOAT32. Lists are not empty.
    """
    keys = [*(_pair(key, value) for key, value in metadata.items()), *raw_keys]
    head = bytearray(b"GGUF" + struct.pack("<IQQ", _VERSION, len(tensors), len(keys)))
    head += b"".join(keys)
    offset = 0
    for name, shape in tensors.items():
        dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += _text(name) + dimensions + struct.pack("<IQ", _F32, offset)
        offset += padded(4 * math.prod(shape), types.DEFAULT_ALIGNMENT)
    return bytes(head) + bytes(-len(head) % types.DEFAULT_ALIGNMENT + offset)


def _pair(key: str, value: Value) -> bytes:
    if isinstance(value, bool | int | float | str):
        return _text(key) + struct.pack("<I", _kind(value)) + _scalar(value)
    kind = types.INT32 if isinstance(value[0], int) else _kind(value[0])
    head = struct.pack("<IIQ", types.ARRAY, kind, len(value))
    return _text(key) + head + b"".join(map(_scalar, value))


def _kind(value: Scalar) -> int:
    match value:
        case bool():
            return types.BOOL
        case int():
            return types.UINT32
        case float():
            return types.FLOAT32
        case str():
            return types.STRING


def _scalar(value: Scalar) -> bytes:
    if isinstance(value, str):
        return _text(value)
    return struct.pack(types.SCALARS[_kind(value)], value)


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    return struct.pack("<Q", len(data)) + data
