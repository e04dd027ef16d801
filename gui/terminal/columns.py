"""Texts beside each other in a terminal, where a Korean syllable is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Columns that `text` takes."""
    return sum(_width(sign) for sign in text)


def padded(text: str, columns: int) -> str:
    """`text` with blanks behind it."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """`text`, its end replaced by "…" if it is too wide."""
    if width(text) <= columns:
        return text
    kept, left = "", columns - 1
    for sign in text:
        left -= _width(sign)
        if left < 0:
            break
        kept += sign
    return f"{kept}…"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, a row a line; the columns are as wide as they must be."""
    wide = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    lines = ("  ".join(map(padded, row, wide)).rstrip() for row in rows)
    return "\n".join(lines)


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
