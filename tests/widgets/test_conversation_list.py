"""The conversations at the left: headings by day, open, rename, delete."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gui.records import Conversation
from gui.widgets.conversation_list import ConversationList, day_heading


def conversation(number: int, title: str, age: timedelta) -> Conversation:
    then = (datetime.now().astimezone() - age).timestamp()
    return Conversation(number, title, then, then)


@pytest.fixture
def listed(qtbot: QtBot) -> ConversationList:
    widget = ConversationList()
    qtbot.addWidget(widget)
    widget.resize(260, 400)
    widget.show()
    widget.show_conversations(
        (
            conversation(3, "newest", timedelta()),
            conversation(2, "", timedelta(seconds=1)),
            conversation(1, "<b>old</b>", timedelta(days=20)),
        ),
        shown=2,
    )
    return widget


def texts(widget: ConversationList) -> list[str]:
    model = widget.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_headings_stand_over_the_days(listed: ConversationList) -> None:
    assert texts(listed)[-2:] == ["Last 30 days", "<b>old</b>"]
    assert "New conversation" in texts(listed)


def test_the_one_on_show_is_marked(listed: ConversationList) -> None:
    assert listed.currentIndex().data() == "New conversation"
    listed.mark(None)
    assert not listed.selectedIndexes()


def test_click_and_enter_open(listed: ConversationList, qtbot: QtBot) -> None:
    index = listed.model().index(1, 0)
    at = listed.visualRect(index).center()
    with qtbot.waitSignal(listed.opened) as opened:
        QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened.args == [3]
    with qtbot.waitSignal(listed.opened) as opened:
        QTest.keyClick(listed, Qt.Key.Key_Return)
    assert opened.args == [3]


def test_f2_renames_in_place(listed: ConversationList, qtbot: QtBot) -> None:
    QTest.keyClick(listed, Qt.Key.Key_F2)
    editor = listed.findChild(QLineEdit)
    assert editor is not None
    editor.setText("  a   new name ")
    with qtbot.waitSignal(listed.renamed) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == [2, "a new name"]


def test_delete_asks_to_delete(listed: ConversationList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(listed.delete_requested) as deleted:
        QTest.keyClick(listed, Qt.Key.Key_Delete)
    assert deleted.args == [2]


@pytest.mark.parametrize(
    ("days", "heading"),
    [(0, "Today"), (1, "Yesterday"), (3, "Last 7 days"), (20, "Last 30 days"), (90, "2026-01")],
)
def test_day_headings(days: int, heading: str) -> None:
    today = date(2026, 4, 15)
    noon = datetime(2026, 4, 15, 12).astimezone() - timedelta(days=days)
    assert day_heading(noon.timestamp(), today) == heading


def test_sys_06_a_clock_set_back_is_still_today() -> None:
    tomorrow = datetime.now().astimezone() + timedelta(days=2)
    assert day_heading(tomorrow.timestamp(), datetime.now().astimezone().date()) == "Today"
