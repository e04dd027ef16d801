"""The bytes of a model file's header, read from start to end with every length checked."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

from gui.engine.gguf.header import DamagedModel

LONGEST_TEXT = 4 * 2**20

_PIECE = 2**20
_LENGTH = struct.Struct("<Q")


class Source:
    """Hands out the bytes of an open file; raises DamagedModel where they cannot be right."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """`file` stands at its beginning and has `size` bytes."""
        self._file = file
        self._size = size
        self._data = b""
        self._at = 0
        self._read = 0

    @property
    def position(self) -> int:
        """How many bytes have been handed out or passed over."""
        return self._read - len(self._data) + self._at

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        self._need(size)
        start = self._at
        self._at += size
        return self._data[start : self._at]

    def skip(self, size: int) -> None:
        """Pass over `size` bytes that are inside the file."""
        if size > self._size - self.position:
            raise _too_short()
        if self._at + size <= len(self._data):
            self._at += size
            return
        self._read = self.position + size
        self._data, self._at = b"", 0
        self._file.seek(self._read)

    def number(self, code: str) -> Any:
        """The next value in `struct`'s notation."""
        size = struct.calcsize(code)
        self._need(size)
        self._at += size
        return struct.unpack_from(code, self._data, self._at - size)[0]

    def count(self) -> int:
        """A count; each thing counted takes at least one byte of the file."""
        count: int = self.number("<Q")
        if count > self._size:
            raise DamagedModel(f"a length of {count} is larger than the file")
        return count

    def text(self, longest: int = LONGEST_TEXT) -> str:
        """The next string, at most `longest` bytes of UTF-8."""
        length = self.count()
        if length > longest:
            raise DamagedModel(f"a text of {length} bytes is too long")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise DamagedModel("a text in it is not UTF-8") from None

    def texts(self, count: int) -> list[bytes]:
        """The next `count` strings."""
        kept: list[bytes] = []
        length_at = _LENGTH.unpack_from
        data, at, end = self._data, self._at, len(self._data)
        for _ in range(count):
            if at + 8 > end:
                data, at, end = self._refilled(at, 8)
            (size,) = length_at(data, at)
            at += 8
            if at + size > end:
                if size > LONGEST_TEXT:
                    raise DamagedModel(f"a text of {size} bytes is too long")
                data, at, end = self._refilled(at, size)
            kept.append(data[at : at + size])
            at += size
        self._at = at
        return kept

    def skip_texts(self, count: int) -> None:
        """Pass over `count` strings."""
        while count:
            count, at = _hops(self._data, self._at, count)
            self._move(at)
            if count:
                self._need(8)

    def _move(self, at: int) -> None:
        """Stand at `at`, counted from the beginning of what is at hand; perhaps beyond it."""
        beyond = at - len(self._data)
        if beyond > LONGEST_TEXT:
            raise DamagedModel("a text in it is too long")
        self._at = min(at, len(self._data))
        if beyond > 0:
            self.skip(beyond)

    def _need(self, size: int) -> None:
        if self._at + size > len(self._data):
            self._refilled(self._at, size)

    def _refilled(self, at: int, size: int) -> tuple[bytes, int, int]:
        """Drop what came before `at` and have `size` bytes at hand."""
        rest = self._data[at:]
        if size - len(rest) > self._size - self._read:
            raise _too_short()
        more = self._file.read(max(size - len(rest), _PIECE))
        self._read += len(more)
        self._data, self._at = rest + more, 0
        if len(self._data) < size:
            raise _too_short()
        return self._data, 0, len(self._data)


def _hops(data: bytes, at: int, count: int) -> tuple[int, int]:
    """From string to string: how many of `count` are left at the end of `data`, and where.

    There are 300,000 in a model; so a step is two lines, and the end is met by failing.
    """
    length_at = _LENGTH.unpack_from
    left = count
    try:
        for left in range(count, 0, -1):  # noqa: B007 - it is used where it fails
            (size,) = length_at(data, at)
            at += 8 + size
    except (struct.error, OverflowError):
        return left, at
    return 0, at


def _too_short() -> DamagedModel:
    return DamagedModel("it ends too early")
