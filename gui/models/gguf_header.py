"""The header of a GGUF file on this machine: what a person should know before making a model.

A file can claim anything, so every count and length is checked before it is believed, long
lists are passed over, and tensors are never read. Source of the format and its keys: ggml's
gguf.md and llama.cpp's converters.
"""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from gui.errors import ModelError
from gui.language import tr

_MOST_KEYS = 4096
_MOST_ITEMS = 4_000_000
_LONGEST_KEY = 1024
_LONGEST_KEPT = 1000
_STRING, _ARRAY = 8, 9
_FORMATS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_FILE_TYPES = """
    0:F32 1:F16 2:Q4_0 3:Q4_1 7:Q8_0 8:Q5_0 9:Q5_1 10:Q2_K 11:Q3_K_S 12:Q3_K_M 13:Q3_K_L
    14:Q4_K_S 15:Q4_K_M 16:Q5_K_S 17:Q5_K_M 18:Q6_K 19:IQ2_XXS 20:IQ2_XS 21:Q2_K_S 22:IQ3_XS
    23:IQ3_XXS 24:IQ1_S 25:IQ4_NL 26:IQ3_S 27:IQ3_M 28:IQ2_S 29:IQ2_M 30:IQ4_XS 31:IQ1_M
    32:BF16 36:TQ1_0 37:TQ2_0 38:MXFP4
"""
"""llama.cpp's llama_ftype, as Ollama names them."""
_QUANTIZATIONS = dict(pair.split(":") for pair in _FILE_TYPES.split())


class GgufKind(StrEnum):
    """What a file is for."""

    MODEL = "model"
    PROJECTOR = "projector"
    """It lets a model see or hear."""
    ADAPTER = "adapter"
    """A LoRA: it changes a model."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a file says of itself; "" and 0 where it says nothing.

    `part` counts from 1 and is 0 of a whole model. `base` is the model an adapter was
    trained on.
    """

    path: Path
    size: int
    kind: GgufKind
    architecture: str = ""
    name: str = ""
    size_label: str = ""
    quantization: str = ""
    context_length: int = 0
    has_template: bool = False
    part: int = 0
    parts: int = 0
    base: str = ""


class NotGguf(ModelError):
    """The file is no GGUF file, or a damaged one."""

    def __init__(self, name: str, reason: str, todo: str = "") -> None:
        super().__init__(
            tr("{file} cannot be used as a model: {reason}.", file=name, reason=reason),
            todo or tr("Nothing was changed. Download the file again, or choose another one."),
        )


def read_gguf_header(path: Path) -> GgufHeader:
    """The header of `path`; blocks. Raises NotGguf, also for what cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotGguf(path.name, tr("it is not a file"))
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_start(path.name, file.read(64))
            file.seek(8)
            values = _Reader(file, size).metadata()
    except _DamagedError as error:
        raise NotGguf(path.name, str(error)) from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise NotGguf(path.name, reason, tr("Check that you may read it.")) from error
    return _header(path, size, values)


def is_gguf(path: Path) -> bool:
    """Whether a file begins as GGUF does; blocks. False where it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(4) == b"GGUF"
    except OSError:
        return False


def _header(path: Path, size: int, values: Mapping[str, Any]) -> GgufHeader:
    architecture = _text(values, "general.architecture")
    file_type = values.get("general.file_type")
    part, parts = _number(values, "split.no") + 1, _number(values, "split.count")
    if parts > 1 and part > parts:
        raise NotGguf(
            path.name, tr("it claims to be part {part} of {parts}", part=part, parts=parts)
        )
    return GgufHeader(
        path=path,
        size=size,
        kind=_kind(values, architecture),
        architecture=architecture,
        name=_text(values, "general.name"),
        size_label=_text(values, "general.size_label"),
        quantization=_QUANTIZATIONS.get(str(file_type), ""),
        context_length=_number(values, f"{architecture}.context_length"),
        has_template=bool(values.get("tokenizer.chat_template")),
        part=part if parts > 1 else 0,
        parts=parts if parts > 1 else 0,
        base=_text(values, "general.base_model.0.name"),
    )


