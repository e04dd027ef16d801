"""A turn under way: what it keeps for a transcript that comes back, and joined events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gui.chat import events
from gui.controllers.turn import ChatState, Turn, merged, step_count
from gui.records import (
    Message,
    MessageStatus,
    ModelInfo,
    Preset,
    Rerun,
    Role,
    RunRecord,
    ServerKind,
    StepRecord,
    StepStatus,
)

CHAIN = """
format = 2
name = "Two"

[[steps]]
name = "english"
prompt = "{input}"

[[steps]]
[[steps.together]]
name = "joke"
prompt = "{english}"
[[steps.together]]
name = "poem"
prompt = "{english}"
"""
ENGLISH = StepRecord("english", prompt="거시 경제?")
REPLY = Message(
    2,
    1,
    1,
    Role.ASSISTANT,
    "",
    status=MessageStatus.STREAMING,
    run=RunRecord("llama3.2:1b", chain=CHAIN),
)


@pytest.fixture
def turn() -> Turn:
    """A turn whose reply has begun."""
    turn = Turn(1, ModelInfo("llama3.2:1b"), Preset("two", "Two"), ServerKind.BUILT_IN)
    turn.take(events.ReplyStarted(REPLY))
    return turn


def test_steps_so_far_are_kept_for_a_transcript_that_comes_back(turn: Turn) -> None:
    turn.take(events.StepStarted(ENGLISH))
    assert turn.state is ChatState.STREAMING
    turn.take(events.StepThinking("english", "hm"))
    turn.take(events.StepToken("english", "Macro"))
    turn.take(events.StepToken("english", "economics"))
    assert turn.reply is not None
    assert turn.reply.run is not None
    [step] = turn.reply.run.steps
    assert (step.output, step.thinking, step.status) == (
        "Macroeconomics",
        "hm",
        StepStatus.RUNNING,
    )
    assert step.seconds > 0
    done = replace(ENGLISH, output="Macroeconomics?", status=StepStatus.DONE, seconds=1.5)
    turn.take(events.StepEnded(done))
    turn.take(events.StepStarted(StepRecord("answer")))
    assert turn.reply.run is not None
    first, second = turn.reply.run.steps
    assert first == done
    assert (second.name, second.output) == ("answer", "")


def test_a_step_that_was_kept_only_ends(turn: Turn) -> None:
    kept = replace(ENGLISH, output="x", status=StepStatus.DONE)
    turn.take(events.StepEnded(kept))
    assert turn.reply is not None
    assert turn.reply.run is not None
    assert turn.reply.run.steps == (kept,)


def test_the_comparison_is_kept_until_the_end(turn: Turn) -> None:
    turn.take(events.Compared(Rerun(same=True)))
    assert turn.rerun == Rerun(same=True)


def test_neighbouring_tokens_of_one_step_are_joined() -> None:
    batch: list[events.TurnEvent] = [
        events.StepToken("joke", "a"),
        events.StepToken("joke", "b"),
        events.StepToken("poem", "c"),
        events.StepThinking("poem", "d"),
        events.StepThinking("poem", "e"),
        events.ReplyToken("f"),
        events.ReplyToken("g"),
    ]
    assert list(merged(batch)) == [
        events.StepToken("joke", "ab"),
        events.StepToken("poem", "c"),
        events.StepThinking("poem", "de"),
        events.ReplyToken("fg"),
    ]


def test_the_steps_of_a_chain_are_counted() -> None:
    assert step_count(REPLY) == 3
    assert step_count(replace(REPLY, run=RunRecord("x"))) == 0
    assert step_count(replace(REPLY, run=RunRecord("x", chain="no [toml"))) == 0
    assert step_count(replace(REPLY, run=None)) == 0
