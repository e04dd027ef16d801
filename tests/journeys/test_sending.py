"""What a preset asks and what a conversation keeps for itself, through the window, by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from app_driver import AppDriver
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel

from gui.records import Message, RunRecord, StepStatus

Script = Callable[[AppDriver], Awaitable[None]]
Journey = Callable[[Script], None]

LETTER = """
format = 2
name = "Letter"
system = "Write to {to} in {tone} tone, in {lang}. Today: {today}. Read: {clip}"
[options]
temperature = 0.5
num_predict = 8
[[variables]]
name = "to"
default = "Ann"
[[variables]]
name = "tone"
choices = ["warm", "dry"]
[[variables]]
name = "lang"
source = "language"
[[variables]]
name = "today"
source = "date"
[[variables]]
name = "clip"
source = "clipboard"
"""
SELECTION = """
[options]
num_predict = 8
[[variables]]
name = "it"
source = "selection"
"""
CHAIN = """
format = 2
name = "Qwxz"
[options]
num_predict = 8
[[steps]]
name = "joke"
prompt = "A {mood} joke about {input}"
[[steps]]
name = "poem"
prompt = "A poem about: {joke}"
"""


def own(home: Path, **presets: str) -> None:
    for name, text in presets.items():
        (home / "config" / "presets" / f"{name}.toml").write_text(text, "utf-8")


async def pick(app: AppDriver, name: str) -> None:
    """Choose a preset in the dropdown, by its keys."""
    picker = app.window.page.bar.presets
    picker.open()
    popup = picker._popup
    QTest.keyClicks(popup.filter, name)
    app.press(Qt.Key.Key_Return, popup.filter)
    await app.until(lambda: app.to.presets.chosen.name == name, "the preset is chosen")


def run_of(message: Message) -> RunRecord:
    assert message.run is not None
    return message.run


def test_a_preset_is_told_what_it_asks_before_anything_is_sent(
    journey: Journey, home: Path
) -> None:
    async def script(app: AppDriver) -> None:
        own(home, letter=LETTER)
        await app.ready()
        QGuiApplication.clipboard().setText("<three> {pears}")
        await pick(app, "Letter")
        form, prompt = app.window.page.composer.variables, app.window.page.composer.prompt
        assert form.isVisible()
        assert "lang: English" in form.found.text()
        assert "clip: <three> {pears}" in form.found.text()
        QGuiApplication.clipboard().setText("<four> {pears}")
        assert "<four> {pears}" in form.found.text()
        tone = form.fields["tone"]
        tone.set_text("")
        app.type("Hello.")
        app.press(Qt.Key.Key_Return)
        assert prompt.text() == "Hello."
        assert "tone" in form.problem.text()
        assert tone.hasFocus()
        assert isinstance(tone, QComboBox)
        line = tone.lineEdit()
        assert line is not None
        written = QInputMethodEvent()
        written.setCommitString("wry 🍐")
        QApplication.sendEvent(line, written)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert prompt.hasFocus()
        app.press(Qt.Key.Key_Return)
        await app.until(lambda: len(app.messages) == 2, "the reply starts")
        await app.idle()
        run = run_of(app.messages[-1])
        assert run.system.startswith("Write to Ann in wry 🍐 tone, in English. Today: ")
        assert run.system.endswith("Read: <four> {pears}")
        assert dict(run.variables)["tone"] == "wry 🍐"
        first = app.to.chat.shown
        assert first is not None

        app.to.chat.new()
        await app.until(lambda: not app.messages, "a new conversation")
        assert form.fields["tone"].text() == ""
        app.to.chat.open(first)
        await app.until(lambda: app.messages, "the first one again")
        assert form.fields["tone"].text() == "wry 🍐"

    journey(script)


def test_what_is_selected_in_the_transcript_is_taken(journey: Journey, home: Path) -> None:
    async def script(app: AppDriver) -> None:
        own(home, gist='name = "Qwxy"\nformat = 2\nsystem = "About: {it}"\n' + SELECTION)
        await app.ready("quick")
        await app.say("A word about pears")
        await app.idle()
        await pick(app, "Qwxy")
        form, view = app.window.page.composer.variables, app.window.page.transcript
        assert form.found.text() == "Filled in by itself: it: (nothing)"
        view.setFocus()
        app.press(Qt.Key.Key_A, view, ctrl=True)
        await app.until(lambda: "A word about pears" in form.found.text(), "it is shown")
        await app.say("What of it?")
        await app.until(lambda: len(app.messages) == 4, "the reply starts")
        await app.idle()
        assert run_of(app.messages[-1]).system.startswith("About: ")
        assert "A word about pears" in run_of(app.messages[-1]).system

    journey(script)


def test_a_chain_asks_too_and_gets_what_was_typed(journey: Journey, home: Path) -> None:
    async def script(app: AppDriver) -> None:
        own(home, two=CHAIN)
        await app.ready()
        await pick(app, "Qwxz")
        mood = app.window.page.composer.variables.fields["mood"]
        mood.setFocus()
        QTest.keyClicks(mood, "grim")
        QTest.keyClick(mood, Qt.Key.Key_Return)
        await app.say("pears")
        await app.until(lambda: len(app.messages) == 2, "the reply starts")
        await app.idle()
        steps = run_of(app.messages[-1]).steps
        assert steps[0].prompt == "A grim joke about pears"
        assert {step.status for step in steps} == {StepStatus.DONE}

    journey(script)


def test_a_temperature_and_a_preset_belong_to_one_conversation(
    journey: Journey, home: Path
) -> None:
    kept: list[int] = []

    async def script(app: AppDriver) -> None:
        own(home, letter=LETTER)
        await app.ready("quick")
        chips = app.window.page.composer.temperature.chips
        QTest.mouseClick(chips[1.1], Qt.MouseButton.LeftButton)
        assert "temperature 1.1" in app.window.page.composer._hint.text()
        await app.say("Name two colours.")
        await app.until(lambda: len(app.messages) == 2, "the reply starts")
        await app.idle()
        first = app.to.chat.shown
        assert first is not None
        kept.append(first)
        said = app.messages
        assert run_of(said[-1]).options.temperature == 1.1
        app.to.chat.new()
        await app.until(lambda: not app.messages, "a new conversation")
        assert chips[None].isChecked()
        assert "temperature 0.0" in app.window.page.composer._hint.text()
        await app.say("Name two trees.")
        await app.until(lambda: len(app.messages) == 2, "the reply starts")
        await app.idle()
        assert run_of(app.messages[-1]).options.temperature == 0.0

        app.to.chat.open(first)
        await app.until(lambda: app.to.chat.shown == first, "the first one again")
        assert chips[1.1].isChecked()
        QTest.mouseClick(chips[0.2], Qt.MouseButton.LeftButton)
        await pick(app, "Letter")
        assert app.messages == said

    async def later(app: AppDriver) -> None:
        await app.ready()
        await app.until(lambda: app.to.conversations.conversations, "the list is read")
        app.to.chat.open(kept[0])
        await app.until(lambda: app.messages, "it opens")
        assert app.to.presets.chosen.name == "Letter"
        assert app.window.page.composer.temperature.chips[0.2].isChecked()
        assert run_of(app.messages[-1]).options.temperature == 1.1

    journey(script)
    journey(later)


def test_what_will_be_sent_is_shown_before_it_is_sent(journey: Journey, home: Path) -> None:
    async def script(app: AppDriver) -> None:
        own(home, letter=LETTER)
        await app.ready()
        await pick(app, "Letter")
        sheet = app.window.page.sending.sheet
        app.window.page.composer.variables.fields["tone"].set_text("dry")
        QTest.mouseClick(app.window.page.composer.temperature.chips[0.2], Qt.MouseButton.LeftButton)
        app.type("Hello there.")
        app.press(Qt.Key.Key_I, ctrl=True)
        await app.until(sheet.isVisible, "it is shown")
        assert "Write to Ann in dry tone, in English." in sheet.text
        assert "temperature = 0.2  (you, for this conversation)" in sheet.text
        assert "num_predict = 8  (the preset)" in sheet.text
        assert "num_ctx = 8192  (Ondol)" in sheet.text
        assert any(label.text() == "smollm2:135m" for label in sheet.findChildren(QLabel))
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
        assert not sheet.isVisible()
        assert app.window.page.composer.prompt.text() == "Hello there."
        assert not app.messages
        QTest.mouseClick(app.window.page.composer.preview, Qt.MouseButton.LeftButton)
        await app.until(sheet.isVisible, "the button shows it too")

    journey(script)


def test_a_preset_made_for_a_model_that_is_not_there_says_so(journey: Journey, home: Path) -> None:
    async def script(app: AppDriver) -> None:
        own(home, far='name = "Far"\nmodel = "qwen3:235b"\n')
        await app.ready()
        await pick(app, "Far")
        notice = app.window.page.notice.notice
        assert notice is not None
        assert "qwen3:235b" in notice.text
        assert app.to.models.chosen is not None

    journey(script)
