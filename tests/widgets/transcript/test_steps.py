"""The steps of a chain in the transcript: their line, their rows, their texts, streaming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.records import Message, MessageStatus, Rerun, RunRecord, StepRecord, StepStatus
from gui.widgets.transcript import TranscriptView
from gui.widgets.transcript.accessibility import name_of
from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.feed import Channel
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.selection import Position, Selection
from gui.widgets.transcript.step_row import MOST_SHOWN, Part
from gui.widgets.transcript.step_words import head_line, rerun_sentence
from gui.widgets.transcript.steps import StepsPanel
from gui.widgets.transcript.targets import Action, Target

MakeMessage = Callable[..., Message]
ENGLISH = StepRecord(
    name="english",
    title="Translate",
    model="llama3.2:1b",
    system="Translate.",
    prompt="거시 경제?",
    output="Macroeconomics?",
    status=StepStatus.DONE,
    seconds=1.2,
    eval_count=4,
    stage=1,
)
ANSWER = StepRecord(
    name="answer",
    title="Answer",
    model="exaone3.5:7.8b",
    prompt="Answer: Macroeconomics?",
    output="한 나라의 **경제**입니다.",
    thinking="hm",
    status=StepStatus.DONE,
    seconds=3.0,
    eval_count=308,
    stage=2,
)
JOKE = replace(ENGLISH, name="joke", title="Joke", output="ha", seconds=2.0)
POEM = replace(ENGLISH, name="poem", title="Poem", output="roses", seconds=3.0)


def begun(step: StepRecord) -> StepRecord:
    """The record with which a step begins."""
    return replace(
        step, status=StepStatus.RUNNING, output="", thinking="", seconds=0.0, eval_count=0
    )


def layout_of(view: TranscriptView, index: int = 0) -> MessageLayout:
    return view._workings.transcript.layout(index)


def panel_of(view: TranscriptView, index: int = 0) -> StepsPanel:
    panel = layout_of(view, index).panel
    assert panel is not None
    return panel


def targets(view: TranscriptView, action: Action, index: int = 0) -> list[Target]:
    return [each for each in targets_of(layout_of(view, index)) if each.action is action]


def press(qtbot: QtBot, view: TranscriptView, target: Target, index: int = 0) -> None:
    """Click in the middle of a target."""
    view._scroller.reveal_within(index, target.rect)
    top = view._workings.transcript.heights.top(index) - view._scroller.offset
    point = (target.rect.center() + QPointF(0, top)).toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)  # type: ignore[no-untyped-call]


def unfold(qtbot: QtBot, view: TranscriptView, value: str, index: int = 0) -> None:
    found = next(each for each in targets(view, Action.UNFOLD, index) if each.value == value)
    press(qtbot, view, found, index)


def shown(view: TranscriptView, index: int = 0) -> list[str]:
    """What the blocks of the steps say, in reading order."""
    layout = layout_of(view, index)
    return [layout.document_of(block).toPlainText() for block in panel_of(view, index).blocks]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture
def chained(reply: MakeMessage) -> MakeMessage:
    """Makes a reply of a chain."""

    def make(*steps: StepRecord, content: str = ANSWER.output, **changes: Any) -> Message:
        return reply(content, run=RunRecord("llama3.2:1b", steps=steps), **changes)

    return make


# -- folded and unfolded ------------------------------------------------------------------


def test_steps_are_one_line_until_they_are_unfolded(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    panel = panel_of(view)
    assert head_line(panel) == "2 steps · 4.2 s · 312 tokens"
    assert not panel.is_open
    assert panel.blocks == []
    before = layout_of(view).height
    unfold(qtbot, view, "steps")
    assert panel.is_open
    assert layout_of(view).height > before + 60
    unfold(qtbot, view, "step:english")
    assert shown(view) == ["Translate.", "거시 경제?", "Macroeconomics?"]
    unfold(qtbot, view, "step:english")
    unfold(qtbot, view, "steps")
    assert layout_of(view).height == before


def test_the_reply_is_not_shown_twice(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:answer")
    assert shown(view) == ["Answer: Macroeconomics?"]
    unfold(qtbot, view, "step-thinking:answer")
    assert shown(view) == ["Answer: Macroeconomics?", "hm"]
    copies = targets(view, Action.COPY_STEP)
    press(qtbot, view, copies[-1])
    assert clipboard() == ANSWER.output


def test_steps_that_ran_side_by_side_count_once_and_stand_together(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(JOKE, POEM, replace(ANSWER, seconds=1.0))])
    panel = panel_of(view)
    assert head_line(panel) == "3 steps · 4.0 s · 316 tokens"
    unfold(qtbot, view, "steps")
    [(top, bottom)] = panel.groups()
    joke, poem, answer = panel.rows
    assert top < joke.top < poem.top
    assert poem.bottom == bottom == answer.top
    assert joke.indent == poem.indent > answer.indent == 0


def test_json_is_shown_as_code_and_copied_as_it_came(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    data = replace(ENGLISH, output='[\n  {"a": "```"}\n]')
    view.set_messages([chained(data)])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    assert panel_of(view).blocks[-1].source.language == "json"
    assert shown(view)[-1] == data.output
    press(qtbot, view, targets(view, Action.COPY_CODE)[0])
    assert clipboard() == data.output
    press(qtbot, view, targets(view, Action.COPY_STEP)[2])
    assert clipboard() == data.output


@pytest.mark.parametrize("output", ["[a link](https://example.org)", "{name} is here", "[", "yes"])
def test_what_only_begins_like_json_stays_text(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot, output: str
) -> None:
    view.set_messages([chained(replace(ENGLISH, output=output))])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    assert panel_of(view).blocks[-1].source.language == ""
    assert panel_of(view).blocks[-1].source.text == output


def test_ren06_a_prompt_of_a_megabyte_is_cut_on_screen_and_copied_whole(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    long = "word " * 200_000
    view.set_messages([chained(replace(ENGLISH, prompt=long))])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    part = panel_of(view).rows[0].parts[Part.PROMPT]
    assert part.list.taken == MOST_SHOWN
    assert part.hidden == len(long) - MOST_SHOWN
    press(qtbot, view, targets(view, Action.COPY_STEP)[1])
    assert clipboard() == long


def test_folds_survive_that_a_layout_is_let_go(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    view._workings.transcript._layouts.clear()
    view._scroller.settle()
    assert "Macroeconomics?" in shown(view)


# -- how steps end ------------------------------------------------------------------------


def test_a_failed_step_says_why_and_can_be_tried_again(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    broken = replace(
        ANSWER, status=StepStatus.FAILED, error="The server is gone.", output="", thinking=""
    )
    view.set_messages(
        [
            chained(
                ENGLISH,
                broken,
                content="",
                status=MessageStatus.INCOMPLETE,
                error="The server is gone.",
            )
        ]
    )
    layout, panel = layout_of(view), panel_of(view)
    assert panel.is_open
    assert head_line(panel) == "Failed at Answer · 4.2 s"
    reason = panel.rows[1].reason
    assert reason is not None
    assert reason.toPlainText() == "The server is gone."
    assert layout.notice is None  # it is not said twice
    unfold(qtbot, view, "step:english")
    assert shown(view) == ["Translate.", "거시 경제?", "Macroeconomics?"]
    with qtbot.waitSignal(view.step_retry_requested) as caught:
        press(qtbot, view, targets(view, Action.RETRY_STEP)[0])
    assert caught.args == [2, "answer"]


def test_a_stopped_step_can_be_tried_again_and_a_running_one_of_a_dead_reply_was_stopped(
    view: TranscriptView, chained: MakeMessage
) -> None:
    view.set_messages([chained(ENGLISH, begun(ANSWER), status=MessageStatus.STOPPED)])
    panel = panel_of(view)
    assert panel.rows[1].record.status is StepStatus.STOPPED
    assert head_line(panel).startswith("Stopped at Answer")
    assert [each.value for each in targets(view, Action.RETRY_STEP)] == ["answer"]


def test_a_partial_reply_keeps_its_notice(view: TranscriptView, chained: MakeMessage) -> None:
    broken = replace(ANSWER, status=StepStatus.FAILED, error="Cut off.", output="half")
    view.set_messages(
        [chained(ENGLISH, broken, content="half", status=MessageStatus.INCOMPLETE, error="Cut.")]
    )
    notice = layout_of(view).notice
    assert notice is not None
    assert notice.toPlainText() == "This reply is incomplete. What had arrived is kept."
    assert len(targets(view, Action.REMEDY)) == 1


# -- streaming ----------------------------------------------------------------------------


@pytest.fixture
def live(view: TranscriptView, reply: MakeMessage) -> TranscriptView:
    """A view whose only message is a reply that a chain of three steps is about to give."""
    view.start_reply(reply(status=MessageStatus.STREAMING, run=RunRecord("llama3.2:1b")), 3)
    return view


def test_a_running_step_is_named(live: TranscriptView) -> None:
    live.put_step(begun(ENGLISH))
    assert head_line(panel_of(live)) == "1 of 3 · Translate · 0.0 s"
    live.put_step(ENGLISH)
    live.put_step(replace(begun(JOKE), stage=2, seconds=1.4))
    live.put_step(replace(begun(POEM), stage=2))
    assert head_line(panel_of(live)) == "3 of 3 · Joke, Poem · 1.4 s"
    assert not layout_of(live).is_waiting


def test_the_seconds_go_on_and_then_rest(live: TranscriptView, qtbot: QtBot) -> None:
    live.put_step(begun(ENGLISH))
    qtbot.waitUntil(lambda: head_line(panel_of(live)).endswith("0.1 s"), timeout=5000)
    assert live._streaming.clock.isActive()
    live.put_step(ENGLISH)
    qtbot.waitUntil(lambda: not live._streaming.clock.isActive(), timeout=5000)


def test_an_open_step_shows_its_tokens_as_they_come(live: TranscriptView, qtbot: QtBot) -> None:
    live.put_step(begun(ENGLISH))
    unfold(qtbot, live, "steps")
    unfold(qtbot, live, "step:english")
    for piece in ("Macro", "econ", "omics?"):
        live.append_step_text("english", piece)
    qtbot.waitUntil(lambda: shown(live)[-1] == "Macroeconomics?", timeout=5000)
    block = panel_of(live).blocks[-1]
    live.put_step(ENGLISH)
    assert panel_of(live).blocks[-1] is block  # the same text is not laid out again


def test_a_step_that_is_opened_late_shows_all_that_came(live: TranscriptView, qtbot: QtBot) -> None:
    live.put_step(begun(ENGLISH))
    live.append_step_text("english", "Macro")
    live.append_step_thinking("english", "let me see")
    live.put_step(begun(POEM))
    live.append_step_text("english", "economics")
    qtbot.waitUntil(
        lambda: panel_of(live).rows[0].text(Part.OUTPUT) == "Macroeconomics", timeout=5000
    )
    unfold(qtbot, live, "steps")
    unfold(qtbot, live, "step:english")
    assert shown(live)[-1] == "Macroeconomics"
    unfold(qtbot, live, "step-thinking:english")
    assert shown(live)[-2:] == ["let me see", "Macroeconomics"]


def test_ren12_a_folded_step_costs_no_layout(live: TranscriptView) -> None:
    live.put_step(begun(ENGLISH))
    live.viewport().repaint()
    made = live._workings.transcript.documents_made
    for _ in range(50):
        live._streaming.take([(Channel("english", Part.OUTPUT), "word\n\n" * 50)])
    assert live._workings.transcript.documents_made == made


def test_ren12_work_per_flush_of_an_open_step_does_not_grow(
    live: TranscriptView, qtbot: QtBot
) -> None:
    live.put_step(begun(ENGLISH))
    unfold(qtbot, live, "steps")
    unfold(qtbot, live, "step:english")
    made: list[int] = []
    for _ in range(120):
        before = live._workings.transcript.documents_made
        words = "Some words of a paragraph.\n\n- an item\n\n"
        live._streaming.take([(Channel("english", Part.OUTPUT), words)])
        live.viewport().repaint()
        made.append(live._workings.transcript.documents_made - before)
    assert max(made[60:]) <= max(made[:60]) <= 12


def test_the_text_of_the_reply_streams_below_and_the_step_says_so(
    live: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    live.put_step(ENGLISH)
    live.put_step(begun(ANSWER))
    unfold(qtbot, live, "steps")
    unfold(qtbot, live, "step:answer")
    live.append_text(ANSWER.output)
    qtbot.waitUntil(lambda: bool(layout_of(live).blocks), timeout=5000)
    row = panel_of(live).rows[1]
    assert row.parts[Part.OUTPUT].is_below
    live.put_step(ANSWER)
    live.end_reply(chained(ENGLISH, ANSWER))
    assert panel_of(live).is_open
    assert panel_of(live).rows[1] is row
    assert row.parts[Part.OUTPUT].is_below
    assert layout_of(live).document_of(layout_of(live).blocks[0]).toPlainText() == (
        "한 나라의 경제입니다."
    )


def test_coming_back_to_a_reply_that_streams_shows_its_steps(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    half = replace(begun(POEM), output="ro", seconds=2.0)
    view.start_reply(chained(ENGLISH, half, content="", status=MessageStatus.STREAMING), 2)
    assert head_line(panel_of(view)) == "2 of 2 · Poem · 2.0 s"
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:poem")
    assert shown(view)[-1] == "ro"
    view.append_step_text("poem", "ses")
    qtbot.waitUntil(lambda: shown(view)[-1] == "roses", timeout=5000)


def test_what_is_painted_piece_by_piece_is_what_is_painted_whole(
    live: TranscriptView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is below the step that grows is painted anew."""
    monkeypatch.setattr("gui.widgets.transcript.step_row.monotonic", lambda: 0.0)
    live.put_step(begun(JOKE))
    live.put_step(begun(POEM))
    for key in ("steps", "step:joke", "step:poem"):
        live._workings.transcript.fold(0, key, is_open=True)
    live._scroller.settle()
    screen = live.screen()
    for number in range(14):
        name = ("joke", "poem")[number % 2]
        words = f"Line {number} of words.\n\n- item\n\n"
        live._streaming.take([(Channel(name, Part.OUTPUT), words)])
        qtbot.waitUntil(lambda: not live._idle._timer.isActive())
        QApplication.processEvents()
        pieces = screen.grabWindow(live.winId()).toImage()
        live.viewport().repaint()
        assert pieces == screen.grabWindow(live.winId()).toImage(), number


