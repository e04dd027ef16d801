"""The first bytes of a file: GGUF of a known version, or what it is instead."""

from __future__ import annotations

import struct

from gui.engine.gguf.header import DamagedModel

_OLD_FORMATS = (b"lmgg", b"tjgg", b"fmgg")  # GGML, GGJT and GGMF of 2023, as they stand on disk


def check_start(start: bytes) -> None:
    """Raises DamagedModel unless `start`, 64 bytes or the whole file, begins GGUF 2 or 3."""
    if not start.startswith(b"GGUF"):
        raise DamagedModel(_what_it_is(start))
    if len(start) < 8:
        raise DamagedModel("it ends too early")
    (version,) = struct.unpack_from("<I", start, 4)
    if version and version & 0xFFFF == 0:
        raise DamagedModel("it is big-endian")
    if version not in (2, 3):
        raise DamagedModel(f"GGUF version {version} is not supported")


def _what_it_is(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "this is a web page, not a model"
    if text.startswith(b"version https://git-lfs"):
        return "this is a Git LFS pointer, not the model itself"
    if start.startswith(b"PK\x03\x04"):
        return "this is a ZIP or PyTorch file, not GGUF"
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "this is a pickle or PyTorch file, not GGUF"
    if start[8:10] == b'{"':
        return "this is a safetensors file, not GGUF"
    if start.startswith(_OLD_FORMATS):
        return "this is the older GGML format, not GGUF"
    return "it does not begin as a GGUF file does"
