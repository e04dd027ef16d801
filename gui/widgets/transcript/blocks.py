"""A reply cut into top-level Markdown blocks while it grows; finished blocks never change.

Pure Python, no Qt. A block is frozen as soon as the first line of the next one is complete,
so that the text before it cannot change its meaning any more. Long blocks are cut where
that can be seen from their beginning alone: however a text arrives, the blocks are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from gui.widgets.transcript.parser import top_level
from gui.widgets.transcript.pieces import Piece, Shape, pieces_of

WINDOW = 16_384
"""Most characters parsed at once; a block longer than this is cut at a line."""
PART = 4096
"""Most characters of a paragraph or of code in one document (REN-06)."""
GROUP = 768
"""Characters after which a list or a quote is cut before its next item."""
CODE_LINES = 48
TABLE_ROWS = 12

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """One block of source; `text` is Markdown, for CODE the code without its fence."""

    shape: Shape
    text: str
    joint: str = "\n\n"
    """What stands between the block before and this one when text is copied."""
    continues: bool = False
    """Whether this is a later part of the block before."""
    head: str = ""
    """A table's header and delimiter rows, for a later part of it."""
    number: int | None = None
    """The number of the first item of a later part of an ordered list."""
    language: str = ""
    is_last: bool = True
    """False for a part of code that more code follows."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A block to be: where it starts and whether its first line is complete."""

    block: SourceBlock
    start: int
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Fence:
    """The opening line of a code block."""

    marker: str
    indent: int
    language: str

    def closed_by(self, line: str) -> bool:
        text = line.strip(" \t\n")
        indent = len(line) - len(line.lstrip(" "))
        return indent < 4 and len(text) >= len(self.marker) and set(text) == {self.marker[0]}

    def inside(self, line: str) -> str:
        indent = len(line) - len(line.lstrip(" "))
        return line[min(self.indent, indent) :]


_START = SourceBlock(Shape.PARAGRAPH, "")


class BlockStream:
    """Takes text piece by piece; gives frozen blocks and the tail that may still change."""

    def __init__(self, *, literal: bool = False) -> None:
        self.references: dict[str, Any] = {}
        """Link reference definitions met so far, as markdown-it keeps them."""
        self._literal = literal
        self._rest = ""
        self._carry = ""
        self._opening = _START
        self._fence: _Fence | None = None
        self._code: list[str] = []
        self._is_inside_line = False
        self._unsure: list[_Part] = []

    def feed(self, text: str) -> list[SourceBlock]:
        """Take more text; the blocks it froze."""
        text = self._carry + text
        self._carry = "\r" if text.endswith("\r") else ""
        text = text.removesuffix(self._carry)
        if "\r" in text or "\0" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        self._rest += text
        return self._freeze(is_end=False)

    def finish(self) -> list[SourceBlock]:
        """No more text will come; all that was left."""
        self._rest += "\n" if self._carry else ""
        self._carry = ""
        return self._freeze(is_end=True)

    def tail(self) -> list[SourceBlock]:
        """What follows the frozen blocks for now."""
        if self._fence is None:
            return [part.block for part in self._unsure]
        guess = self._rest.strip()
        may_close = bool(guess) and set(guess) == {self._fence.marker[0]}
        line = self._rest if self._is_inside_line else self._fence.inside(self._rest)
        line = "" if may_close and not self._is_inside_line else line
        return [self._code_block("".join(self._code) + line, is_last=False)]

    def _freeze(self, *, is_end: bool) -> list[SourceBlock]:
        frozen: list[SourceBlock] = []
        more = True
        while more:
            step = self._freeze_prose if self._fence is None else self._freeze_code
            more = step(frozen, is_end=is_end)
        return frozen

    def _freeze_prose(self, frozen: list[SourceBlock], *, is_end: bool) -> bool:
        """Freeze what is sure in the next window; True if there is more to look at."""
        window = self._rest[:WINDOW]
        is_cut = len(window) < len(self._rest)
        if is_cut:
            window = window[: window.rfind("\n") + 1] or window
        parts, context = self._parts(window)
        is_whole = is_end and not is_cut
        count = 0
        for part in parts:
            if part.block.shape is Shape.CODE and (part.is_sure or is_whole):
                frozen += [self._frozen(sure.block) for sure in parts[:count]]
                self._open_fence(part, context)
                return True
            count += 1
        if not is_whole:
            count = max(0, count - 1 if not parts or parts[-1].is_sure else count - 2)
        frozen += [self._frozen(part.block) for part in parts[:count]]
        self._unsure = parts[count:]
        if count < len(parts) and count:
            self._rest = self._rest[parts[count].start - context :]
            self._opening = replace(parts[count].block, text="")
        elif is_cut or is_whole:
            frozen += [replace(parts[0].block, text=window)] if parts and not count else []
            self._rest = self._rest[len(window) :]
            self._opening = replace(_START, joint="\n") if parts else _START
        return is_cut

    def _frozen(self, block: SourceBlock) -> SourceBlock:
        """Take the link definitions of a block: before it is frozen they may be half there."""
        if "]:" in block.text and not self._literal:
            top_level(block.text, is_literal=False, references=self.references)
        return block

    def _parts(self, window: str) -> tuple[list[_Part], int]:
        """The blocks of `window`, and how many characters were put before it to parse it."""
        opening = self._opening
        context = opening.head
        if opening.continues and opening.shape is Shape.PARAGRAPH:
            context = "x" + opening.joint
        text = context + window
        pieces = pieces_of(text, is_literal=self._literal)
        parts: list[_Part] = []
        for piece in pieces:
            if not parts and len(context) < piece.end:
                first = replace(piece, start=max(piece.start, len(context)))
                parts += _parts_of(first, text, opening)
            elif piece.start >= len(context):
                parts += _parts_of(piece, text, _START)
        return parts, len(context)

    # -- code -----------------------------------------------------------------------------

    def _open_fence(self, part: _Part, context: int) -> None:
        rest = self._rest[part.start - context :]
        line, _, self._rest = rest.partition("\n")
        opened = _FENCE.match(line)
        if opened is None:
            self._fence = _Fence("```", 0, "")
        else:
            marker = opened.group(1)
            info = opened.group(2).split()
            self._fence = _Fence(marker, opened.start(1), info[0] if info else "")
        self._opening = replace(part.block, shape=Shape.CODE, text="", continues=False)
        self._code = []

    def _freeze_code(self, frozen: list[SourceBlock], *, is_end: bool) -> bool:
        """Take complete lines up to the closing fence; False when they run out."""
        fence = self._fence
        if fence is None:
            return False
        start = 0
        while line := self._next_line(start, is_end=is_end):
            start += len(line)
            if not self._is_inside_line and fence.closed_by(line):
                self._rest = self._rest[start:]
                self._close_fence(frozen)
                return True
            self._take_line(line if self._is_inside_line else fence.inside(line), frozen)
            self._is_inside_line = not line.endswith("\n")
        self._rest = self._rest[start:]
        if is_end:
            self._close_fence(frozen)
        return False

    def _next_line(self, start: int, *, is_end: bool) -> str:
        """A complete line, or as much of one as fits one part; "" if there is neither."""
        end = self._rest.find("\n", start, start + PART) + 1
        if end or is_end or len(self._rest) - start >= PART:
            return self._rest[start : end or start + PART]
        return ""

    def _take_line(self, line: str, frozen: list[SourceBlock]) -> None:
        size = sum(map(len, self._code))
        if len(self._code) >= CODE_LINES or (size and size + len(line) > PART):
            frozen.append(self._code_block("".join(self._code), is_last=False))
            joint = "\n" if self._code[-1].endswith("\n") else ""
            self._opening = replace(self._opening, joint=joint, continues=True)
            self._code = []
        self._code.append(line)

    def _close_fence(self, frozen: list[SourceBlock]) -> None:
        frozen.append(self._code_block("".join(self._code), is_last=True))
        self._fence, self._code, self._opening = None, [], _START
        self._is_inside_line = False

    def _code_block(self, code: str, *, is_last: bool) -> SourceBlock:
        language = self._fence.language if self._fence else ""
        text = code.removesuffix("\n")
        return replace(self._opening, text=text, language=language, is_last=is_last)


