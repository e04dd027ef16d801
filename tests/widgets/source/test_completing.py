"""Proposals: when they open, what keys do, and that they keep out of an input method's way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets.source.edit import SourceEdit

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def shown(source: SourceEdit) -> list[str]:
    if not source.completer.is_open:
        return []
    return [each.text for each in source.completer.list.proposals]


def press(source: SourceEdit, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(source.edit, key)


def test_a_letter_opens_and_more_letters_narrow(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "a")
    assert shown(source) == ["alpha", "alphabet"]
    assert source.edit.hasFocus()
    QTest.keyClicks(source.edit, "lphab")
    assert shown(source) == ["alphabet"]
    press(source, KEY.Key_Backspace)
    assert shown(source) == ["alpha", "alphabet"]
    QTest.keyClicks(source.edit, "x")
    assert shown(source) == []


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Tab])
def test_arrows_choose_and_a_key_takes(source: SourceEdit, key: Qt.Key) -> None:
    source.edit.insertPlainText("🙂 ")
    QTest.keyClicks(source.edit, "al")
    press(source, KEY.Key_Down, key)
    assert source.text() == "🙂 alphabet"
    assert shown(source) == []
    source.edit.undo()
    assert source.text() == "🙂 al"


def test_arrows_go_round(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "a")
    press(source, KEY.Key_Up)
    assert source.completer.list.current.text == "alphabet"
    press(source, KEY.Key_Down)
    assert source.completer.list.current.text == "alpha"
    press(source, KEY.Key_PageDown)
    assert source.completer.list.current.text == "alphabet"


def test_only_the_word_is_replaced_behind_an_emoji(source: SourceEdit) -> None:
    source.load_text("🙂🙂\nbe rest 🙂")
    cursor = source.edit.textCursor()
    cursor.setPosition(len("....\nbe"))
    source.edit.setTextCursor(cursor)
    QTest.keyClick(source.edit, KEY.Key_Space, CTRL)
    assert shown(source) == ["beta "]
    press(source, KEY.Key_Tab)
    assert source.text() == "🙂🙂\nbeta  rest 🙂"


def test_a_proposal_that_ends_with_a_blank_asks_again(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "b")
    press(source, KEY.Key_Return)
    assert source.text() == "beta "
    assert shown(source) == ["alpha", "alphabet", "beta "]


def test_escape_closes_and_stays_in_the_text(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "a")
    press(source, KEY.Key_Escape)
    assert shown(source) == []
    press(source, KEY.Key_Return)
    assert source.text() == "a\n"


def test_enter_behind_a_word_that_is_complete_ends_the_line(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "alpha")
    assert shown(source) == ["alpha", "alphabet"]
    press(source, KEY.Key_Return)
    assert source.text() == "alpha\n"
    QTest.keyClicks(source.edit, "alphabet")
    assert shown(source) == []


@pytest.mark.parametrize("key", [KEY.Key_Left, KEY.Key_Home])
def test_moving_away_closes(source: SourceEdit, key: Qt.Key) -> None:
    QTest.keyClicks(source.edit, "a")
    press(source, key)
    assert shown(source) == []


def test_the_focus_going_elsewhere_closes(source: SourceEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(source.edit, "a")
    source.edit.clearFocus()
    assert shown(source) == []


def test_a_click_takes(source: SourceEdit) -> None:
    QTest.keyClicks(source.edit, "a")
    view = source.completer.list.view
    second = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert source.text() == "alphabet"
    assert source.edit.hasFocus()


def test_while_a_syllable_is_composed_nothing_opens_and_enter_takes_nothing(
    source: SourceEdit,
) -> None:
    QTest.keyClicks(source.edit, "a")
    assert shown(source)
    QApplication.sendEvent(source.edit, QInputMethodEvent("ㅎ", []))
    assert shown(source) == []
    QTest.keyClick(source.edit, KEY.Key_Space, CTRL)
    assert shown(source) == []
    QApplication.sendEvent(source.edit, QInputMethodEvent("하", []))
    press(source, KEY.Key_Return)
    assert source.text() == "a하\n"


def test_a_long_text_is_not_searched_at_every_key(source: SourceEdit) -> None:
    source.load_text("word\n" * 5000)
    QTest.keyClicks(source.edit, "a")
    assert shown(source) == []
    QTest.keyClick(source.edit, KEY.Key_Space, CTRL)
    assert shown(source) == ["alpha", "alphabet"]


def test_the_choice_is_announced_to_a_screen_reader(source: SourceEdit) -> None:
    QAccessible.setActive(True)
    try:
        QTest.keyClicks(source.edit, "a")
        press(source, KEY.Key_Down)
    finally:
        QAccessible.setActive(False)
    view = source.completer.list.view
    assert view.currentIndex().data() == "alphabet. the word alphabet"
