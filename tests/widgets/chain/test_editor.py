"""The cards of a chain, by keys and clicks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.controllers.preset_form import option_fields, shown_as
from gui.records import Chain, Options, OutputKind, Preset, Severity, Step
from gui.records.preset_editing import PresetDraft
from gui.widgets.chain.editor import ChainEditor
from gui.widgets.chain.step_head import StepDeed

TWO = Preset(
    "p",
    "Two",
    chain=Chain(
        (
            (Step("english", "Translate: {input}"),),
            (Step("answer", "Answer: {english}", title="Answer in Korean"),),
        )
    ),
)


class Held:
    """An editor whose edits come back to it, as the window does it."""

    def __init__(self, qtbot: QtBot, preset: Preset) -> None:
        self.editor = ChainEditor(option_fields())
        qtbot.addWidget(self.editor)
        self.editor.resize(800, 900)
        self.editor.show()
        self.editor.edited.connect(self.take)
        self.take(preset)
        self.editor.activateWindow()
        qtbot.waitUntil(self.editor.isActiveWindow)

    def take(self, preset: Preset) -> None:
        self.preset = preset
        self.editor.show_view(shown_as(preset, PresetDraft(), None))

    @property
    def names(self) -> list[list[str]]:
        return [[step.name for step in stage] for stage in self.preset.chain.stages]

    @property
    def focused(self) -> str:
        focused = QApplication.focusWidget()
        found = (c.step.name for c in self.editor.cards if focused and c.isAncestorOf(focused))
        return next(found, "")


@pytest.fixture
def held(qtbot: QtBot) -> Held:
    return Held(qtbot, TWO)


def alt(held: Held, key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, Qt.KeyboardModifier.AltModifier)


def test_a_prompt_is_typed_where_the_cursor_is(held: Held) -> None:
    prompt = held.editor.cards[0].prompt
    prompt.setFocus()
    QTest.keyClicks(prompt, "Now ")
    assert held.preset.chain.steps[0].prompt == "Now Translate: {input}"
    assert prompt.textCursor().position() == 4


def test_a_korean_syllable_is_composed_in_peace(held: Held) -> None:
    prompt = held.editor.cards[0].prompt
    prompt.setFocus()
    QApplication.sendEvent(prompt, QInputMethodEvent("하", []))
    assert held.preset == TWO
    commit = QInputMethodEvent()
    commit.setCommitString("한")
    QApplication.sendEvent(prompt, commit)
    assert held.preset.chain.steps[0].prompt == "한Translate: {input}"


def test_keys_move_the_step_and_the_focus_goes_with_it(held: Held) -> None:
    held.editor.cards[1].prompt.setFocus()
    alt(held, Qt.Key.Key_Up)
    assert held.names == [["answer"], ["english"]]
    assert held.focused == "answer"
    alt(held, Qt.Key.Key_Down)
    assert held.names == [["english"], ["answer"]]
    alt(held, Qt.Key.Key_J)
    assert held.names == [["english", "answer"]]
    alt(held, Qt.Key.Key_Left)
    assert held.names == [["answer", "english"]]
    assert held.focused == "answer"
    assert held.editor.rows[0].together.isVisible()


def test_steps_are_added_and_removed(held: Held) -> None:
    QTest.mouseClick(held.editor.add, Qt.MouseButton.LeftButton)
    assert held.names == [["english"], ["answer"], ["step"]]
    assert held.preset.chain.steps[2].prompt == "{answer}"
    assert held.focused == "step"
    held.editor.cards[0].head.asked.emit(StepDeed.ADD_BESIDE)
    assert held.names == [["english", "step_2"], ["answer"], ["step"]]
    for _ in range(4):
        menu = held.editor.cards[0].head.menu()
        menu.actions()[-1].trigger()
        menu.deleteLater()
    assert held.names == []
    assert held.editor.add.hasFocus()
    assert held.editor.hint.isVisible()


def test_a_new_name_is_taken_when_it_is_finished_and_prompts_follow(held: Held) -> None:
    name = held.editor.cards[0].name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "translated")
    assert held.names[0] == ["english"]
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert held.names[0] == ["translated"]
    assert held.preset.chain.steps[1].prompt == "Answer: {translated}"


def test_what_stands_in_braces_is_marked_also_behind_an_emoji(held: Held) -> None:
    first = replace(TWO.chain.steps[0], prompt="🙂 {input} {nobody} {{plain}}")
    held.take(replace(TWO, chain=Chain(((first,),))))
    block = held.editor.cards[0].prompt.document().begin()
    colours = {
        (marked.start, marked.length): marked.format.foreground().color().name()
        for marked in block.layout().formats()
    }
    assert set(colours) == {(3, 7), (11, 8)}
    assert len(set(colours.values())) == 2


def test_a_schema_is_asked_for_json_only(held: Held) -> None:
    card = held.editor.cards[0]
    assert not card.schema.isVisible()
    card.output.setCurrentIndex(card.output.findData("json"))
    card.output.activated.emit(card.output.currentIndex())
    assert held.preset.chain.steps[0].output is OutputKind.JSON
    assert card.schema.isVisible()


def test_a_condition_can_be_chosen_after_a_yes_or_no(held: Held) -> None:
    asked = replace(TWO.chain.steps[0], output=OutputKind.BOOLEAN)
    held.take(replace(TWO, chain=Chain(((asked,), (TWO.chain.steps[1],)))))
    when = held.editor.cards[1].when
    assert not held.editor.cards[0].when.isVisible()
    assert [when.itemData(row) for row in range(when.count())] == ["", "english", "not english"]
    when.setCurrentIndex(2)
    when.activated.emit(2)
    assert held.preset.chain.steps[1].when == "not english"


def test_options_of_a_step_are_made_when_they_are_wanted(held: Held) -> None:
    card = held.editor.cards[0]
    assert card.details is None
    QTest.mouseClick(card.fold, Qt.MouseButton.LeftButton)
    assert card.details is not None
    editor = card.details.options.list.rows["temperature"].editor
    QTest.keyClicks(editor, "0.2")
    assert held.preset.chain.steps[0].options == Options(temperature=0.2)
    assert "0.2" in card.fold.text()
    card.details.history.setFocus()
    QTest.keyClick(card.details.history, Qt.Key.Key_Space)
    assert held.preset.chain.steps[0].history


def test_findings_stand_at_their_card(held: Held) -> None:
    """TPL-07: a reference to what comes later."""
    first = replace(TWO.chain.steps[0], prompt="{answer}")
    held.take(replace(TWO, chain=Chain(((first,), (TWO.chain.steps[1],)))))
    card = held.editor.cards[0]
    assert card.problems.isVisible()
    assert "answer uses english" in card.problems.text()
    assert card.problems.property("kind") == Severity.ERROR
    held.take(TWO)
    assert not held.editor.cards[0].problems.isVisible()


def test_what_cannot_be_changed_can_still_be_seen(held: Held) -> None:
    held.editor.set_open(False)
    card = held.editor.cards[0]
    card.prompt.setFocus()
    QTest.keyClicks(card.prompt, "x")
    QTest.mouseClick(card.fold, Qt.MouseButton.LeftButton)
    assert card.details is not None
    assert card.details.isVisible()
    assert not card.details.isEnabled()
    assert not held.editor.add.isEnabled()
    assert held.preset == TWO


def test_the_reply_is_a_template_of_its_own(held: Held) -> None:
    held.editor.insert.menu_of_names().actions()[-1].trigger()
    assert held.preset.chain.reply == "{answer}"
