"""Tables as lines of text: columns padded to one width, wide characters counted as two."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

WIDEST = 48
"""Cells wider than this do not widen their column."""


def lines(tokens: Sequence[Token], *, is_later: bool) -> list[str]:
    """The rows of a table; `is_later` leaves out the header, shown by the part before."""
    rows: list[list[str]] = []
    alignments: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "th_open":
            alignments.append(str(token.attrGet("style") or "").rpartition(":")[2])
        elif token.type == "inline" and rows:
            rows[-1].append(_words(token))
    body = rows[1:] if is_later else rows
    widths = [min(WIDEST, max(map(_width, column))) for column in zip(*rows, strict=False)]
    return [_row(row, widths, alignments) for row in body]


def _words(token: Token) -> str:
    """What a cell says, without its marks."""
    return "".join(
        child.content for child in token.children or () if child.content or child.nesting == 0
    )


def _row(cells: Sequence[str], widths: Sequence[int], alignments: Sequence[str]) -> str:
    return "   ".join(map(_cell, cells, widths, alignments)).rstrip()


def _cell(text: str, width: int, alignment: str) -> str:
    space = max(0, width - _width(text))
    if alignment == "right":
        return " " * space + text
    left = space // 2 if alignment == "center" else 0
    return " " * left + text + " " * (space - left)


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
        if not unicodedata.combining(character)
    )