def _kind(values: Mapping[str, Any], architecture: str) -> GgufKind:
    said = values.get("general.type")
    if said == "adapter" or "adapter.type" in values:
        return GgufKind.ADAPTER
    if said == "mmproj" or architecture == "clip":
        return GgufKind.PROJECTOR
    return GgufKind.MODEL


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else ""


def _number(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key)
    return value if type(value) is int and 0 <= value < 2**40 else 0


def _check_start(name: str, start: bytes) -> None:
    if not start.startswith(b"GGUF"):
        raise NotGguf(name, *_what_it_is(start))
    if len(start) < 24:
        raise _DamagedError
    (version,) = struct.unpack_from("<I", start, 4)
    if version and version & 0xFFFF == 0:
        raise NotGguf(name, tr("it is big-endian"), tr("Get the little-endian file of the model."))
    if version not in (2, 3):
        raise NotGguf(
            name,
            tr("it is GGUF of the version {version}, which is not known", version=version),
            tr("Nothing was changed. Look for a newer Ondol."),
        )


def _what_it_is(start: bytes) -> tuple[str, str]:
    """What a file is that is not GGUF, and what to do."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return tr("it is empty"), ""
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return tr("it is a web page"), tr("Nothing was changed. Download the file itself.")
    if text.startswith(b"version https://git-lfs"):
        todo = tr("Fetch the model itself with “git lfs pull”, or download the file.")
        return tr("it only says where the model is (Git LFS)"), todo
    if start[8:9] == b"{":
        todo = tr("Choose the folder that it lies in: all of its files are needed.")
        return tr("it is a safetensors file, not GGUF"), todo
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x04")):
        return tr("it is a PyTorch file, not GGUF"), tr("Get the GGUF file of the model.")
    return tr("it is not GGUF"), ""


class _DamagedError(Exception):
    """Why the bytes cannot be a header, in the person's language."""

    def __init__(self) -> None:
        super().__init__(tr("it is damaged or was not downloaded to its end"))


class _Reader:
    """Reads keys and values; of values, those that are short."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """`file` stands behind its version and has `size` bytes."""
        self._file = file
        self._size = size
        self._items = 0

    def metadata(self) -> dict[str, Any]:
        """All keys; a value that is long or a list is only True or False: whether it has any."""
        self._number("Q")  # tensors, which are not read
        count = self._number("Q")
        if count > _MOST_KEYS:
            raise _DamagedError
        found: dict[str, Any] = {}
        for _ in range(count):
            length = self._length(_LONGEST_KEY)
            key = self._take(length).decode("utf-8", "replace")
            found[key] = self._value(self._number("I"))
        return found

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            length = self._length(self._size)
            if length <= _LONGEST_KEPT:
                return self._take(length).decode("utf-8", "replace")
            self._skip(length)
            return True
        if kind == _ARRAY:
            return self._array(self._number("I"), self._number("Q"))
        if kind not in _FORMATS:
            raise _DamagedError
        return self._number(_FORMATS[kind])

    def _array(self, kind: int, count: int) -> bool:
        self._items += count
        if self._items > _MOST_ITEMS or (kind != _STRING and kind not in _FORMATS):
            raise _DamagedError
        if kind == _STRING:
            for _ in range(count):
                self._skip(self._length(self._size))
        else:
            self._skip(count * struct.calcsize(f"<{_FORMATS[kind]}"))
        return count > 0

    def _length(self, most: int) -> int:
        length: int = self._number("Q")
        if length > most:
            raise _DamagedError
        return length

    def _number(self, code: str) -> Any:
        return struct.unpack(f"<{code}", self._take(struct.calcsize(f"<{code}")))[0]

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise _DamagedError
        return data

    def _skip(self, size: int) -> None:
        if size <= 4096:
            self._take(size)
        elif size > self._size - self._file.tell():
            raise _DamagedError
        else:
            self._file.seek(size, os.SEEK_CUR)
