"""The prompt: Enter sends, Shift+Enter breaks, a Korean syllable is never lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets.composer import Composer
from gui.widgets.prompt_edit import MOST_IN_A_LINE, PromptEdit


@pytest.fixture
def prompt(qtbot: QtBot) -> PromptEdit:
    edit = PromptEdit()
    qtbot.addWidget(edit)
    edit.show()
    return edit


@pytest.fixture
def composer(qtbot: QtBot) -> tuple[Composer, list[str]]:
    widget, sent = Composer(), []
    qtbot.addWidget(widget)
    widget.show()
    widget.submitted.connect(sent.append)
    return widget, sent


def compose(edit: PromptEdit, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(edit, event)


def test_enter_sends_and_shift_enter_breaks(composer: tuple[Composer, list[str]]) -> None:
    widget, sent = composer
    QTest.keyClicks(widget.prompt, "one")
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(widget.prompt, "two")
    assert not sent
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]


def test_one_enter_commits_and_sends_a_syllable_being_composed(
    composer: tuple[Composer, list[str]],
) -> None:
    widget, sent = composer
    compose(widget.prompt, "", "안녕하세")
    compose(widget.prompt, "요")
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return)
    assert sent == ["안녕하세요"]


def test_the_syllable_is_composed_where_the_cursor_is(prompt: PromptEdit) -> None:
    prompt.set_text("가다")
    QTest.keyClick(prompt, Qt.Key.Key_Left)
    compose(prompt, "나")
    assert prompt.text() == "가나다"


def test_ui_02_enter_held_down_sends_once(composer: tuple[Composer, list[str]]) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    widget, sent = composer
    QTest.keyClicks(widget.prompt, "hello")
    none = Qt.KeyboardModifier.NoModifier
    for repeat in (False, True, True):
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, none, "\r", repeat)
        QApplication.sendEvent(widget.prompt, key)
    assert sent == ["hello"]


def test_nothing_is_sent_while_blocked_or_empty(composer: tuple[Composer, list[str]]) -> None:
    widget, sent = composer
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return)
    widget.block("Choose a model first")
    QTest.keyClicks(widget.prompt, "hello")
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return)
    assert not sent
    widget.block("")
    QTest.keyClick(widget.prompt, Qt.Key.Key_Return)
    assert sent == ["hello"]


def test_the_button_stops_while_a_reply_comes(qtbot: QtBot) -> None:
    widget = Composer()
    qtbot.addWidget(widget)
    widget.show_replying(True)
    with qtbot.waitSignal(widget.stop_requested):
        widget._button.click()


@pytest.mark.parametrize("text", ["x" * (MOST_IN_A_LINE + 1), "line\n" * 50_000])
def test_ui_02_a_huge_paste_is_refused_and_told(prompt: PromptEdit, text: str) -> None:
    refused: list[tuple[int, int]] = []
    prompt.paste_refused.connect(lambda *counts: refused.append(counts))
    prompt.set_text("kept")
    data = QMimeData()
    data.setText(text)
    prompt.insertFromMimeData(data)
    assert prompt.text() == "kept"
    assert refused[0][0] == len(text)


def test_rich_text_is_pasted_as_plain_text(prompt: PromptEdit) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b><img src='file:///etc/hostname'>")
    data.setText("bold")
    prompt.insertFromMimeData(data)
    assert prompt.text() == "bold"


def test_the_field_grows_with_its_text_up_to_ten_lines(prompt: PromptEdit) -> None:
    heights = []
    for lines in (1, 3, 10, 40):
        prompt.set_text("\n".join("line" for _ in range(lines)))
        QApplication.sendPostedEvents()
        heights.append(prompt.sizeHint().height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_up_in_an_empty_field_asks_for_the_last_message(prompt: PromptEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignal(prompt.edit_last_requested):
        QTest.keyClick(prompt, Qt.Key.Key_Up)
