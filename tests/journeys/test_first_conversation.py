"""The first conversation, through the window, with the real engine and the real model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from app_driver import AppDriver
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from gui.controllers import ChatState
from gui.records import MessageStatus, Role, ServerKind, ServerState

Script = Callable[[AppDriver], Awaitable[None]]


def test_say_something_and_read_the_reply_again_tomorrow(
    journey: Callable[[Script], None],
) -> None:
    shown: list[tuple[str, str]] = []

    async def today(app: AppDriver) -> None:
        await app.ready("quick")
        assert app.to.models.status.kind is ServerKind.BUILT_IN
        await app.say("Name three colours.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        await app.idle()
        user, reply = app.messages
        assert user.content == "Name three colours."
        assert reply.role is Role.ASSISTANT
        assert reply.status is MessageStatus.COMPLETE
        assert reply.statistics is not None
        assert reply.statistics.eval_count > 0
        assert reply.statistics.tokens_per_second > 0
        await app.until(lambda: app.to.conversations.conversations, "it is listed")
        assert app.to.conversations.conversations[0].title == "Name three colours."
        shown.extend((m.role.value, m.content) for m in app.messages)

    async def tomorrow(app: AppDriver) -> None:
        await app.until(lambda: app.to.conversations.conversations, "the list is read")
        listed = app.window.sidebar.list
        row = listed.model().index(1, 0)
        QTest.mouseClick(
            listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(row).center()
        )
        await app.until(lambda: app.messages, "the conversation opens")
        assert [(m.role.value, m.content) for m in app.messages] == shown

    journey(today)
    journey(tomorrow)


def test_stop_keeps_what_came_and_the_next_turn_works(journey: Callable[[Script], None]) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Write a very long story about a dragon, at least two thousand words.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        reply = app.messages[-1]
        assert reply.status is MessageStatus.STOPPED
        assert reply.content
        app.to.presets.choose("quick")
        await app.say("Say yes.")
        await app.idle()
        assert app.messages[-1].status is MessageStatus.COMPLETE
        assert len(app.messages) == 4

    journey(script)


def test_regenerate_and_edit_make_branches(journey: Callable[[Script], None]) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Say one word.")
        await app.idle()
        first = app.messages[-1]
        app.to.chat.regenerate(first.id)
        await app.until(lambda: app.messages[-1].id != first.id, "another reply starts")
        await app.idle()
        assert len(app.messages) == 2
        assert len(app.messages[-1].siblings) == 2
        app.to.chat.show_branch(first.id)
        await app.until(lambda: app.messages[-1].id == first.id, "the first reply is shown")
        app.press(Qt.Key.Key_Up)
        assert app.window.page.composer.prompt.text() == "Say one word."
        app.type(" Please.")
        app.press(Qt.Key.Key_Return)
        await app.until(lambda: app.messages[0].content.endswith("Please."), "the edit is sent")
        await app.idle()
        assert len(app.messages) == 2
        assert len(app.messages[0].siblings) == 2

    journey(script)


def test_a_turn_goes_on_while_another_conversation_is_on_show(
    journey: Callable[[Script], None],
) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Count from one to sixty in words.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        first = app.to.chat.shown
        assert first is not None
        app.press(Qt.Key.Key_N, ctrl=True)
        assert app.to.chat.state is ChatState.IDLE
        assert not app.messages
        app.to.chat.open(first)
        await app.until(lambda: len(app.messages) == 2, "it is shown again")
        assert app.messages[-1].content, "with the text that came meanwhile"
        app.to.chat.stop()
        await app.idle()
        assert app.messages[-1].status is MessageStatus.STOPPED

    journey(script)


def test_eng_12_a_killed_engine_is_a_sentence_and_a_restart(
    journey: Callable[[Script], None],
) -> None:
    import psutil

    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Write a very long story about the sea, at least two thousand words.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        children = psutil.Process().children(recursive=True)
        engines = [c for c in children if "gui.engine" in " ".join(c.cmdline())]
        max(engines, key=lambda engine: engine.create_time()).kill()
        await app.idle()
        reply = app.messages[-1]
        assert reply.status is MessageStatus.INCOMPLETE
        assert reply.content
        assert "engine" in reply.error
        app.to.presets.choose("quick")
        await app.say("Say yes.")
        await app.idle()
        assert app.messages[-1].status is MessageStatus.COMPLETE

    journey(script)


def test_no_server_is_a_notice_with_a_way_out(
    journey: Callable[[Script], None],
) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        app.to.models.use_server(ServerKind.OLLAMA)
        notice = app.window.page.notice
        await app.until(lambda: notice.isVisible(), "the notice comes")
        assert app.to.models.status.state is ServerState.UNREACHABLE
        assert notice.notice is not None
        assert "127.0.0.1:1" in notice.notice.text
        app.type("kept")
        app.press(Qt.Key.Key_Return)
        assert app.window.page.composer.prompt.text() == "kept"
        QTest.mouseClick(notice._remedy, Qt.MouseButton.LeftButton)
        await app.until(lambda: app.to.models.chosen, "the built-in engine is back")

    journey(script)


def test_the_transcript_is_saved_as_markdown(
    journey: Callable[[Script], None], tmp_path: Path
) -> None:
    target = tmp_path / "talk.md"

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Say yes.")
        await app.idle()
        shown = app.to.chat.shown
        assert shown is not None
        app.to.conversations.save_transcript(shown, target)
        await app.until(target.exists, "the file is written")
        text = target.read_text("utf-8")
        assert "Say yes." in text
        assert app.messages[-1].content.strip() in text

    journey(script)


def test_deleting_can_be_undone(journey: Callable[[Script], None]) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Say yes.")
        await app.idle()
        await app.until(lambda: app.to.conversations.conversations, "it is listed")
        shown = app.to.chat.shown
        assert shown is not None
        app.to.conversations.delete(shown)
        await app.until(lambda: not app.to.conversations.conversations, "it is gone")
        assert app.to.chat.shown is None
        QTest.mouseClick(app.window.page.notice._remedy, Qt.MouseButton.LeftButton)
        await app.until(lambda: app.to.conversations.conversations, "it is back")

    journey(script)


def test_the_desktop_asking_to_quit_ends_it_cleanly(journey: Callable[[Script], None]) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await app.say("Write a long story.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        QCoreApplication.postEvent(QCoreApplication.instance(), QEvent(QEvent.Type.Quit))
        await app.until(lambda: not app.visible, "the window goes")

    journey(script)
