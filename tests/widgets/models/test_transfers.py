"""Rows of models on their way: what they say in each state, and what their buttons ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import Transfer, TransferKind, TransferState
from gui.widgets.models.transfer_row import TransferRow
from gui.widgets.models.transfer_strip import TransferStrip

RUNNING = Transfer(
    "id",
    TransferKind.PULL,
    "qwen3:8b",
    "built-in",
    TransferState.RUNNING,
    status="Downloading part 1",
    completed=3,
    total=4,
)


@pytest.fixture
def row(qtbot: QtBot) -> TransferRow:
    made = TransferRow(RUNNING)
    qtbot.addWidget(made)
    made.resize(700, made.height())
    made.show()
    return made


def test_a_running_one_says_how_far_it_is(row: TransferRow) -> None:
    assert row.name.text() == "qwen3:8b"
    assert row.bar.value() == 750
    assert row.status.text() == "Downloading part 1"
    assert row.accessibleName() == "Download: qwen3:8b, Downloading part 1"


@pytest.mark.parametrize(
    ("state", "go", "end"),
    [
        (TransferState.QUEUED, "Pause qwen3:8b", "Cancel qwen3:8b"),
        (TransferState.RUNNING, "Pause qwen3:8b", "Cancel qwen3:8b"),
        (TransferState.PAUSED, "Resume qwen3:8b", "Cancel qwen3:8b"),
        (TransferState.INTERRUPTED, "Resume qwen3:8b", "Cancel qwen3:8b"),
        (TransferState.FAILED, "Try qwen3:8b again", "Cancel qwen3:8b"),
        (TransferState.DONE, "", "Take qwen3:8b out of the list"),
        (TransferState.CANCELLED, "", "Take qwen3:8b out of the list"),
    ],
)
def test_each_state_has_its_buttons_by_name(
    row: TransferRow, state: TransferState, go: str, end: str
) -> None:
    row.show_transfer(replace(RUNNING, state=state))
    assert row.go.isVisible() is bool(go)
    assert not go or row.go.accessibleName() == go
    assert row.end.accessibleName() == end


def test_buttons_ask_for_what_they_say_by_keyboard_too(row: TransferRow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(row.pause_requested) as paused:
        QTest.keyClick(row.go, Qt.Key.Key_Space)
    with qtbot.waitSignal(row.cancel_requested) as cancelled:
        QTest.keyClick(row.end, Qt.Key.Key_Space)
    assert paused.args == ["id"]
    assert cancelled.args == [RUNNING]
    row.show_transfer(replace(RUNNING, state=TransferState.PAUSED))
    with qtbot.waitSignal(row.resume_requested):
        row.go.click()
    row.show_transfer(replace(RUNNING, state=TransferState.DONE))
    with qtbot.waitSignal(row.forget_requested):
        row.end.click()


def test_a_failure_is_told_whole(row: TransferRow) -> None:
    error = "There is no room on the disk. What was downloaded is kept. Free some space."
    row.show_transfer(replace(RUNNING, state=TransferState.FAILED, error=error, status="Failed"))
    assert row.status.text() == error
    assert row.status.wordWrap()
    assert row.property("state") == "failed"


def test_a_finished_one_says_that_it_was_checked(row: TransferRow) -> None:
    done = replace(RUNNING, state=TransferState.DONE, status="Done", detail="Digest abc")
    row.show_transfer(done)
    assert row.status.text() == "Download · Done · Digest abc"
    assert row.bar.value() == 1000


@pytest.mark.parametrize(
    ("completed", "total", "value"),
    [(9, 4, 1000), (-5, 4, 0), (5, 0, 0), (5, -1, 0), (2**62, 2**62, 1000)],
)
def test_mod_11_the_bar_stays_in_its_frame(
    row: TransferRow, completed: int, total: int, value: int
) -> None:
    row.show_transfer(replace(RUNNING, completed=completed, total=total))
    assert row.bar.value() == value


def test_mod_10_names_and_errors_are_plain_text(row: TransferRow) -> None:
    row.show_transfer(replace(RUNNING, name="<b>x</b>", status="<a href='x'>click</a>"))
    assert row.name.textFormat() is Qt.TextFormat.PlainText
    assert row.status.textFormat() is Qt.TextFormat.PlainText
    assert not GuiQt.mightBeRichText(row.status.toolTip())
    assert not GuiQt.mightBeRichText(row.go.toolTip())


def test_the_strip_is_there_while_it_has_rows(qtbot: QtBot) -> None:
    strip = TransferStrip()
    qtbot.addWidget(strip)
    strip.resize(700, 10)
    assert strip.isHidden()
    for number in range(5):
        strip.show_transfer(replace(RUNNING, id=str(number)))
    assert not strip.isHidden()
    assert strip.height() < 4 * strip.rows["0"].height()
    strip.show_transfer(replace(RUNNING, id="0", state=TransferState.PAUSED))
    assert len(strip.rows) == 5
    with qtbot.waitSignal(strip.resume_requested) as caught:
        strip.rows["0"].go.click()
    assert caught.args == ["0"]
    for number in range(5):
        strip.remove(str(number))
    assert strip.isHidden()
