"""Questions and name dialogs: what they say, what Enter, Escape and a click do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.records import Transfer, TransferKind, TransferState
from gui.windows.models.announcing import notice_of
from gui.windows.models.name_dialog import NameDialog, PushDialog
from gui.windows.models.questions import ask_cancel, ask_delete

PULL = Transfer(
    "id", TransferKind.PULL, "qwen3:8b", "ollama", TransferState.RUNNING, completed=3_000_000
)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def button(box: QMessageBox, text: str) -> QPushButton:
    found = next(b for b in box.buttons() if b.text() == text)
    assert isinstance(found, QPushButton)
    return found


def test_deleting_says_what_it_frees_and_only_delete_deletes(parent: QWidget) -> None:
    done: list[str] = []
    box = ask_delete("m:1b", 4_700_000_000, "", parent, lambda: done.append("deleted"))
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert "This frees 4.7 GB." in box.informativeText()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not done
    box = ask_delete("m:1b", 4_700_000_000, "", parent, lambda: done.append("deleted"))
    QTest.mouseClick(button(box, "Delete"), Qt.MouseButton.LeftButton)
    assert done == ["deleted"]


def test_deleting_what_is_shared_frees_nothing(parent: QWidget) -> None:
    box = ask_delete("copy:1b", 0, "m:1b", parent, lambda: None)
    assert "m:1b uses the same files" in box.informativeText()
    box.reject()
    box = ask_delete("warm:1b", 98_000_000, "starter:1b", parent, lambda: None)
    assert "This frees 98 MB at most: starter:1b has the same file." in box.informativeText()
    box.reject()


@pytest.mark.parametrize(
    ("text", "kept"),
    [("Cancel, keep what came", [True]), ("Cancel and discard", [False])],
)
def test_cancelling_a_download_asks_what_becomes_of_it(
    parent: QWidget, text: str, kept: list[bool]
) -> None:
    told: list[bool] = []
    box = ask_cancel(PULL, parent, told.append)
    assert "3.0 MB of it are here" in box.informativeText()
    QTest.mouseClick(button(box, text), Qt.MouseButton.LeftButton)
    assert told == kept


@pytest.mark.parametrize("kind", [TransferKind.CREATE, TransferKind.PUSH])
def test_other_work_is_simply_cancelled_or_not(parent: QWidget, kind: TransferKind) -> None:
    told: list[bool] = []
    box = ask_cancel(replace(PULL, kind=kind), parent, told.append)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    box = ask_cancel(replace(PULL, kind=kind), parent, told.append)
    QTest.mouseClick(button(box, "Cancel it"), Qt.MouseButton.LeftButton)
    assert told == [False]


def check(text: str) -> tuple[str, str]:
    return ("taken" if text == "m:1b" else "", f"so: {text}")


def test_a_name_is_judged_while_it_is_typed(parent: QWidget, qtbot: QtBot) -> None:
    dialog = NameDialog("Rename", "A new name:", "m:1b", "Rename", check, parent)
    dialog.open()
    assert not dialog.yes.isEnabled()
    assert dialog.problem.isHidden()
    QTest.keyClicks(dialog.field, "x")
    QTest.keyClick(dialog.field, Qt.Key.Key_Backspace)
    QTest.keyClicks(dialog.field, "m:1b")
    assert dialog.problem.text() == "taken"
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.keyClicks(dialog.field, "x")
    assert dialog.problem.isHidden()
    assert dialog.note.text() == "so: m:1bx"
    with qtbot.waitSignal(dialog.named) as named:
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert named.args == ["m:1bx"]


def test_pushing_says_at_once_what_is_wrong_and_is_encrypted_unless_asked(
    parent: QWidget, qtbot: QtBot
) -> None:
    dialog = PushDialog("m:1b", check, parent)
    dialog.open()
    assert dialog.problem.text() == "taken"
    dialog.field.setText("you/m:1b")
    with qtbot.waitSignal(dialog.pushed) as pushed:
        dialog.yes.click()
    assert pushed.args == ["you/m:1b", False]
    dialog = PushDialog("you/m:1b", check, parent)
    dialog.insecure.setChecked(True)
    with qtbot.waitSignal(dialog.pushed) as pushed:
        dialog.yes.click()
    assert pushed.args == ["you/m:1b", True]


@pytest.mark.parametrize("kind", list(TransferKind))
def test_the_end_of_every_kind_of_work_is_told(kind: TransferKind) -> None:
    done = notice_of(replace(PULL, kind=kind, state=TransferState.DONE))
    assert "qwen3:8b was" in done.text
    assert not done.is_error
    failed = notice_of(replace(PULL, kind=kind, state=TransferState.FAILED, error="No room."))
    assert failed.text == "No room."
    assert failed.is_error
