"""One question, several answers at once: each in its lane, stopped alone or together."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from chat.chains.samples import TOGETHER, by_prompt
from chat.scripted import Answer, says
from chat.table import MODEL, PRESET, eventually, laid
from gui.chat import (
    Choice,
    LaneEvent,
    MessageSaved,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
    StepToken,
)
from gui.chat.chains.several import Several
from gui.records import MessageStatus, Role

A, B, C = (Choice(replace(MODEL, name=name), PRESET) for name in "abc")


async def counting(answer: Answer) -> None:
    for number in range(10):
        await answer.token(f"{answer.request['model']}{number} ")
        await asyncio.sleep(0.003)
    await answer.done()


async def endless(answer: Answer) -> None:
    for number in itertools.count():
        await answer.token(f"{number} ")
        await asyncio.sleep(0.002)


async def gathered(several: Several) -> list[MessageSaved | LaneEvent]:
    async with aclosing(several.events()) as events:
        return [event async for event in events]


def ends(events: list[MessageSaved | LaneEvent]) -> dict[int, object]:
    kinds = (ReplyFinished, ReplyStopped, ReplyFailed)
    return {
        event.lane: event.event
        for event in events
        if isinstance(event, LaneEvent) and isinstance(event.event, kinds)
    }


def lanes_with(kind: type[object], events: Iterable[MessageSaved | LaneEvent]) -> list[int]:
    return [e.lane for e in events if isinstance(e, LaneEvent) and isinstance(e.event, kind)]


def test_answers_stream_side_by_side(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, counting) as table:
            several = table.session.several(table.conversation_id, "Who?", [A, B, C])
            saved, *lanes = await gathered(several)
            assert isinstance(saved, MessageSaved)
            tokens = lanes_with(ReplyToken, lanes)
            assert len(list(itertools.groupby(tokens))) > 6, tokens
            done = ends([saved, *lanes])
            assert set(done) == {0, 1, 2}
            for lane, name in enumerate("abc"):
                end = done[lane]
                assert isinstance(end, ReplyFinished)
                assert end.message.model == name
                assert end.message.content.startswith(f"{name}0 {name}1")
                assert end.message.parent_id == saved.message.id
            branch = await table.branch()
            assert [message.role for message in branch] == [Role.USER, Role.ASSISTANT]
            assert len(branch[1].siblings) == 3
            # One is picked to go on from.
            first = branch[1].siblings[0]
            assert (await table.store.show_branch(table.conversation_id, first))[-1].model == "a"

    asyncio.run(main())


def test_a_question_that_is_there_already(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, counting) as table:
            await table.say("Who?")
            question = (await table.branch())[0]
            events = await gathered(
                table.session.several(table.conversation_id, question.id, [A, B])
            )
            assert not any(isinstance(event, MessageSaved) for event in events)
            assert len((await table.branch())[1].siblings) == 3

    asyncio.run(main())


def test_one_lane_stops_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            several = table.session.several(table.conversation_id, "Count", [A, B])
            events: list[MessageSaved | LaneEvent] = []
            stopped: list[int] = []
            async with aclosing(several.events()) as stream:
                async for event in stream:
                    events.append(event)
                    if len(events) == 20:
                        several.stop(0)
                    if isinstance(event, LaneEvent) and isinstance(event.event, ReplyStopped):
                        stopped.append(event.lane)
                        several.stop()
            assert stopped == [0, 1]
            assert all(isinstance(end, ReplyStopped) for end in ends(events).values())
            await eventually(lambda: table.server.connections == 0)

    asyncio.run(main())


@pytest.mark.parametrize("moment", [0.0, 0.001, 0.01, 0.05])
def test_cancelling_stops_every_lane(tmp_path: Path, moment: float) -> None:
    """NET-27."""

    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            several = table.session.several(table.conversation_id, "Count", [A, B, C])
            task = asyncio.create_task(gathered(several))
            await eventually(lambda: bool(table.server.requests))
            await asyncio.sleep(moment)
            task.cancel()
            events = await task
            assert set(ends(events)) == set(lanes_with(ReplyStarted, events))
            for identity in (await table.branch())[-1].siblings:
                shown = await table.store.show_branch(table.conversation_id, identity)
                assert shown[-1].status is MessageStatus.STOPPED
            await eventually(lambda: table.server.connections == 0)

    asyncio.run(main())


def test_closing_stops_every_lane(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            several = table.session.several(table.conversation_id, "Count", [A, B])
            async with aclosing(several.events()) as events:
                async for event in events:
                    if isinstance(event, LaneEvent) and isinstance(event.event, ReplyToken):
                        break
            assert (await table.branch())[-1].status is MessageStatus.STOPPED
            await eventually(lambda: table.server.connections == 0)

    asyncio.run(main())


def test_no_more_at_a_time_than_allowed(tmp_path: Path) -> None:
    running = [0, 0]

    async def counted(answer: Answer) -> None:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0.02)
        await says("ok")(answer)
        running[0] -= 1

    async def main() -> None:
        async with laid(tmp_path, counted) as table:
            choices = [A, B, C, A]
            events = await gathered(
                table.session.several(table.conversation_id, "Who?", choices, at_most=2)
            )
            assert set(ends(events)) == {0, 1, 2, 3}
            assert running[1] == 2

    asyncio.run(main())


def test_one_that_fails_does_not_end_the_others(tmp_path: Path) -> None:
    async def main() -> None:
        async def script(answer: Answer) -> None:
            if answer.request["model"] == "a":
                await answer.refuse(404, "model 'a' not found")
            else:
                await counting(answer)

        async with laid(tmp_path, script) as table:
            done = ends(
                await gathered(table.session.several(table.conversation_id, "Who?", [A, B]))
            )
            assert isinstance(done[0], ReplyFailed)
            assert isinstance(done[1], ReplyFinished)

    asyncio.run(main())


def test_chains_in_lanes(tmp_path: Path) -> None:
    async def main() -> None:
        script = by_prompt({"Tell": "ha", "Write": "la", "cats": "meow"})
        async with laid(tmp_path, script) as table:
            choices = [Choice(MODEL, TOGETHER), A]
            events = await gathered(table.session.several(table.conversation_id, "cats", choices))
            assert set(lanes_with(StepToken, events)) == {0}
            end = ends(events)[1]
            assert isinstance(end, ReplyFinished)
            assert end.message.content == "meow"

    asyncio.run(main())