def test_an_open_step_survives_theme_scale_and_width(live: TranscriptView, qtbot: QtBot) -> None:
    live.put_step(begun(ENGLISH))
    unfold(qtbot, live, "steps")
    unfold(qtbot, live, "step:english")
    live._streaming.take([(Channel("english", Part.OUTPUT), "some words")])
    live.setPalette(theme.palette_of(theme.DARK))
    live.set_scale(1.5)
    live.resize(400, 500)
    live._streaming.take([(Channel("english", Part.OUTPUT), " more")])
    live.viewport().repaint()
    assert shown(live)[-1] == "some words more"
    assert panel_of(live).blocks[-1].width == layout_of(live).frame.width - 36


# -- keyboard, selection, screen reader ---------------------------------------------------


def test_steps_are_reached_by_keyboard(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)

    def key(*keys: Qt.Key) -> None:
        for each in keys:
            qtbot.keyClick(view, each)  # type: ignore[no-untyped-call]

    key(Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Return)
    assert panel_of(view).is_open
    key(Qt.Key.Key_Return)
    assert not panel_of(view).is_open  # the focus has stayed on it
    key(Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.copied):
        key(Qt.Key.Key_Return)
    assert clipboard() == "Translate."
    focused = view._workings.focused_target
    assert focused is not None
    assert focused.label == "Copy prompt"


