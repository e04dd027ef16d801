"""Chains through the window: the scenarios of the notes with the real engine and model.

What the little model says may be poor; that each step is seen, stopped and tried again is not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app_driver import AppDriver
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gui.records import Message, MessageStatus, StepRecord, StepStatus
from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.step_row import Part, StepRow
from gui.widgets.transcript.targets import Action, Target

Script = Callable[[AppDriver], Awaitable[None]]
Journey = Callable[[Script], None]

QUESTION = "거시 경제가 뭐야?"


def layout_of(app: AppDriver) -> MessageLayout:
    """The last message, laid out."""
    view = app.window.page.transcript
    return view._workings.transcript.layout(view.message_count() - 1)


def row(app: AppDriver, name: str) -> StepRow | None:
    """A step of the last message, None before it began."""
    panel = layout_of(app).panel if app.messages else None
    return panel.row(name) if panel is not None else None


def text(app: AppDriver, name: str) -> str:
    """What a step has given so far, as the transcript has it."""
    found = row(app, name)
    return found.text(Part.OUTPUT) if found is not None else ""


def target(app: AppDriver, action: Action, value: str = "") -> Target:
    """What can be pressed at the last message."""
    found = targets_of(layout_of(app))
    return next(each for each in found if each.action is action and each.value == value)


def press(app: AppDriver, action: Action, value: str = "") -> None:
    """Click in the middle of a target."""
    view = app.window.page.transcript
    found = target(app, action, value)
    index = view.message_count() - 1
    view._scroller.reveal_within(index, found.rect)
    top = view._workings.transcript.heights.top(index) - view._scroller.offset
    point: QPoint = (found.rect.center() + QPointF(0, top)).toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)


def steps(message: Message) -> tuple[StepRecord, ...]:
    """What the steps of a reply did."""
    assert message.run is not None
    return message.run.steps


def test_translate_then_answer_is_seen_stopped_and_tried_again(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("translate-then-answer")
        await app.say(QUESTION)
        await app.until(lambda: row(app, "english"), "the first step begins")
        press(app, Action.UNFOLD, "steps")
        press(app, Action.UNFOLD, "step:english")
        await app.until(lambda: text(app, "english"), "its tokens come")
        shown = row(app, "english")
        assert shown is not None
        assert QUESTION in shown.text(Part.PROMPT)
        assert shown.parts[Part.OUTPUT].list.blocks
        await app.until(lambda: row(app, "answer"), "the second step begins")
        await app.until(lambda: layout_of(app).blocks, "the reply comes")
        app.press(Qt.Key.Key_Escape)
        await app.idle()

        first = app.messages[-1]
        assert first.status is MessageStatus.STOPPED
        english, answer = steps(first)
        assert english.status is StepStatus.DONE
        assert answer.status is StepStatus.STOPPED
        assert english.output in answer.prompt
        assert (english.stage, answer.stage) == (1, 2)

        press(app, Action.RETRY_STEP, "answer")
        await app.until(lambda: app.messages[-1].id != first.id, "another reply starts")
        await app.until(lambda: layout_of(app).blocks, "it comes")
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        second = app.messages[-1]
        assert second.siblings == (first.id, second.id)
        kept, again = steps(second)
        assert kept == english
        assert again.prompt == answer.prompt

    journey(script)


def test_a_joke_and_a_poem_stream_side_by_side_and_both_stop(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("joke-and-poem")
        await app.say("ice cream")
        await app.until(lambda: row(app, "joke") and row(app, "poem"), "both begin")
        for key in ("steps", "step:joke", "step:poem"):
            press(app, Action.UNFOLD, key)
        await app.until(lambda: text(app, "joke") and text(app, "poem"), "both stream")
        panel = layout_of(app).panel
        assert panel is not None
        assert len(list(panel.groups())) == 1
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        joke, poem = steps(app.messages[-1])
        assert joke.output
        assert poem.output
        assert StepStatus.STOPPED in (joke.status, poem.status)

    journey(script)


def test_a_reply_is_run_again_and_its_sameness_told(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await app.say("Name three colours.")
        await app.idle()
        first = app.messages[-1]
        press(app, Action.RUN_AGAIN)
        await app.until(lambda: app.messages[-1].id != first.id, "another reply starts")
        await app.idle()
        second = app.messages[-1]
        assert second.siblings == (first.id, second.id)
        await app.until(lambda: layout_of(app).rerun, "the comparison is told")
        is_same = second.content == first.content
        told = "Same text as before." if is_same else "Differs from character"
        assert layout_of(app).rerun.startswith(told)
        app.to.chat.open(first.conversation_id)
        await app.until(lambda: layout_of(app).rerun, "it is told again after coming back")

    journey(script)


def test_a_chain_goes_on_while_another_conversation_is_on_show(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("translate-then-answer")
        await app.say(QUESTION)
        await app.until(lambda: text(app, "english"), "the first step streams")
        chained = app.to.chat.shown
        assert chained is not None
        app.to.chat.new()
        await app.until(lambda: not app.messages, "a new conversation is shown")
        app.to.chat.open(chained)
        await app.until(lambda: row(app, "english"), "its steps are shown again")
        found = row(app, "english")
        assert found is not None
        assert QUESTION in found.text(Part.PROMPT)
        await app.until(lambda: row(app, "answer"), "it goes on")
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        assert [step.name for step in steps(app.messages[-1])] == ["english", "answer"]

    journey(script)
