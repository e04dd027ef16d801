"""The editor: what is told, undo, Tab, input methods, read only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.source.edit import SourceEdit
from gui.widgets.source.units import with_line_feeds

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def told(source: SourceEdit) -> list[str]:
    texts: list[str] = []
    source.text_changed.connect(texts.append)
    return texts


def put_cursor(source: SourceEdit, position: int, end: int | None = None) -> None:
    cursor = source.edit.textCursor()
    cursor.setPosition(position)
    if end is not None:
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    source.edit.setTextCursor(cursor)


def test_typing_and_setting_are_told_and_loading_is_not(
    source: SourceEdit, told: list[str]
) -> None:
    source.load_text("one")
    assert (source.text(), told) == ("one", [])
    QTest.keyClicks(source.edit, "X")
    source.set_text("Xone two")
    source.set_text("Xone two")
    assert told == ["Xone", "Xone two"]
    source.load_text("")
    assert told == ["Xone", "Xone two"]


def test_colours_are_not_told_as_changes(source: SourceEdit, told: list[str], qtbot: QtBot) -> None:
    source.load_text("word\n" * 50)
    source.colouring.rehighlight()
    qtbot.wait(20)
    assert told == []


def test_set_text_keeps_the_cursor_at_its_letter_and_every_step_of_undo(
    source: SourceEdit,
) -> None:
    source.load_text("one\n🙂two\nthree")
    put_cursor(source, len("one\n") + 2 + 1)  # behind 🙂t, an emoji being two units
    QTest.keyClicks(source.edit, "W")
    assert source.text() == "one\n🙂tWwo\nthree"
    source.set_text("one and 🙂🙂 more\n🙂tWwo\nthree")
    QTest.keyClicks(source.edit, "X")
    assert source.text() == "one and 🙂🙂 more\n🙂tWXwo\nthree"
    for expected in ("one and 🙂🙂 more\n🙂tWwo\nthree", "one\n🙂tWwo\nthree", "one\n🙂two\nthree"):
        source.edit.undo()
        assert source.text() == expected
    assert not source.edit.document().isUndoAvailable()


def test_set_text_leaves_what_is_seen_where_it_is(source: SourceEdit, qtbot: QtBot) -> None:
    lines = [f"line {number}" for number in range(300)]
    source.load_text("\n".join(lines))
    source.edit.verticalScrollBar().setValue(150)
    source.set_text("\n".join([*lines[:10], "new", "new", *lines[10:]]))
    assert source.edit.firstVisibleBlock().text() == "line 150"
    source.set_text("\n".join(lines))
    assert source.edit.firstVisibleBlock().text() == "line 150"
    source.set_text("\n".join([*lines[:10], *(line.upper() for line in lines[10:])]))
    assert source.edit.firstVisibleBlock().text() == "LINE 150"
    source.edit.verticalScrollBar().setValue(0)
    source.set_text("first\n" + source.text())
    assert source.edit.firstVisibleBlock().text() == "first"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(alphabet="ab\n\r\t 한🙂\u00a0\u2028\u2029\x0b\ufffc", max_size=20), max_size=4)
)
def test_whatever_is_set_is_there(source: SourceEdit, texts: list[str]) -> None:
    source.load_text("")
    for text in texts:
        source.set_text(text)
        assert source.text() == with_line_feeds(text)
    while source.edit.document().isUndoAvailable():
        source.edit.undo()
    assert source.text() == ""


def test_tab_puts_in_blanks_and_shift_tab_takes_them_away(source: SourceEdit) -> None:
    source.load_text("ab\n\ncd")
    put_cursor(source, 2)
    QTest.keyClick(source.edit, KEY.Key_Tab)
    assert source.text() == "ab  \n\ncd"
    put_cursor(source, 0, len("ab  \n\nc"))
    QTest.keyClick(source.edit, KEY.Key_Tab)
    assert source.text() == "    ab  \n\n    cd"
    QTest.keyClick(source.edit, KEY.Key_Backtab, SHIFT)
    assert source.text() == "ab  \n\ncd"
    source.edit.undo()
    assert source.text() == "    ab  \n\n    cd"


@pytest.fixture
def beside(source: SourceEdit, qtbot: QtBot) -> Iterator[QLineEdit]:
    """A field that the focus can go to."""
    window, other = QWidget(), QLineEdit()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.addWidget(source)
    layout.addWidget(other)
    window.show()
    window.activateWindow()
    source.edit.setFocus()
    qtbot.waitUntil(source.edit.hasFocus)
    yield other
    source.setParent(None)


def test_ctrl_tab_leaves(source: SourceEdit, beside: QLineEdit) -> None:
    QTest.keyClick(source.edit, KEY.Key_Tab, CTRL)
    assert beside.hasFocus()
    assert source.text() == ""


def test_escape_and_then_tab_leaves_and_escape_alone_does_not(
    source: SourceEdit, beside: QLineEdit
) -> None:
    QTest.keyClick(source.edit, KEY.Key_Escape)
    QTest.keyClicks(source.edit, "1")
    QTest.keyClick(source.edit, KEY.Key_Tab)
    assert source.text() == "1   "
    QTest.keyClick(source.edit, KEY.Key_Escape)
    QTest.keyClick(source.edit, KEY.Key_Tab)
    assert beside.hasFocus()
    assert source.text() == "1   "


def test_read_only_is_read_and_left_but_not_written(source: SourceEdit, beside: QLineEdit) -> None:
    source.load_text("alpha")
    source.set_read_only(True)
    QTest.keyClicks(source.edit, "x")
    QTest.keyClick(source.edit, KEY.Key_Space, CTRL)
    assert source.text() == "alpha"
    assert not source.completer.is_open
    QTest.keyClick(source.edit, KEY.Key_Right, SHIFT)
    assert source.edit.textCursor().selectedText() == "a"
    QTest.keyClick(source.edit, KEY.Key_Tab)
    assert beside.hasFocus()
    source.set_read_only(False)
    source.edit.setFocus()
    QTest.keyClicks(source.edit, "x")
    assert "x" in source.text()


def test_a_syllable_being_composed_is_no_change_and_enter_commits_it(
    source: SourceEdit, told: list[str]
) -> None:
    QApplication.sendEvent(source.edit, QInputMethodEvent("한", []))
    assert told == []
    assert source.text() == ""
    QTest.keyClick(source.edit, KEY.Key_Return)
    assert source.text() == "한\n"
    assert told[-1] == "한\n"


def test_numbers_stand_beside_their_lines(source: SourceEdit) -> None:
    source.load_text("\n".join(["short", "long " * 100, "", "한글 🙂", "end"] * 9))
    field = source.edit
    for value in (0, 7, field.verticalScrollBar().maximum()):
        field.verticalScrollBar().setValue(value)
        seen = {line: box for line, box, _ in field.line_boxes(field.viewport().rect())}
        assert len(seen) > 5
        for line, box in seen.items():
            block = field.document().findBlockByNumber(line)
            true = field.blockBoundingGeometry(block).translated(field.contentOffset())
            assert abs(box.top() - true.top()) <= 1, line
            if block.next().isValid():
                assert abs(box.height() - true.height()) <= 1, line
