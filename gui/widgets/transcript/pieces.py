"""One window of Markdown seen from above: its top-level blocks and where they may be cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gui.widgets.transcript.parser import top_level

if TYPE_CHECKING:
    from markdown_it.token import Token


class Shape(StrEnum):
    """What a block is, as far as its place on the page goes."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    RULE = "rule"
    CODE = "code"


_SHAPES = {
    "paragraph_open": Shape.PARAGRAPH,
    "heading_open": Shape.HEADING,
    "bullet_list_open": Shape.LIST,
    "ordered_list_open": Shape.LIST,
    "blockquote_open": Shape.QUOTE,
    "table_open": Shape.TABLE,
    "hr": Shape.RULE,
    "fence": Shape.CODE,
    "code_block": Shape.QUOTE,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A top-level block: characters [start, end) of the window."""

    shape: Shape
    start: int
    end: int
    is_sure: bool
    """Whether its first line is complete."""
    children: tuple[tuple[int, bool], ...] = ()
    """Where each item, row or quoted block starts, and whether its first line is complete."""
    number: int | None = None
    head_start: int = 0
    head_end: int = 0
    is_definition: bool = False


class _Lines:
    """Line numbers to character offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        place = text.find("\n")
        while place >= 0:
            self.starts.append(place + 1)
            place = text.find("\n", place + 1)

    def offset(self, line: int) -> int:
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def is_complete(self, line: int) -> bool:
        return line + 1 < len(self.starts)

    def is_blank(self, line: int) -> bool:
        return not self.text[self.offset(line) : self.offset(line + 1)].strip()


def pieces_of(text: str, *, is_literal: bool) -> list[Piece]:
    """The top-level blocks of `text`; what no token covers is kept as a paragraph."""
    lines = _Lines(text)
    pieces: list[Piece] = []
    line = 0
    tokens = top_level(text, is_literal=is_literal, references={})
    for first, last, token, inner in _blocks(tokens):
        pieces += _definitions(lines, line, first)
        pieces.append(_piece(lines, first, last, token, inner))
        line = last
        if len(pieces) > 1 and _belong_together(pieces[-2], pieces[-1]):
            pieces[-2:] = [replace(pieces[-2], end=pieces[-1].end, is_definition=False)]
    return pieces + _definitions(lines, line, len(lines.starts))


def _blocks(tokens: Sequence[Token]) -> list[tuple[int, int, Token, Sequence[Token]]]:
    """First line, last line, opening token and inner tokens of each top-level block."""
    found: list[tuple[int, int, Token, Sequence[Token]]] = []
    opened = 0
    for index, token in enumerate(tokens):
        if token.level:
            continue
        if token.nesting > 0:
            opened = index
        elif token.nesting == 0 and token.map and token.type != "inline":
            found.append((token.map[0], token.map[1], token, ()))
        elif token.nesting < 0 and (lines := tokens[opened].map):
            found.append((lines[0], lines[1], tokens[opened], tokens[opened + 1 : index]))
    return found


def _piece(lines: _Lines, first: int, last: int, token: Token, inner: Sequence[Token]) -> Piece:
    start, end = lines.offset(first), lines.offset(last)
    shape = _SHAPES.get(token.type, Shape.PARAGRAPH)
    piece = Piece(shape, start, end, lines.is_complete(first))
    if shape is Shape.TABLE:
        rows = [child for child in inner if child.type == "tr_open" and child.map]
        head_end = lines.offset(first + 2)
        piece = replace(piece, head_start=start, head_end=head_end)
        return replace(piece, children=_starts(lines, rows[1:]))
    if shape in (Shape.LIST, Shape.QUOTE):
        children = [child for child in inner if child.level == 1 and child.nesting >= 0]
        number = token.attrGet("start") if token.type == "ordered_list_open" else None
        is_ordered = token.type == "ordered_list_open"
        piece = replace(piece, children=_starts(lines, children))
        return (
            replace(piece, number=int(number if number is not None else 1)) if is_ordered else piece
        )
    return piece


def _starts(lines: _Lines, tokens: Sequence[Token]) -> tuple[tuple[int, bool], ...]:
    return tuple(
        (lines.offset(token.map[0]), lines.is_complete(token.map[0]))
        for token in tokens
        if token.map
    )


def _definitions(lines: _Lines, first: int, last: int) -> list[Piece]:
    """Lines [first, last) that gave no token, if they are not blank: link definitions."""
    while first < last and lines.is_blank(first):
        first += 1
    while last > first and lines.is_blank(last - 1):
        last -= 1
    if first == last:
        return []
    start, end = lines.offset(first), lines.offset(last)
    return [Piece(Shape.PARAGRAPH, start, end, lines.is_complete(first), is_definition=True)]


def _belong_together(before: Piece, after: Piece) -> bool:
    """A definition may still take in the line right after it, until a blank line comes."""
    return before.is_definition and before.end == after.start and after.shape is Shape.PARAGRAPH
