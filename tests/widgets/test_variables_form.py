"""The form above the message: filled in by keys, Korean included, and what it finds by itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from gui.records import Variable, VariableSource
from gui.widgets.variables_form import VariablesForm

TO = Variable("to", label="To whom?", default="Ann")
TONE = Variable("tone", choices=("warm", "dry"))
WHAT = Variable("what", label="What for?")
TODAY = Variable("today", VariableSource.DATE, label="Date")


class Form:
    def __init__(self, widget: VariablesForm) -> None:
        self.widget = widget
        self.edited: list[tuple[str, str]] = []
        self.finished = 0
        widget.edited.connect(lambda name, text: self.edited.append((name, text)))
        widget.finished.connect(self._finish)
        self.given = {"to": "Ann", "tone": "warm", "what": ""}

    def _finish(self) -> None:
        self.finished += 1

    def show(self, given: Mapping[str, str] | None = None) -> None:
        self.widget.show_form((TO, TONE, WHAT), given or self.given, ())

    def field(self, name: str) -> QWidget:
        return self.widget.fields[name]


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    widget = VariablesForm()
    qtbot.addWidget(widget)
    made = Form(widget)
    made.show()
    widget.resize(780, 160)
    widget.show()
    widget.activateWindow()
    return made


def test_enter_goes_from_field_to_field_and_then_to_the_message(form: Form) -> None:
    form.field("to").setFocus()
    QTest.keyClicks(form.field("to"), " and Bo")
    QTest.keyClick(form.field("to"), Qt.Key.Key_Return)
    tone = form.field("tone")
    assert isinstance(tone, QComboBox)
    line = tone.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "wry")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClicks(form.field("what"), "tea")
    assert form.finished == 0
    QTest.keyClick(form.field("what"), Qt.Key.Key_Return)
    assert form.finished == 1
    assert dict(form.edited) == {"to": "Ann and Bo", "tone": "wry", "what": "tea"}


def test_a_value_may_have_lines_and_a_half_written_syllable(form: Form) -> None:
    what = form.field("what")
    QTest.keyClicks(what, "one")
    QTest.keyClick(what, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(what, "two ")
    QApplication.sendEvent(what, QInputMethodEvent("차", []))
    QTest.keyClick(what, Qt.Key.Key_Return)
    assert form.edited[-1] == ("what", "one\ntwo 차")
    assert form.finished == 1


def test_what_is_chosen_from_the_list_is_told(form: Form) -> None:
    tone = form.field("tone")
    assert isinstance(tone, QComboBox)
    QTest.keyClick(tone, Qt.Key.Key_Down)
    assert form.edited[-1] == ("tone", "dry")


def test_showing_the_same_again_tells_nothing_and_keeps_the_cursor(form: Form) -> None:
    QTest.keyClicks(form.field("what"), "te")
    before = form.field("what")
    form.edited.clear()
    form.show(form.given | {"what": "te"})
    QTest.keyClicks(form.field("what"), "a")
    assert form.field("what") is before
    assert form.edited == [("what", "tea")]


def test_another_conversation_shows_its_own_values(form: Form) -> None:
    form.show({"to": "Cho", "tone": "dry", "what": "rice 🍚"})
    assert form.widget.fields["to"].text() == "Cho"
    assert form.widget.fields["tone"].text() == "dry"
    assert form.widget.fields["what"].text() == "rice 🍚"
    assert not form.edited


def test_what_is_missing_is_pointed_at_until_it_is_typed(form: Form) -> None:
    form.widget.point_at(WHAT)
    assert form.widget.problem.isVisible()
    assert "What for?" in form.widget.problem.text()
    assert form.field("what").hasFocus()
    QTest.keyClicks(form.field("what"), "x")
    assert not form.widget.problem.isVisible()


def test_what_is_found_is_shown_in_one_line(form: Form) -> None:
    clip = Variable("clip", VariableSource.CLIPBOARD)
    found = ((TODAY, "Tuesday"), (clip, "<b>one</b>\n" + "two " * 100), (TO, ""))
    form.widget.show_form((), {}, found)
    text = form.widget.found.text()
    assert text.startswith("Filled in by itself: Date: Tuesday · clip: <b>one</b> two two")
    assert "…" in text
    assert "\n" not in text
    assert text.endswith("To whom?: (nothing)")
    assert form.widget.isVisible()
    form.widget.show_form((), {}, ())
    assert not form.widget.isVisible()


def test_a_narrow_form_has_fewer_columns(form: Form) -> None:
    def row(name: str) -> int:
        return form.field(name).y()

    assert row("to") // 10 == row("what") // 10
    form.widget.resize(300, 300)
    form.widget.layout().activate()  # type: ignore[union-attr]
    assert row("to") < row("tone") < row("what")
