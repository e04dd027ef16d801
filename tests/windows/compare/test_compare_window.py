"""Several answers to one question, by keys, with the real engine."""

from __future__ import annotations

from pathlib import Path

from app_driver import AppDriver
from engine_process import STARTER
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from windows.compare.driver import ask, check, copies, done, only, opened, shown

from gui.controllers.lane import LaneState
from gui.controllers.outcome import first_good
from gui.records import MessageStatus, Role
from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.targets import Action

LEFT = Qt.MouseButton.LeftButton
SECOND = """
name = "terse"
system = "Answer in three words."
[options]
temperature = 0.0
num_predict = 12
"""


def add_preset(home: Path) -> None:
    (home / "config" / "presets" / "terse.toml").write_text(SECOND, "utf-8")


def test_two_presets_answer_and_one_is_continued_with(journey: Journey, home: Path) -> None:
    add_preset(home)

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        window = await opened(app)
        assert window.isVisible()
        assert window.side.list.checked == (f"model:{STARTER}", "preset:quick")
        ask(window, "What is tea?")
        assert not app.to.compare.lanes, "one answer is not asked for here"
        check(window, "terse")
        assert window.side.reason == ""
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_Return)
        await app.until(lambda: len(window.lanes.columns) == 2, "there are two columns")
        first, second = window.lanes.columns
        lanes = app.to.compare.lanes
        await app.until(lambda: all(lane.message for lane in lanes), "both have begun")
        assert not window.composer.prompt.text()
        assert await done(app) == lanes
        await app.until(first.keep.isEnabled, "the first can be kept")
        assert first.keep.isEnabled()
        assert first.stop.isHidden()
        await app.until(lambda: shown(first)[0].content, "its text is shown")
        answers = [lane.answer for lane in lanes]
        assert [shown(column)[0] for column in (first, second)] == answers
        for lane, column, preset in zip(lanes, (first, second), ("quick", "terse"), strict=True):
            assert lane.is_good
            assert column.preset.text() == preset
            assert "tokens/s" in column.cost.text()
            assert "first token" in column.cost.text()
        # The main window shows the first good one, as one of two versions.
        await app.until(lambda: len(app.messages) == 2, "the conversation is on show")
        assert answers[0] is not None
        assert app.messages[1].id == answers[0].id
        assert len(app.messages[1].siblings) == 2
        second.keep.setFocus()
        QTest.keyClick(second.keep, Qt.Key.Key_Space)
        answer = lanes[1].answer
        assert answer is not None
        await app.until(lambda: app.messages[-1].id == answer.id, "the second is on show")
        assert app.to.presets.chosen.id == "terse"
        assert app.to.compare.goes_on is lanes[1]
        assert "terse" in window.composer._hint.text()
        await app.say("More?")
        await app.idle()
        assert app.messages[1].id == answer.id
        assert len(app.messages) == 4
        # It has gone on: another comparison begins there, without the old answers.
        assert app.to.compare.goes_on is None
        await opened(app)
        assert not window.lanes.columns
        assert window.question.isHidden()

    journey(script)


def test_the_choice_is_remembered_and_four_is_the_most(journey: Journey, home: Path) -> None:
    add_preset(home)

    async def today(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "a", "b")
        window = await opened(app)
        check(window, "a:latest", "b:latest", "terse")
        assert len(app.to.compare.asked_next) == 6
        assert "four at most" in window.side.summary.text()
        assert not window.composer._button.isEnabled()
        check(window, "b:latest")
        assert "4 answers" in window.side.summary.text()

    async def tomorrow(app: AppDriver) -> None:
        await app.ready("assistant")
        window = await opened(app)
        assert set(window.side.list.checked) == {
            *(f"model:{name}" for name in ("a:latest", STARTER)),
            *("preset:quick", "preset:terse"),
        }

    journey(today)
    journey(tomorrow)


def test_the_question_of_a_reply_is_asked_of_other_models(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "other", "third")
        await app.say("What is tea?")
        await app.idle()
        question, old = app.messages
        view = app.window.page.transcript
        actions = [target.action for target in targets_of(view._workings.transcript.layout(1))]
        assert Action.COMPARE in actions
        only(app, ("other:latest", "third:latest"), ("quick",))
        view.compare_requested.emit(old.id)
        window = app.window.companions.find("compare")
        assert window is not None
        assert window.question_text.text() == "What is tea?"
        assert window.composer.isHidden()
        await app.until(window.isActiveWindow, "it is in front")
        assert window.focusWidget() is window.ask_button
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        lanes = await done(app)
        models = sorted(lane.contender.model.name for lane in lanes)
        assert models == ["other:latest", "third:latest"]
        assert all(lane.message.parent_id == question.id for lane in lanes)
        await app.until(lambda: len(app.messages[-1].siblings) == 3, "the main window shows it")
        assert old.id in app.messages[-1].siblings
        bare = [
            t.action
            for t in targets_of(window.lanes.columns[0].view._workings.transcript.layout(0))
        ]
        assert Action.COMPARE not in bare
        assert Action.COPY in bare

    journey(script)


