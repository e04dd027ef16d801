"""From a point on the screen to a place in the text and back."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QTextCursor

from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.selection import END, Position, Selection
from gui.widgets.transcript.shown import ShownBlock
from gui.widgets.transcript.targets import FOOT_ACTIONS, Target


def position_at(layout: MessageLayout, index: int, point: QPointF) -> Position:
    """The place in a message nearest to `point` (y from the top of the message)."""
    nearest: tuple[int, ShownBlock] | None = None
    for number, block in layout.numbered():
        if nearest is None or block.y <= point.y():
            nearest = number, block
    if nearest is None:
        return Position(index, 0, 0)
    number, block = nearest
    if point.y() < block.y and number <= 0:
        return Position(index, number, 0)
    if number == len(layout.blocks) - 1 and point.y() > layout.content_bottom + 12:
        return Position(index, number, layout.document_of(block).characterCount() - 1)
    inside = QPointF(point.x() - layout.text_left(block), point.y() - layout.text_top(block))
    place = layout.document_of(block).documentLayout()
    offset = place.hitTest(inside, Qt.HitTestAccuracy.FuzzyHit)
    return Position(index, number, max(0, offset))


def is_on_text(layout: MessageLayout, point: QPointF) -> bool:
    """Whether `point` is on or close beside words."""
    return any(
        block.y <= point.y() <= block.y + block.height
        and layout.text_left(block) <= point.x() <= layout.text_left(block) + block.width
        for _, block in layout.numbered()
    )


def target_at(layout: MessageLayout, point: QPointF, *, is_active: bool) -> Target | None:
    """What is pressed at `point`; the row of actions only while it shows."""
    for target in targets_of(layout, point.y() - 1, point.y() + 1):
        if target.rect.contains(point) and (is_active or target.action not in FOOT_ACTIONS):
            return target
    return None


def word_at(layout: MessageLayout, position: Position) -> Selection:
    """The word around a position."""
    cursor = _cursor_at(layout, position)
    cursor.select(QTextCursor.SelectionType.WordUnderCursor)
    return _span(position, cursor.selectionStart(), cursor.selectionEnd())


def block_at(position: Position) -> Selection:
    """The whole block a position is in."""
    return _span(position, 0, END)


def _span(position: Position, first: int, last: int) -> Selection:
    message, block, _ = position
    return Selection(Position(message, block, first), Position(message, block, last))


def _cursor_at(layout: MessageLayout, position: Position) -> QTextCursor:
    block = dict(layout.numbered()).get(position.block)
    if block is None:
        return QTextCursor()
    document = layout.document_of(block)
    cursor = QTextCursor(document)
    cursor.setPosition(min(position.offset, document.characterCount() - 1))
    return cursor
