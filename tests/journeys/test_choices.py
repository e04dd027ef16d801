"""What a person can choose: the server, the model, the preset, the language, the look."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable

import pytest
from app_driver import AppDriver
from faults.replay import ReplayServer
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from gui import language, paths
from gui.controllers import ChatState
from gui.records import MessageStatus, ServerKind
from gui.windows.presets.window import PresetsWindow

Script = Callable[[AppDriver], Awaitable[None]]
Journey = Callable[[Script], None]


def damaged_gguf() -> bytes:
    """ENG-01: a small, well-formed header that makes llama.cpp abort: 100,000 blocks."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    pairs = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    pairs += text("llama.block_count") + struct.pack("<II", 4, 100_000)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + pairs


def test_eng_01_a_damaged_model_is_a_sentence_and_the_next_model_works(journey: Journey) -> None:
    (paths.engine_models() / "broken.gguf").write_bytes(damaged_gguf())

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        names = [model.name for model in app.to.models.models]
        broken = next(name for name in names if name.startswith("broken"))
        app.to.models.choose(broken)
        await app.say("Hello?")
        await app.idle()
        reply = app.messages[-1]
        assert reply.status is MessageStatus.FAILED
        assert "damaged or not supported" in reply.error
        app.to.models.choose("smollm2:135m")
        await app.say("Say yes.")
        await app.idle()
        assert app.messages[-1].status is MessageStatus.COMPLETE

    journey(script)


def test_an_ollama_that_answers_is_used_and_can_be_left(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(app: AppDriver) -> None:
        await app.until(lambda: app.to.models.chosen, "a model of Ollama is chosen")
        assert app.to.models.kind is ServerKind.OLLAMA
        await app.say("go")
        await app.idle()
        assert app.messages[-1].content.startswith("The floor was warm")
        picker = app.window.page.bar.models
        picker.open()
        assert "Ollama" in picker._rows.items[0].title
        picker.picked.emit("server:built-in")
        await app.until(
            lambda: app.to.models.chosen and app.to.models.chosen.name == "smollm2:135m",
            "the built-in engine has taken over",
        )
        picker._popup.close()

    with ReplayServer(200) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        monkeypatch.setattr("app_driver.PATIENCE", 20)
        from app_driver import drive
        from PySide6.QtWidgets import QApplication

        assert drive(QApplication.instance(), script) == 0  # type: ignore[arg-type]


def test_net_10_silence_is_told_and_stop_ends_it(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Write a very long story.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        hint = app.window.page.composer._hint
        app.to.chat.waited.emit(75.0)
        assert "75 s" in hint.text()
        await app.until(lambda: "75 s" not in hint.text(), "the next token takes it away")
        app.to.chat.waited.emit(60.0)
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        await app.until(lambda: "60 s" not in hint.text(), "so does the end")

    journey(script)


def test_a_preset_of_ones_own_is_made_used_and_remembered(journey: Journey) -> None:
    async def today(app: AppDriver) -> None:
        await app.ready("quick")
        app.window.page.bar.presets.picked.emit("new")
        window = app.window.companions.find("presets")
        assert isinstance(window, PresetsWindow)
        QTest.keyClicks(window.page.prompt.name, "Pirate")
        QTest.keyClicks(window.page.prompt.system, "Speak like a pirate.")
        QTest.mouseClick(window.page.head.try_it, Qt.MouseButton.LeftButton)
        await app.until(lambda: app.to.presets.chosen.name == "Pirate", "it is chosen")
        await app.say("Hello.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        QTest.mouseClick(app.window.page.composer._button, Qt.MouseButton.LeftButton)
        await app.idle()
        run = app.messages[-1].run
        assert run is not None
        assert run.system == "Speak like a pirate."

    async def tomorrow(app: AppDriver) -> None:
        await app.ready()
        assert app.to.presets.chosen.name == "Pirate"
        app.window.page.bar.presets.picked.emit("edit")
        window = app.window.companions.find("presets")
        assert isinstance(window, PresetsWindow)
        await app.until(lambda: app.to.preset_editor.draft.text, "something is open")
        assert not app.to.preset_editor.draft.is_dirty, app.to.preset_editor.draft
        await app.until(lambda: app.to.preset_editor.draft.id == "pirate", "it is open")
        window.delete()
        await app.until(lambda: app.to.presets.chosen.name != "Pirate", "it is gone")

    journey(today)
    assert (paths.own_presets() / "pirate.toml").is_file()
    journey(tomorrow)
    assert not (paths.own_presets() / "pirate.toml").exists()


def test_language_and_look_change_at_once_and_nothing_is_lost(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Say yes.")
        await app.idle()
        said = [message.content for message in app.messages]
        before = app.window
        app.to.settings.change(language="ko", theme="dark")
        await app.until(lambda: app.window is not before, "the window is made again")
        await app.until(lambda: len(app.messages) == 2, "the conversation is shown again")
        assert [message.content for message in app.messages] == said
        assert app.window.page.composer.prompt.placeholderText() == "메시지를 입력하세요…"
        assert app.window.palette().window().color().lightness() < 128
        assert not [w for w in app.window.findChildren(QDialog) if w.isVisible()]

    try:
        journey(script)
    finally:
        language.choose("en")


def test_the_model_sees_from_here_on_is_drawn_where_turns_are_left_out(
    journey: Journey,
) -> None:
    preset = "name = 'small'\n[options]\ntemperature = 0.0\nnum_predict = 40\nnum_ctx = 256\n"
    (paths.own_presets() / "small.toml").write_text(preset, "utf-8")

    async def script(app: AppDriver) -> None:
        await app.ready("small")
        for number in range(4):
            await app.say(f"Question {number}: " + "what is a warm floor made of? " * 5)
            await app.idle()
            assert app.messages[-1].status is MessageStatus.COMPLETE
        run = app.messages[-1].run
        assert run is not None
        assert run.context_start in [message.id for message in app.messages]
        assert run.context_start != app.messages[0].id
        statistics = app.messages[-1].statistics
        assert statistics is not None
        assert statistics.prompt_eval_count <= 256
        assert app.window.page.bar.meter.isVisible()

    journey(script)


def test_two_conversations_stream_at_once_without_mixing(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Count from one to two hundred in words.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "the first streams")
        first = app.to.chat.shown
        app.press(Qt.Key.Key_N, ctrl=True)
        app.to.presets.choose("quick")
        await app.say("Say yes.")
        await app.until(lambda: app.to.chat.shown, "it is stored")
        second = app.to.chat.shown
        assert first is not None
        assert second is not None
        app.to.chat.open(first)
        await app.until(lambda: app.to.chat.shown == first and app.messages, "the first is back")
        app.to.chat.stop()
        await app.idle()
        assert app.messages[0].content.startswith("Count")
        app.to.chat.open(second)
        await app.until(lambda: app.to.chat.shown == second and app.messages, "so is the second")
        await app.idle()
        assert app.messages[0].content == "Say yes."
        assert app.messages[-1].status is MessageStatus.COMPLETE

    journey(script)