def test_one_is_stopped_alone_then_all(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        await copies(app, "other")
        only(app, (STARTER, "other:latest"), ("long",))
        window = await opened(app)
        ask(window, "Count to a thousand.")
        await app.until(lambda: len(app.to.compare.lanes) == 2, "they are asked")
        lanes = app.to.compare.lanes
        # The engine may take either of them first.
        await app.until(
            lambda: any(each.state is LaneState.ANSWERING for each in lanes), "one answers"
        )
        first = next(each for each in lanes if each.state is LaneState.ANSWERING)
        second = next(each for each in lanes if each is not first)
        column = window.lanes.columns[lanes.index(first)]
        held = app.to.compare.place.conversation_id
        assert held in app.to.chat.held
        QTest.mouseClick(column.stop, LEFT)
        await app.until(lambda: first.state is LaneState.DONE, "the first has stopped")
        assert first.message is not None
        assert first.message.status is MessageStatus.STOPPED
        assert "Stopped" in column.cost.text()
        assert second.is_running
        await app.until(lambda: second.state is LaneState.ANSWERING, "the second answers")
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_Escape)
        await done(app)
        assert second.message is not None
        assert second.message.status is MessageStatus.STOPPED
        assert not app.to.chat.held
        # One of them again, alone: a third version.
        column.view.regenerate_requested.emit(first.message.id)
        await app.until(lambda: first.state is LaneState.ANSWERING, "it answers again")
        assert second.state is LaneState.DONE
        QTest.mouseClick(column.stop, LEFT)
        await done(app)
        await app.until(lambda: len(app.messages[-1].siblings) == 3, "a third version")

    journey(script)


def test_one_that_fails_says_why_and_the_other_answers(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "gone")
        only(app, (STARTER, "gone:latest"), ("quick",))
        window = await opened(app)
        client = await app.to.models._rooms.call(lambda r: r.client(app.to.models.key))
        await app.to.models._rooms.call(lambda _: client.delete("gone:latest"))
        ask(window, "What is tea?")
        lanes = await done(app)
        by_name = {lane.contender.model.name: lane for lane in lanes}
        gone, there = by_name["gone:latest"], by_name[STARTER]
        assert there.is_good
        assert gone.message is not None
        assert gone.message.status is MessageStatus.FAILED
        assert "gone:latest" in gone.message.error
        column = window.lanes.columns[gone.number]
        assert "Failed" in column.cost.text()
        assert not column.keep.isEnabled()
        assert first_good(lanes) is there

    journey(script)


def test_differences_of_any_two(journey: Journey, home: Path) -> None:
    add_preset(home)

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("quick", "terse"))
        window = await opened(app)
        ask(window, "What is tea?")
        lanes = await done(app)
        texts = [lane.answer.content for lane in lanes]
        assert texts[0] != texts[1]
        QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        await app.until(lambda: window.diff.diff.pages.currentIndex() == 1, "they are compared")
        marked = window.diff.diff.text()
        assert "[-" in marked
        assert "words only in quick" in window.diff.diff.removed.text()
        assert "terse" in window.diff.diff.added.text()
        QTest.mouseClick(window.diff.diff.copy, LEFT)
        assert QGuiApplication.clipboard().text() == marked
        window.diff.new.picked.emit("0")
        await app.until(lambda: window.diff.diff.pages.currentIndex() == 0, "it is the same")
        assert window.diff.diff.nothing.text() == "No difference."
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert window.diff.isHidden()

    journey(script)


def test_nothing_else_is_said_there_meanwhile_and_closing_does_not_end_it(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Hello")
        await app.idle()
        await copies(app, "other")
        only(app, (STARTER, "other:latest"), ("quick",))
        window = await opened(app)
        ask(window, "What is tea?")
        await app.until(lambda: app.to.chat.held, "the conversation is held")
        window.close()
        app.to.chat.send("Meanwhile")
        assert app.window.page.composer.prompt.text() == "Meanwhile"
        notice = app.window.page.notice.notice
        assert notice is not None
        assert "Several models" in notice.text
        await done(app)
        again = await opened(app)
        assert again is window
        assert len(again.lanes.columns) == 2
        await app.until(lambda: len(app.messages) == 4, "the main window shows it")
        assert [m.role for m in app.messages] == [Role.USER, Role.ASSISTANT] * 2
        # A deleted conversation takes its lanes with it.
        app.to.conversations.delete(app.to.compare.place.conversation_id)
        await app.until(lambda: not again.lanes.columns, "the lanes are gone")

    journey(script)


def test_another_language_shows_the_same_answers(journey: Journey) -> None:
    from gui import language

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "other")
        only(app, (STARTER, "other:latest"), ("quick",))
        window = await opened(app)
        ask(window, "What is tea?")
        lanes = await done(app)
        app.to.settings.change(language="ko")
        await app.until(
            lambda: app.window.companions.find("compare") not in (None, window), "made again"
        )
        again = app.window.companions.find("compare")
        assert again is not None
        assert again.windowTitle() == "비교"
        assert [shown(column)[0].id for column in again.lanes.columns] == [
            lane.message.id for lane in lanes
        ]

    try:
        journey(script)
    finally:
        language.choose("en")
