"""Offsets into a text as lines and columns, the way an editor counts them."""

from __future__ import annotations

import re
from bisect import bisect_right

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Lines:
    """The lines of one text. Lines count from 1, columns from 0 in characters.

    A carriage return and a line feed together end one line, alone one each.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
        self._ends = [*(match.start() for match in _NEWLINE.finditer(text)), len(text)]

    def line(self, offset: int) -> int:
        """The line that `offset` is in."""
        return bisect_right(self._starts, offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`."""
        line = self.line(offset)
        return line, offset - self._starts[line - 1]

    def start(self, line: int) -> int:
        """The offset of the first character of `line`."""
        return self._starts[line - 1]

    def end(self, line: int) -> int:
        """The offset behind the last character of `line`, its newline not counted."""
        return self._ends[line - 1]

    def __len__(self) -> int:
        return len(self._starts)


class LineCounter:
    """The line of offsets that are asked for in their order; no list is kept."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._counted = 1, 0

    def line(self, offset: int) -> int:
        """The line that `offset` is in; it must not be before the one asked for last."""
        span = (self._counted, offset)
        self._line += self._text.count("\n", *span) + self._text.count("\r", *span)
        self._line -= self._text.count("\r\n", *span)
        self._counted = offset
        return self._line


def split(text: str) -> list[str]:
    """The lines of `text`, without their ends."""
    return _NEWLINE.split(text)


def newline_of(text: str) -> str:
    """How the first line of `text` ends; a line feed if there is one line only."""
    match = _NEWLINE.search(text)
    return match.group() if match else "\n"
