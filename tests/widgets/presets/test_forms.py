"""The fields of a preset: what is typed is told, what is shown is not typed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.controllers.preset_form import option_fields, shown_as
from gui.records import Options, Preset, Variable, VariableSource
from gui.records.preset_editing import PresetDraft, PresetView
from gui.widgets.modelfile.number_field import NumberField
from gui.widgets.presets.model_choice import ModelChoice
from gui.widgets.presets.options_form import OptionsForm
from gui.widgets.presets.prompt_form import PromptForm
from gui.widgets.presets.temperature import TemperatureField
from gui.widgets.presets.variable_list import VariableList


def view(preset: Preset) -> PresetView:
    return shown_as(preset, PresetDraft(), None)


@pytest.mark.parametrize(("word", "value"), [(0.2, 0.2), (0.7, 0.7), (1.1, 1.1)])
def test_one_click_temperatures(qtbot: QtBot, word: float, value: float) -> None:
    field = TemperatureField()
    qtbot.addWidget(field)
    field.show()
    with qtbot.waitSignal(field.edited) as told:
        QTest.mouseClick(field.words[word], Qt.MouseButton.LeftButton)
    assert told.args == [value]
    assert field.words[word].isChecked()
    assert field.number.text() == f"{value:g}"
    assert field.slider.value() == round(20 * value)


def test_the_slider_and_the_number_are_one(qtbot: QtBot) -> None:
    field = TemperatureField()
    qtbot.addWidget(field)
    field.show()
    told: list[object] = []
    field.edited.connect(told.append)
    field.show_value(0.7)
    QTest.keyClick(field.slider, Qt.Key.Key_Right)
    field.number.lineEdit().selectAll()
    QTest.keyClicks(field.number, "1.")
    assert field.number.text() == "1."
    QTest.keyClicks(field.number, "37x")
    assert field.problem.isVisible()
    QTest.mouseClick(field.unset, Qt.MouseButton.LeftButton)
    assert not field.problem.isVisible()
    assert told == [0.75, 1.0, 1.3, 1.37, None]


def test_what_the_preset_says_is_shown_and_never_told_back(qtbot: QtBot) -> None:
    form = OptionsForm(option_fields())
    qtbot.addWidget(form)
    told: list[object] = []
    form.edited.connect(told.append)
    options = Options(temperature=1.0, num_ctx=4096, stop=("END",), repeat_last_n=-1, seed=0)
    form.show_options(options)
    shown = {name: row.value for name, row in form.list.rows.items() if row.value}
    assert shown == {"temperature": "1", "num_ctx": "4096", "repeat_last_n": "-1", "seed": "0"}
    assert form.stops.rows[0].field.toPlainText() == "END"
    assert told == []


def test_every_option_of_a_preset_has_a_field() -> None:
    fields = {field.name: field for field in option_fields()}
    assert set(fields) == set(Options.__dataclass_fields__)
    assert all(field.about for field in fields.values())


def test_what_is_no_number_stays_where_it_is_typed(qtbot: QtBot) -> None:
    form = OptionsForm(option_fields())
    qtbot.addWidget(form)
    form.show()
    told: list[Options] = []
    form.edited.connect(told.append)
    row = form.list.rows["num_predict"]
    QTest.keyClicks(row.editor, "2x")
    assert row.problem.isVisible()
    assert told == [Options(num_predict=2)]
    form.show_options(Options(num_predict=2, top_k=5))
    assert row.value == "2x"
    QTest.keyClick(row.editor, Qt.Key.Key_Backspace)
    assert not row.problem.isVisible()
    QTest.keyClicks(row.editor, "0")
    assert told[-1] == Options(num_predict=20, top_k=5)


def test_half_a_number_is_not_finished_for_the_person(qtbot: QtBot) -> None:
    form = OptionsForm(option_fields())
    qtbot.addWidget(form)
    form.edited.connect(form.show_options)
    editor = form.list.rows["top_p"].editor
    assert isinstance(editor, NumberField)
    QTest.keyClicks(editor, "0.90")
    assert editor.text() == "0.90"
    assert form.options == Options(top_p=0.9)


def test_a_model_or_the_one_of_the_window(qtbot: QtBot) -> None:
    choice = ModelChoice("Model", "the one of the window")
    qtbot.addWidget(choice)
    told: list[str] = []
    choice.edited.connect(told.append)
    choice.show_choices(["qwen3:4b", "smollm2:135m"])
    choice.setCurrentIndex(2)
    choice.textActivated.emit("smollm2:135m")
    assert choice.name == "smollm2:135m"
    choice.setCurrentIndex(0)
    choice.textActivated.emit("the one of the window")
    assert choice.name == ""
    choice.show_text("gone:7b")
    choice.show_choices(["qwen3:4b"])
    assert choice.name == "gone:7b"
    assert told == ["smollm2:135m", ""]


def test_name_and_prompt_are_told_as_they_are_typed(qtbot: QtBot) -> None:
    form = PromptForm()
    qtbot.addWidget(form)
    form.show()
    form.edited.connect(lambda preset: form.show_view(view(preset)))
    told: list[Preset] = []
    form.edited.connect(told.append)
    form.show_view(view(Preset("p", "A", "Be kind.", Options(top_k=3))))
    form.name.end(False)
    QTest.keyClicks(form.name, "b")
    form.system.insertPlainText("🙂 ")
    assert told[-1] == Preset("p", "Ab", "🙂 Be kind.", Options(top_k=3))
    assert not form.insert.isVisible()
    form.show_view(view(replace(told[-1], variables=(Variable("mood"),))))
    form.insert.menu_of_names().actions()[0].trigger()
    assert told[-1].system == "🙂 {mood}Be kind."


def test_variables_are_described_and_prompts_follow(qtbot: QtBot) -> None:
    rows = VariableList()
    qtbot.addWidget(rows)
    rows.resize(700, 500)
    rows.show()
    told: list[Preset] = []
    rows.edited.connect(told.append)
    rows.edited.connect(lambda preset: rows.show_view(view(preset)))
    rows.show_view(view(Preset("p", "P", "Be {mood} about {topic}.")))
    assert [button.property("variable") for button in rows.missing] == ["mood", "topic"]
    QTest.mouseClick(rows.missing[0], Qt.MouseButton.LeftButton)
    row = rows.rows[0]
    QTest.keyClicks(row.label, "Which?")
    QTest.keyClicks(row.choices, "calm, , glad")
    assert row.choices.text() == "calm, , glad"
    row.name.selectAll()
    QTest.keyClicks(row.name, "tone")
    QTest.keyClick(row.name, Qt.Key.Key_Return)
    assert told[-1].system == "Be {tone} about {topic}."
    assert told[-1].variables == (Variable("tone", label="Which?", choices=("calm", "glad")),)
    row.source.setCurrentIndex(row.source.findData("date"))
    row.source.activated.emit(1)
    assert told[-1].variables[0].source is VariableSource.DATE
    QTest.mouseClick(rows.add, Qt.MouseButton.LeftButton)
    assert [variable.name for variable in told[-1].variables] == ["tone", "topic"]
    QTest.mouseClick(rows.rows[0].remove, Qt.MouseButton.LeftButton)
    assert [variable.name for variable in told[-1].variables] == ["topic"]
