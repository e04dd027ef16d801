"""The blocks of one text with their documents, growing at the end while the text streams."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from gui.widgets.transcript import builder
from gui.widgets.transcript.blocks import BlockStream, SourceBlock
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.highlight import Span
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.style import Style


class ShownBlock:
    """A source block with its place in the message; `document` is None until it is needed."""

    __slots__ = (
        "coloured_lines",
        "document",
        "height",
        "home",
        "source",
        "spans",
        "width",
        "y",
    )

    def __init__(self, source: SourceBlock, home: BlockList) -> None:
        self.source = source
        self.home = home
        self.document: BlockDocument | None = None
        self.spans: dict[int, list[Span]] = {}
        """The colours of each run of code, once they are known."""
        self.coloured_lines = 0
        self.width = 0.0
        self.y = 0.0
        self.height = 0.0

    def forget(self) -> None:
        """Let the document go; the height stays as the best guess."""
        self.document = None
        self.width = 0.0


def guess_lines(text: str, width: float, style: Style) -> float:
    """About how many lines `text` takes in `width` px."""
    per_line = max(10.0, width / (style.body.pixelSize() * 0.55))
    return text.count("\n") + 1 + len(text) / per_line * 0.9


def first_at(blocks: Sequence[ShownBlock], y: float) -> int:
    """The first block that reaches below `y`."""
    return bisect_right(blocks, y, key=lambda block: block.y + block.height)


def between(
    blocks: Sequence[ShownBlock], top: float, bottom: float
) -> Iterator[tuple[int, ShownBlock]]:
    """The blocks between two y of their message, with their numbers."""
    for number in range(first_at(blocks, top), len(blocks)):
        if blocks[number].y >= bottom:
            return
        yield number, blocks[number]


def stack(blocks: Sequence[ShownBlock], y: float, style: Style, since: int = 0) -> float:
    """Put the blocks from number `since` on below each other; where the last one ends."""
    before = blocks[since - 1] if since else None
    y = before.y + before.height if before is not None else y
    for block in islice(blocks, since, None):
        if before is not None:
            y += style.gap_between(
                before.source.shape, block.source.shape, continues=block.source.continues
            )
        block.y = y
        y += block.height
        before = block
    return y


class BlockList:
    """A text as blocks: those before `frozen` never change, those after it still may.

    `literal` text is shown as it was typed, `quiet` text steps back.
    """

    def __init__(self, *, literal: bool, quiet: bool = False) -> None:
        self.blocks: list[ShownBlock] = []
        self.frozen = 0
        self.taken = 0
        """Characters of the text taken so far."""
        self.is_finished = False
        self.is_literal = literal
        self.is_quiet = quiet
        self.indent = 0.0
        """How far the text is set in from the left of the column, px."""
        self._stream = BlockStream(literal=literal)

    @property
    def references(self) -> dict[str, Any]:
        """The link definitions met so far."""
        return self._stream.references

    @property
    def tail(self) -> ShownBlock | None:
        """The first block that may still change, None before any came."""
        return self.blocks[min(self.frozen, len(self.blocks) - 1)] if self.blocks else None

    def feed(self, text: str, width: float, style: Style) -> None:
        """Take more text."""
        self.taken += len(text)
        frozen = self._stream.feed(text)
        self._renew(frozen, self._stream.tail(), width, style)

    def finish(self, width: float, style: Style) -> None:
        """The text is whole: links that were defined after their use are made."""
        if self.is_finished:
            return
        self.is_finished = True
        self._renew(self._stream.finish(), [], width, style)
        for block in self.blocks if self.references else ():
            if "[" in block.source.text and block.source.shape is not Shape.CODE:
                block.forget()

    def _renew(
        self, frozen: list[SourceBlock], tail: list[SourceBlock], width: float, style: Style
    ) -> None:
        old = self.blocks[self.frozen :]
        del self.blocks[self.frozen :]
        self.frozen += len(frozen)
        for index, source in enumerate(frozen + tail):
            before = old[index] if index < len(old) else None
            self.blocks.append(self._shown(source, before, width, style))

    def _shown(
        self, source: SourceBlock, before: ShownBlock | None, width: float, style: Style
    ) -> ShownBlock:
        """The block for `source`: the one that stood there, if its document can be kept."""
        if before is not None:
            if before.source == source:
                return before
            document = before.document
            if document and builder.extend_code(document, before.source, source, style):
                before.source, before.height = source, document.height
                return before
        block = ShownBlock(source, self)
        line = style.code_line if source.shape is Shape.CODE else style.line
        block.height = guess_lines(source.text, width, style) * line
        if before is not None:
            block.height = before.height
        return block
