"""Small images, made here."""

from __future__ import annotations

import base64
import struct
import zlib


def png_bytes(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A PNG file of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    row = b"\0" + bytes(colour) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(row * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def png(width: int, height: int, colour: tuple[int, int, int]) -> str:
    """The same as a data: address."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(width, height, colour)).decode()
