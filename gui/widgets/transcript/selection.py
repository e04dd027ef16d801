"""A selection across messages and blocks, and the text it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtGui import QTextCursor

from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.shown import ShownBlock


class Position(NamedTuple):
    """A place between two characters: message index, block index, offset in its document.

    Blocks of thinking count backwards from -1, so the reply's own keep their numbers; those
    of steps have numbers far below these.
    """

    message: int
    block: int
    offset: int


END = 1 << 40
"""An offset or block behind every other."""


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the person began to where they are now."""

    anchor: Position
    cursor: Position

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor == self.cursor

    @property
    def start(self) -> Position:
        """The earlier end."""
        return min(self.anchor, self.cursor)

    @property
    def end(self) -> Position:
        """The later end."""
        return max(self.anchor, self.cursor)

    def covers(self, message: int) -> bool:
        """Whether a whole message is selected, whatever is in it."""
        return self.start <= (message, 0, 0) and (message, END, END) <= self.end

    def within(self, message: int, block: int) -> tuple[int, int] | None:
        """The offsets selected in one block; the second may be `END`."""
        if self.is_empty or not self.start[:2] <= (message, block) <= self.end[:2]:
            return None
        first = self.start.offset if self.start[:2] == (message, block) else 0
        last = self.end.offset if self.end[:2] == (message, block) else END
        return first, last


def everything(count: int) -> Selection:
    """All of `count` messages."""
    return Selection(Position(0, 0, 0), Position(max(0, count - 1), END, END))


def text_in(layout: MessageLayout, index: int, selection: Selection) -> str:
    """The selected text of one message: its exact source if all of it is selected."""
    blocks = layout.blocks
    start, end = selection.start, selection.end
    first = start if start.message == index else Position(index, 0, 0)
    last = end if end.message == index else Position(index, END, END)
    is_from_start = first <= Position(index, 0, 0)
    if is_from_start and first.block >= 0 and _reaches_end(layout, last):
        return layout.message.content
    text = ""
    for number, block in layout.numbered():
        span = selection.within(index, number)
        if span is not None:
            part = block_text(layout, block, *span)
            text += (block.source.joint if text else "") + part
    return text if blocks or text else layout.message.content


def _reaches_end(layout: MessageLayout, last: Position) -> bool:
    if last.block >= len(layout.blocks):
        return True
    document = layout.blocks[-1].document
    is_last = last.block == len(layout.blocks) - 1
    return is_last and document is not None and last.offset >= document.characterCount() - 1


def block_text(layout: MessageLayout, block: ShownBlock, first: int, last: int) -> str:
    """The visible text between two offsets, list markers included."""
    document = layout.document_of(block)
    last = min(last, document.characterCount() - 1)
    markers = {mark.block: mark.marker for mark in document.marks}
    lines: list[str] = []
    text = document.findBlock(first)
    while text.isValid() and text.position() <= last:
        begin = max(first, text.position())
        stop = min(last, text.position() + text.length() - 1)
        cursor = QTextCursor(document)
        cursor.setPosition(begin)
        cursor.setPosition(max(begin, stop), QTextCursor.MoveMode.KeepAnchor)
        marker = markers.get(text.blockNumber(), "")
        prefix = f"{marker} " if marker and begin == text.position() else ""
        lines.append(prefix + cursor.selectedText().replace("\u2028", "\n"))
        text = text.next()
    return "\n".join(lines)
