"""A reply made again: from one of its steps on, and whole, with an honest comparison."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from chat.chains.samples import KWONBOT, SORTING, TRANSLATE, by_prompt, chained, say, statuses
from chat.chains.test_running import KOREAN, reply_of
from chat.scripted import in_turn, says, with_models
from chat.table import MODEL, PRESET, collect, laid
from gui.chat import Compared, ReplyFailed, ReplyFinished, StepEnded, StepStarted, TurnEvent
from gui.chat.chains import again
from gui.errors import CannotRunAgain, ModelNotFound, StepUnreadable
from gui.records import (
    Message,
    Options,
    Preset,
    Rerun,
    Role,
    RunRecord,
    StepRecord,
    StepStatus,
    Variable,
)

LISTED = [MODEL.name]


async def compared(events: AsyncGenerator[TurnEvent]) -> tuple[Rerun, Message]:
    """The comparison, which is the last but one event, and the reply."""
    *_, comparison, end = await collect(events)
    assert isinstance(comparison, Compared)
    assert isinstance(end, ReplyFinished)
    return comparison.rerun, end.message


def test_retry_from_the_step_that_failed(tmp_path: Path) -> None:
    async def main() -> None:
        luck = in_turn([says("maybe"), says("Yes!")])
        answers = {"Translate": "Fine.", "Is it": luck, "Review": "Good."}
        async with laid(tmp_path, with_models(LISTED, by_prompt(answers))) as table:
            preset = chained(TRANSLATE, *SORTING.chain.stages, options=Options(num_ctx=512))
            end = (await say(table, "x", preset, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, StepUnreadable)
            assert "maybe" in str(end.error)
            old = end.message

            events = await collect(
                table.session.retry_step(table.conversation_id, old.id, "is_code")
            )
            new = reply_of(events)
            assert new.content == "Good."
            assert new.siblings == (old.id, new.id)
            assert [r["messages"][-1]["content"] for r in table.server.requests] == [
                "Translate into English: x",
                "Is it code? x",
                "Is it code? x",
                "Review x",
            ]
            assert new.run
            assert old.run
            assert new.run.steps[0] == old.run.steps[0]
            assert statuses(new.run.steps)["plain"] == "skipped"
            assert isinstance(events[1], StepEnded)
            assert sum(isinstance(event, StepStarted) for event in events) == 2
            # Another seed, or a step that failed would fail for ever.
            first, second = (r["options"]["seed"] for r in table.server.requests[1:3])
            assert first != second
            with pytest.raises(LookupError):
                await collect(table.session.retry_step(table.conversation_id, old.id, "nothing"))

    asyncio.run(main())


def test_what_is_kept() -> None:
    """All that is done before the step and beside it, nothing after it."""
    preset = chained(TRANSLATE, *SORTING.chain.stages)
    steps = tuple(
        StepRecord(name, status=StepStatus(status))
        for name, status in (
            ("english", "done"),
            ("is_code", "done"),
            ("review", "failed"),
            ("plain", "skipped"),
        )
    )
    run = RunRecord("m", steps=steps)
    assert list(again.kept_before(run, preset, "review")) == ["english", "is_code", "plain"]
    assert list(again.kept_before(run, preset, "is_code")) == ["english"]
    assert list(again.kept_before(run, preset, "english")) == []


def test_run_again_sends_the_same(tmp_path: Path) -> None:
    """System, options, seed, history: also when the preset has changed and much was said since."""

    async def main() -> None:
        async with laid(tmp_path, with_models(LISTED, by_prompt({"": "a"}))) as table:
            preset = Preset("p", "P", "Be {tone} {{so}}.", variables=(Variable("tone"),))
            await say(table, "one", preset, MODEL, variables={"tone": "{kind}"})
            await say(table, "two", preset, MODEL, variables={"tone": "{kind}"})
            first = (await table.branch())[3]
            await table.say("three")
            rerun, message = await compared(
                table.session.run_again(table.conversation_id, first.id)
            )
            assert table.server.requests[-1] == table.server.requests[1]
            assert rerun.same
            assert rerun.differs_at is None
            assert message.run
            assert first.run
            assert message.run.options == first.run.options
            assert message.run.system == "Be {kind} {so}."
            assert message.siblings == (first.id, message.id)
            # The digest of the model as listed is another one than that of the first reply.
            assert rerun.changed == ("model",)
            rerun, _ = await compared(table.session.run_again(table.conversation_id, message.id))
            assert rerun == Rerun(same=True)

    asyncio.run(main())


def test_run_again_of_a_chain(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, with_models(LISTED, by_prompt(KOREAN))) as table:
            old = reply_of(await say(table, "하늘은 왜 파랄까?", KWONBOT, MODEL))
            rerun, new = await compared(table.session.run_again(table.conversation_id, old.id))
            assert rerun.same
            first, second = table.server.requests[:2], table.server.requests[2:]
            for one, other in zip(first, second, strict=True):
                assert one | {"options": None} == other | {"options": None}
                assert one["options"]["seed"] == other["options"]["seed"]
            assert new.run
            assert old.run
            assert new.run.chain == old.run.chain

    asyncio.run(main())


def test_run_again_says_where_it_differs(tmp_path: Path) -> None:
    async def main() -> None:
        script = in_turn([says("하늘은 파랗다"), says("하늘은 높다")])
        async with laid(tmp_path, with_models(LISTED, script)) as table:
            await table.say("x")
            first = (await table.branch())[-1]
            rerun, _ = await compared(table.session.run_again(table.conversation_id, first.id))
            assert rerun == Rerun(same=False, differs_at=4, changed=("model",))

    asyncio.run(main())


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({}, ()),
        ({"digest": "e"}, ("model",)),
        ({"server_version": "2"}, ("version",)),
        ({"server": "http://10.0.0.9:11434"}, ("machine",)),
        ({"server": "http://127.0.0.1:1"}, ()),
    ],
)
def test_what_has_changed(changes: dict[str, str], changed: tuple[str, ...]) -> None:
    run = RunRecord("m", "d", "http://127.0.0.1:11434", "1")
    other = replace(run, **changes)  # type: ignore[arg-type]
    old, new = (Message(1, 1, None, Role.ASSISTANT, "a", run=one) for one in (run, other))
    assert again.compared(old, new) == Rerun(same=True, changed=changed)


def test_what_cannot_be_run_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, with_models(["other"], says("a"))) as table:
            await table.say("x")
            question, reply = await table.branch()
            with pytest.raises(CannotRunAgain):
                await collect(table.session.run_again(table.conversation_id, question.id))
            with pytest.raises(ModelNotFound):
                await collect(table.session.run_again(table.conversation_id, reply.id))
            assert len(await table.branch()) == 2
            assert (await table.branch())[-1].siblings == (reply.id,)
            assert PRESET.system == "Be kind."

    asyncio.run(main())
