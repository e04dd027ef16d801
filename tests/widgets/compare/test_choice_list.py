"""Rows to check: by keys, by the pointer, through a search."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.widgets.compare.choice_list import ChoiceList
from gui.widgets.picker_rows import PickerItem

ITEMS = (
    PickerItem("", "Models", is_heading=True),
    PickerItem("m:a", "a:1b", "1.0 GB"),
    PickerItem("m:b", "b:7b", "4.7 GB"),
    PickerItem("", "Presets", is_heading=True),
    PickerItem("p:x", "Precise"),
)


@pytest.fixture
def choices(qtbot: QtBot) -> ChoiceList:
    widget = ChoiceList()
    qtbot.addWidget(widget)
    widget.resize(280, 400)
    widget.show_items(ITEMS, ["m:b"])
    widget.show()
    return widget


def test_keys_move_over_headings_and_check(choices: ChoiceList, qtbot: QtBot) -> None:
    QTest.keyClick(choices.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(choices.checked_changed) as changed:
        QTest.keyClick(choices.view, Qt.Key.Key_Space)
    assert changed.args == [("m:a", "m:b")]
    for _ in range(2):
        QTest.keyClick(choices.view, Qt.Key.Key_Down)
    QTest.keyClick(choices.view, Qt.Key.Key_Return)
    assert choices.checked == ("m:a", "m:b", "p:x")
    QTest.keyClick(choices.view, Qt.Key.Key_Up)
    QTest.keyClick(choices.view, Qt.Key.Key_Space)
    assert choices.checked == ("m:a", "p:x")


def test_a_click_checks_and_a_heading_does_not(choices: ChoiceList) -> None:
    view = choices.view
    for row in (0, 1):
        point = view.visualRect(view.model().index(row, 0)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert choices.checked == ("m:a", "m:b")
    role = Qt.ItemDataRole.CheckStateRole
    assert view.model().index(0, 0).data(role) is None
    assert view.model().index(1, 0).data(role) == Qt.CheckState.Checked


def test_what_is_searched_for_is_checked_by_enter(choices: ChoiceList) -> None:
    QTest.keyClick(choices.search, Qt.Key.Key_Return)
    assert choices.checked == ("m:b",), "nothing was searched for"
    QTest.keyClicks(choices.search, "1b")
    assert choices.view.model().rowCount() == 1
    QTest.keyClick(choices.search, Qt.Key.Key_Return)
    assert choices.checked == ("m:a", "m:b"), "what is hidden stays checked"


def test_other_rows_keep_what_is_still_there(choices: ChoiceList) -> None:
    choices.show_items(ITEMS[:2], ["m:a", "m:b"])
    assert choices.checked == ("m:a",)