def split(text: str, *, literal: bool = False) -> list[SourceBlock]:
    """All blocks of a finished text."""
    stream = BlockStream(literal=literal)
    return stream.feed(text) + stream.finish()


def _parts_of(piece: Piece, text: str, opening: SourceBlock) -> list[_Part]:
    """The parts of one piece; `opening` says what the first of them continues."""
    head = text[piece.head_start : piece.head_end]
    number = opening.number if opening.number is not None else piece.number
    block = replace(opening, shape=piece.shape, number=number)
    places = [(piece.start, piece.is_sure, opening.joint), *_places(piece, text)]
    ends = [place - len(joint) for place, _, joint in places[1:]] + [piece.end]
    parts: list[_Part] = []
    for index, ((start, is_sure, joint), end) in enumerate(zip(places, ends, strict=True)):
        if index:
            passed = sum(1 for child, _ in piece.children if child < start)
            block = replace(
                block,
                joint=joint if piece.shape is Shape.PARAGRAPH else "\n",
                continues=True,
                head=head,
                number=None if number is None else number + passed,
            )
        body = text[start:end].rstrip() if piece.shape is not Shape.CODE else text[start:end]
        parts.append(_Part(replace(block, text=body), start, is_sure))
    return parts


def _places(piece: Piece, text: str) -> list[tuple[int, bool, str]]:
    """Where a piece is cut: start of a part, whether that is sure, the joint taken out."""
    if piece.shape is Shape.PARAGRAPH:
        return _paragraph_places(text, piece.start, piece.end)
    places: list[tuple[int, bool, str]] = []
    start, rows = piece.start, 0
    for child, is_sure in piece.children:
        if rows and (rows >= TABLE_ROWS if piece.shape is Shape.TABLE else child - start >= GROUP):
            places.append((child, is_sure, ""))
            start, rows = child, 0
        rows += 1
    return places


def _paragraph_places(text: str, start: int, end: int) -> list[tuple[int, bool, str]]:
    places: list[tuple[int, bool, str]] = []
    while end - start > PART:
        least = start + PART // 2
        cut = max(text.rfind("\n", least, start + PART), text.rfind(" ", least, start + PART)) + 1
        joint = text[cut - 1] if cut else ""
        start = cut or start + PART
        places.append((start, True, joint))
    return places
