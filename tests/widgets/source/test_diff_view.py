"""Two texts compared: counts, signs, numbers, copying, keys, speed."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import DiffKind, DiffLine
from gui.widgets.source.diff_view import DiffView

SAME, GONE, NEW = DiffKind.SAME, DiffKind.REMOVED, DiffKind.ADDED
LINES = (
    DiffLine(SAME, 1, 1, "one"),
    DiffLine(GONE, 2, None, "two"),
    DiffLine(NEW, None, 2, "zwei\u2029drei"),
    DiffLine(NEW, None, 3, "🙂"),
    DiffLine(SAME, 3, 4, "three"),
    DiffLine(GONE, 4, None, "four"),
)


@pytest.fixture
def view(qtbot: QtBot) -> DiffView:
    made = DiffView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def test_the_header_counts_both_sides(view: DiffView) -> None:
    view.show_lines(LINES, "<b>base</b>", "mine")
    assert view.removed.text() == "− 2 lines only in <b>base</b>"
    assert view.removed.textFormat() is Qt.TextFormat.PlainText
    assert view.added.text() == "+ 2 lines only in mine"
    view.show_lines(LINES[:2])
    assert view.removed.text() == "− 1 line only in the old text"
    assert view.added.text() == "+ 0 lines only in the new text"


def test_equal_texts_say_so(view: DiffView) -> None:
    view.show_lines((LINES[0],))
    assert view.nothing.isVisible()
    assert not view.field.isVisible()
    assert not view.copy.isVisible()
    view.show_lines(LINES)
    assert view.field.isVisible()
    assert not view.nothing.isVisible()


def test_each_line_is_one_block_on_its_ground(view: DiffView) -> None:
    view.show_lines(LINES)
    assert view.field.document().blockCount() == len(LINES)
    look = view.field.look
    grounds = [view.field.ground(number) for number in range(len(LINES))]
    assert grounds == ["", look.removed, look.added, look.added, "", look.removed]
    picture = view.field.viewport().grab().toImage()
    right = picture.width() - 3
    seen = {picture.pixelColor(right, y).name().upper() for y in range(picture.height())}
    assert {look.removed, look.added, look.surface} <= seen


def test_copying_takes_the_signs(view: DiffView) -> None:
    view.show_lines(LINES[:4])
    QTest.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    assert view.text() == "  one\n- two\n+ zwei\u2029drei\n+ 🙂"
    assert QGuiApplication.clipboard().text() == view.text()
    assert view.copy.text() == "Copied"


def test_keys_select_copy_and_go_from_change_to_change(view: DiffView, qtbot: QtBot) -> None:
    view.show_lines(LINES)
    view.activateWindow()
    view.field.setFocus()
    qtbot.waitUntil(view.field.hasFocus)
    assert view.field.textCursor().blockNumber() == 1
    QTest.keyClick(view.field, Qt.Key.Key_F8)
    assert view.field.textCursor().blockNumber() == 5
    QTest.keyClick(view.field, Qt.Key.Key_F8)
    assert view.field.textCursor().blockNumber() == 1
    QTest.keyClick(view.field, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert view.field.textCursor().blockNumber() == 5
    QTest.keyClick(view.field, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    view.field.copy()
    assert QGuiApplication.clipboard().text() == "four"
    QTest.keyClicks(view.field, "x")
    assert view.field.document().lastBlock().text() == "four"


def test_five_thousand_lines_open_at_once(view: DiffView) -> None:
    lines = tuple(
        DiffLine(GONE, number, None, "an old line with some words in it")
        if number % 2
        else DiffLine(NEW, None, number, "a new line with some other words")
        for number in range(1, 5001)
    )
    view.show_lines(LINES)
    started = time.perf_counter()
    view.show_lines(lines)
    view.field.viewport().grab()
    assert time.perf_counter() - started < 0.1, "goal 0.05 on a machine with nothing else to do"
