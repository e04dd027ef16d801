"""The form by itself: it shows what a Modelfile says, and announces only what a person does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import language
from gui.controllers.modelfile_form import parameter_fields
from gui.models.modelfile.parameters import PARAMETERS
from gui.records.modelfile import FormValues
from gui.widgets.modelfile.form import ModelfileForm
from gui.widgets.modelfile.number_field import NumberField

VALUES = FormValues(
    bases=("llama3.2",),
    adapter="./a.gguf",
    system="Be kind.\nAlways.",
    template="{{ .Prompt }}",
    parameters={"temperature": "1e-1", "num_ctx": "4k", "use_mmap": "T"},
    stops=("<|a|>", " b"),
    messages=(("system", "s"), ("user", "u"), ("assistant", "a")),
    licenses=("MIT",),
)


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[ModelfileForm]:
    form = ModelfileForm(parameter_fields())
    qtbot.addWidget(form)
    form.resize(420, 700)
    form.show()
    yield form
    form.hide()


@pytest.fixture
def told(form: ModelfileForm) -> list[object]:
    heard: list[object] = []
    for signal in (
        *(form.base_edited, form.adapter_edited, form.system_edited, form.template_edited),
        *(form.stops_edited, form.messages_edited, form.licenses_edited),
    ):
        signal.connect(heard.append)
    form.parameter_edited.connect(lambda name, value: heard.append((name, value)))
    return heard


def test_what_is_shown_is_not_announced(form: ModelfileForm, told: list[object]) -> None:
    form.show_models(("llama3.2", "qwen3"))
    form.show_values(VALUES)
    assert form.base.currentText() == "llama3.2"
    assert form.system.toPlainText() == VALUES.system
    assert {name: row.value for name, row in form.parameters.rows.items() if row.value} == dict(
        VALUES.parameters
    )
    assert form.parameters.rows["use_mmap"].editor.currentData() == "true"
    assert [row.field.toPlainText() for row in form.stops.rows] == list(VALUES.stops)
    assert [row.role.role for row in form.messages.rows] == ["system", "user", "assistant"]
    form.show_values(FormValues())
    assert form.base.currentText() == ""
    assert not form.stops.rows
    assert told == []


def test_every_option_has_its_range_default_and_sentence(form: ModelfileForm) -> None:
    assert {*form.parameters.rows, "stop"} == set(PARAMETERS)
    editor = form.parameters.rows["temperature"].editor
    assert isinstance(editor, NumberField)
    assert editor.lineEdit().placeholderText() == "0.8"
    assert "0 – 2" in editor.accessibleDescription()
    for row in form.parameters.rows.values():
        assert row.editor.accessibleName() == row.field.name
        assert row.field.about


def test_options_are_folded_unless_they_are_set(form: ModelfileForm) -> None:
    rows = form.parameters.rows
    assert rows["temperature"].isVisible()
    assert not rows["num_gpu"].isVisible()
    form.show_values(FormValues(parameters={"num_gpu": "0"}))
    assert rows["num_gpu"].isVisible()
    assert not rows["main_gpu"].isVisible()
    form.parameters.fold.click()
    assert rows["main_gpu"].isVisible()


@pytest.mark.parametrize(
    ("name", "text", "key", "after"),
    [
        ("temperature", "", Qt.Key.Key_Up, "0.9"),
        ("temperature", "2", Qt.Key.Key_Up, "2"),
        ("top_p", "0.5", Qt.Key.Key_Down, "0.45"),
        ("num_ctx", "2048", Qt.Key.Key_Up, "3072"),
        ("seed", "", Qt.Key.Key_Down, ""),
        ("seed", "41", Qt.Key.Key_Up, "42"),
        ("num_ctx", "4k", Qt.Key.Key_Up, "4k"),
    ],
)
def test_arrows_step_inside_of_the_range(
    form: ModelfileForm, name: str, text: str, key: Qt.Key, after: str
) -> None:
    form.show_values(FormValues(parameters={name: text} if text else {}))
    editor = form.parameters.rows[name].editor
    assert isinstance(editor, NumberField)
    editor.setFocus()
    QTest.keyClick(editor, key)
    assert editor.text() == (after or "-1")


def test_typing_and_unsetting_a_number(form: ModelfileForm, told: list[object]) -> None:
    row = form.parameters.rows["seed"]
    assert not row.unset.isEnabled()
    QTest.keyClicks(row.editor, "42")
    assert told == [("seed", "4"), ("seed", "42")]
    row.unset.click()
    assert told[-1] == ("seed", "")
    assert not row.unset.isEnabled()


def test_scrolling_changes_nothing(form: ModelfileForm, told: list[object]) -> None:
    form.show_values(VALUES)
    for widget in (
        *(form.parameters.rows["temperature"].editor, form.parameters.rows["use_mmap"].editor),
        *(form.base, form.messages.rows[0].role, form.system),
    ):
        widget.setFocus()
        at = QPointF(5, 5)
        wheel = QWheelEvent(
            *(at, at, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton),
            *(Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
        )
        QApplication.sendEvent(widget, wheel)
        assert form.base.currentText() == "llama3.2"
    assert told == []


def test_a_row_just_added_says_nothing_until_it_has_text(
    form: ModelfileForm, told: list[object]
) -> None:
    form.stops.add.click()
    form.stops.add.click()
    assert len(form.stops.rows) == 1
    assert told == []
    QTest.keyClicks(form.stops.rows[0].field, "x")
    assert told == [("x",)]
    form.show_values(FormValues(stops=("x",)))
    assert len(form.stops.rows) == 1
    form.stops.rows[0].remove.click()
    assert told[-1] == ()
    form.messages.add.click()
    assert len(told) == 2
    form.messages.rows[0].remove.click()
    assert len(told) == 2


def test_typing_in_a_list_keeps_the_cursor(form: ModelfileForm, told: list[object]) -> None:
    form.show_values(VALUES)
    field = form.messages.rows[1].field
    field.setFocus()
    QTest.keyClicks(field, "yo")
    messages = told[-1]
    assert messages == (("system", "s"), ("user", "you"), ("assistant", "a"))
    form.show_values(FormValues(messages=messages))  # type: ignore[arg-type]
    assert field.textCursor().position() == 2
    QTest.keyClicks(field, "!")
    assert field.toPlainText() == "yo!u"


def test_a_korean_syllable_being_composed_is_left_alone(
    form: ModelfileForm, told: list[object]
) -> None:
    form.system.setFocus()
    QApplication.sendEvent(form.system, QInputMethodEvent("하", []))
    form.show_values(FormValues(bases=("a",)))
    assert told == []
    commit = QInputMethodEvent()
    commit.setCommitString("한")
    QApplication.sendEvent(form.system, commit)
    assert told == ["한"]


def test_a_field_is_as_high_as_its_text_in_its_width(form: ModelfileForm, qtbot: QtBot) -> None:
    long = "word " * 60
    form.show_values(FormValues(messages=(("user", "one"), ("user", long))))
    short, tall = (row.field for row in form.messages.rows)
    qtbot.waitUntil(lambda: tall.height() > 3 * short.height(), timeout=2000)
    for field in (short, tall):
        bar = field.verticalScrollBar()
        assert bar.maximum() == bar.minimum() or field is tall
        assert field.viewport().height() >= field.fontMetrics().lineSpacing()


def test_several_files_are_for_the_text(form: ModelfileForm) -> None:
    form.show_values(FormValues(bases=("a.gguf", "mmproj.gguf")))
    assert not form.base.isEnabled()
    assert "mmproj.gguf" in form.more_bases.text()
    form.show_values(FormValues(bases=("a.gguf",)))
    assert form.base.isEnabled()
    assert form.more_bases.isHidden()


def test_choosing_and_typing_a_base(form: ModelfileForm, told: list[object]) -> None:
    form.show_models(("llama3.2", "qwen3"))
    form.base.setFocus()
    QTest.keyClicks(form.base.lineEdit(), "x")
    assert told == ["x"]
    form.base.textActivated.emit("qwen3")
    assert told[-1] == "qwen3"
    form.show_values(FormValues(bases=("qwen3",)))
    form.show_models(("llama3.2", "qwen3", "warm"))
    assert form.base.currentText() == "qwen3"


def test_labels_wrap_in_korean_and_nothing_is_cut(qtbot: QtBot) -> None:
    try:
        language.choose("ko")
        form = ModelfileForm(parameter_fields())
        qtbot.addWidget(form)
        form.resize(340, 700)
        form.show()
        form.parameters.fold.click()
        qtbot.wait(50)
        inside = form.widget()
        assert inside.minimumSizeHint().width() <= form.viewport().width()
        assert form.horizontalScrollBar().maximum() == 0
    finally:
        language.choose("en")