def test_the_text_of_steps_is_selected_and_copied(
    view: TranscriptView, chained: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    panel = panel_of(view)
    assert panel.numbers == sorted(panel.numbers)
    start = Position(0, panel.numbers[1], 3)
    view._workings.selection = Selection(start, Position(0, panel.numbers[2], 5))
    assert view.selected_text() == "경제?\n\nMacro"
    view._workings.selection = Selection(start, Position(0, 0, 4))
    assert view.selected_text() == "경제?\n\nMacroeconomics?\n\n한 나라"
    view.viewport().repaint()
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    assert view.selected_text() == ANSWER.output  # as it would be without its steps


def test_a_selection_in_a_step_stays_while_another_grows(
    live: TranscriptView, qtbot: QtBot
) -> None:
    live.put_step(begun(JOKE))
    live.put_step(begun(POEM))
    for key in ("steps", "step:joke", "step:poem"):
        live._workings.transcript.fold(0, key, is_open=True)
    live._streaming.take([(Channel("poem", Part.OUTPUT), "roses are red")])
    number = panel_of(live).numbers[-1]
    live._workings.selection = Selection(Position(0, number, 0), Position(0, number, 5))
    live._streaming.take([(Channel("joke", Part.OUTPUT), "one\n\ntwo\n\nthree\n\nfour")])
    assert live.selected_text() == "roses"


def test_a_screen_reader_is_told_of_the_steps(chained: MakeMessage) -> None:
    message = chained(ENGLISH, replace(ANSWER, status=StepStatus.FAILED), content="x")
    assert name_of(message) == "llama3.2:1b: x. Translate: Done, Answer: Failed"


def test_every_target_has_a_name(view: TranscriptView, chained: MakeMessage, qtbot: QtBot) -> None:
    view.set_messages([chained(ENGLISH, ANSWER)])
    unfold(qtbot, view, "steps")
    unfold(qtbot, view, "step:english")
    found = targets_of(layout_of(view))
    assert all(each.label for each in found)
    assert "Hide step Translate: Done · 1.2 s · 4 tokens" in [each.label for each in found]


# -- run again ----------------------------------------------------------------------------


def test_run_again_is_asked_for_and_its_result_said(
    view: TranscriptView, chained: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([chained(ENGLISH, ANSWER), reply("no record", 9)])
    assert targets(view, Action.RUN_AGAIN, 1) == []
    with qtbot.waitSignal(view.run_again_requested) as caught:
        press(qtbot, view, targets(view, Action.RUN_AGAIN)[0])
    assert caught.args == [2]
    before = layout_of(view).height
    view.show_rerun(2, Rerun(same=True))
    assert layout_of(view).rerun == "Same text as before."
    one_line = layout_of(view).height - before
    assert 24 < one_line < 36
    view._workings.transcript._layouts.clear()
    assert layout_of(view).rerun == "Same text as before."
    view.show_rerun(99, Rerun(same=True))
    view.resize(260, 600)
    before = layout_of(view).height
    view.show_rerun(2, Rerun(same=False, differs_at=1, changed=("model", "version", "machine")))
    assert layout_of(view).height > before + one_line  # all of it can be read


def test_a_rerun_in_words() -> None:
    differs = Rerun(same=False, differs_at=127, changed=("model", "version", "machine"))
    assert rerun_sentence(differs) == (
        "Differs from character 128. The model's digest has changed. "
        "The server's version has changed. It ran on another machine."
    )
