"""Answers beside each other: they follow the one that is moved by hand, and only that."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.records import Message, MessageStatus, Role, Statistics
from gui.widgets.compare.lane_column import LaneColumn
from gui.widgets.compare.lanes_view import LanesView


def reply(paragraphs: int, status: MessageStatus = MessageStatus.COMPLETE) -> Message:
    text = "\n\n".join(f"Paragraph {n} of the answer." for n in range(paragraphs))
    figures = Statistics(eval_count=1, eval_duration=10**7, first_token_ns=2 * 10**8)
    return Message(1, 1, None, Role.ASSISTANT, text, status=status, statistics=figures)


@pytest.fixture
def lanes(qtbot: QtBot) -> LanesView:
    view = LanesView()
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show_columns([LaneColumn("a:1b", "quick"), LaneColumn("b:7b", "quick")])
    view.show()
    for column, paragraphs in zip(view.columns, (60, 120), strict=True):
        column.view.set_messages((reply(paragraphs),))
    qtbot.waitUntil(lambda: all(c.view.verticalScrollBar().maximum() > 900 for c in view.columns))
    return view


def turn_wheel(column: LaneColumn, pixels: int) -> None:
    port = column.view.viewport()
    event = QWheelEvent(
        QPointF(40, 40),
        QPointF(port.mapToGlobal(QPoint(40, 40))),
        QPoint(0, 0),
        QPoint(0, pixels),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, event)


def share(column: LaneColumn) -> float:
    bar = column.view.verticalScrollBar()
    return bar.value() / bar.maximum()


def test_they_scroll_together(lanes: LanesView) -> None:
    first, second = lanes.columns
    assert share(first) == share(second) == 1.0
    turn_wheel(first, 1200)
    assert share(first) < 0.95
    assert share(second) == pytest.approx(share(first), abs=0.05)  # heights are guessed


def test_they_scroll_apart(lanes: LanesView) -> None:
    first, second = lanes.columns
    lanes.scrolls_together = False
    turn_wheel(first, 1200)
    assert share(first) < 0.95
    assert share(second) == 1.0


def test_one_that_grows_does_not_take_the_others_with_it(lanes: LanesView) -> None:
    first, second = lanes.columns
    turn_wheel(second, 1200)
    before = share(second)
    first.view.set_messages((reply(200),))
    first.view.verticalScrollBar().setValue(0)
    assert share(second) == pytest.approx(before, abs=0.01)


def test_a_column_says_how_it_ended() -> None:
    column = LaneColumn("a:1b", "<b>quick</b>")
    column.show_answering()
    assert not column.keep.isEnabled()
    column.show_end(reply(1, MessageStatus.STOPPED), "")
    assert column.cost.text() == "Stopped · first token 0.20 s · 100.0 tokens/s · 1 token"
    assert column.keep.isEnabled()
    column.show_end(None, "")
    assert column.cost.text() == "Stopped before it began."
    assert not column.keep.isEnabled()
    column.show_end(None, "The disk is full.")
    assert column.cost.text() == "The disk is full."
    assert column.accessibleName() == "a:1b · <b>quick</b>"
