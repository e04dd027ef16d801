"""Chains with a real model: the built-in engine and the starter. What it says may be poor."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_process import STARTER, EngineUnderTest

from chat.chains.samples import KWONBOT, TOGETHER, chained, statuses
from chat.table import collect, until
from chat.test_real_engine import Kitchen
from gui import paths
from gui.chat import (
    Choice,
    Compared,
    LaneEvent,
    PresetStore,
    ReplyFailed,
    ReplyFinished,
    ReplyStopped,
    StepEnded,
    StepToken,
    TurnEvent,
)
from gui.chat.chain import chat_model
from gui.chat.chains.compiling import compiled
from gui.chat.chains.planning import planned
from gui.chat.chains.running import by_name
from gui.records import Options, OutputKind, Preset, Rerun, Step

pytestmark = pytest.mark.timeout(300)  # a real model, perhaps on a busy machine

SHORT = Options(num_ctx=1024, num_predict=16, temperature=0.0)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    two = {"OLLAMA_NUM_PARALLEL": "2"}
    with EngineUnderTest(tmp_path_factory.mktemp("engine"), two) as running:
        yield running


def cook(engine: EngineUnderTest, work: Callable[[Kitchen], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Kitchen(engine) as kitchen:
            await work(kitchen)

    asyncio.run(main())


async def said(kitchen: Kitchen, text: str, preset: Preset) -> list[TurnEvent]:
    return await collect(kitchen.session.send(kitchen.id, text, kitchen.model, preset))


def finished(events: list[TurnEvent]) -> ReplyFinished:
    end = events[-1]
    assert isinstance(end, ReplyFinished), end
    return end


def test_the_two_steps_of_the_notes(engine: EngineUnderTest) -> None:
    async def work(kitchen: Kitchen) -> None:
        events = await said(kitchen, "하늘은 왜 파랗습니까?", replace(KWONBOT, options=SHORT))
        message = finished(events).message
        assert message.run
        english, answer = message.run.steps
        assert english.output.strip()
        assert english.output in answer.prompt
        assert answer.output == message.content
        assert 0 < english.eval_count <= 16
        assert english.prompt_eval_count > 5
        assert message.statistics
        assert message.statistics.eval_count == english.eval_count + answer.eval_count

    cook(engine, work)


def test_a_joke_and_a_poem_at_once(engine: EngineUnderTest) -> None:
    async def work(kitchen: Kitchen) -> None:
        events = await said(kitchen, "cats", replace(TOGETHER, options=SHORT))
        message = finished(events).message
        assert message.content.startswith("**Joke**\n\n")
        assert "\n\n**Poem**\n\n" in message.content
        names = {event.name for event in events if isinstance(event, StepToken)}
        assert names == {"joke", "poem"}
        tokens = [event.name for event in events if isinstance(event, StepToken)]
        assert len(list(itertools.groupby(tokens))) > 2, tokens

    cook(engine, work)


def test_json_held_to_its_schema_then_yes_or_no(engine: EngineUnderTest) -> None:
    """The engine holds the model to both; what the model says of it is its own affair."""
    city = {"properties": {"city": {"enum": ["Seoul", "Busan"]}}, "required": ["city"]}
    schema = json.dumps({"type": "object"} | city)
    data = Step("data", "A city: {input}", output=OutputKind.JSON, schema=schema)
    last = Step("is_seoul", "{data}: say yes or no.", output=OutputKind.BOOLEAN)

    async def work(kitchen: Kitchen) -> None:
        options = replace(SHORT, num_predict=40)
        events = await said(kitchen, "Seoul", chained(data, last, options=options))
        first = next(e.record for e in events if isinstance(e, StepEnded))
        assert first.status == "done", first
        assert '"city"' in first.output
        assert finished(events).message.content in ("yes", "no", "예", "아니요")

    cook(engine, work)


def test_stop_frees_the_engine_at_once(engine: EngineUnderTest) -> None:
    """No request of a step is left behind: the engine answers the next one right away."""

    async def work(kitchen: Kitchen) -> None:
        endless = replace(TOGETHER, options=Options(num_ctx=1024, num_predict=900))
        turn = kitchen.session.send(kitchen.id, "rivers", kitchen.model, endless)
        started = asyncio.Event()

        async def consume() -> TurnEvent:
            async with aclosing(turn):
                await until(turn, StepToken)
                started.set()
                return await until(turn, ReplyStopped)

        task = asyncio.create_task(consume())
        await started.wait()
        task.cancel()
        end = await task
        assert isinstance(end, ReplyStopped)
        assert end.message.run
        assert set(statuses(end.message.run.steps).values()) == {"stopped"}
        began = time.monotonic()
        finished(
            await said(kitchen, "Hello", Preset("b", "B", options=replace(SHORT, num_predict=2)))
        )
        assert time.monotonic() - began < 20

    cook(engine, work)


async def compared(events: AsyncGenerator[TurnEvent]) -> Rerun:
    *_, comparison, _ = await collect(events)
    assert isinstance(comparison, Compared), comparison
    return comparison.rerun


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_run_again_gives_the_same_text(engine: EngineUnderTest, temperature: float) -> None:
    """At temperature 0, and at any other by the seed that was recorded."""

    async def work(kitchen: Kitchen) -> None:
        preset = Preset("p", "P", options=replace(SHORT, temperature=temperature))
        events = await said(kitchen, "Tell me about the sea.", preset)
        first = finished(events).message
        assert await compared(kitchen.session.run_again(kitchen.id, first.id)) == Rerun(same=True)
        chain = replace(KWONBOT, options=replace(SHORT, temperature=temperature))
        second = finished(await said(kitchen, "바다는?", chain)).message
        assert await compared(kitchen.session.run_again(kitchen.id, second.id)) == Rerun(same=True)

    cook(engine, work)


def test_two_presets_side_by_side(engine: EngineUnderTest) -> None:
    async def work(kitchen: Kitchen) -> None:
        choices = [
            Choice(kitchen.model, Preset(name, name, system=f"You are {name}.", options=SHORT))
            for name in ("kind", "brief")
        ]
        several = kitchen.session.several(kitchen.id, "Who are you?", choices)
        async with aclosing(several.events()) as events:
            lanes = [event async for event in events if isinstance(event, LaneEvent)]
        ends = [event.event for event in lanes if isinstance(event.event, ReplyFinished)]
        assert len(ends) == 2
        assert {end.message.run.preset for end in ends if end.message.run} == {"kind", "brief"}

    cook(engine, work)


def test_replay(engine: EngineUnderTest) -> None:
    async def work(kitchen: Kitchen) -> None:
        preset = Preset("p", "P", options=SHORT)
        for text in ("One.", "Two."):
            await said(kitchen, text, preset)
        choice = Choice(kitchen.model, preset)
        async with aclosing(kitchen.session.replay(kitchen.id, choice)) as rows:
            assert [(row.same, row.error) async for row in rows] == [(True, ""), (True, "")]

    cook(engine, work)


def test_plainly_invoked_and_streamed(engine: EngineUnderTest) -> None:
    async def work(kitchen: Kitchen) -> None:
        preset = replace(KWONBOT, options=replace(SHORT, seed=5))
        plans = await planned(kitchen.client, preset, kitchen.model, think=False)
        chain: Any = compiled(preset.chain, by_name(plans), chat_model(kitchen.client))
        whole = await chain.ainvoke({"input": "물은?"})
        pieces = [piece async for piece in chain.astream({"input": "물은?"})]
        assert len(pieces) > 3
        assert "".join(pieces) == whole
        assert await chain.abatch([{"input": "물은?"}] * 2) == [whole] * 2

    cook(engine, work)


def test_every_chain_that_comes_with_ondol_runs(engine: EngineUnderTest, tmp_path: Path) -> None:
    """To its end, or to a step that the starter is too small for."""
    presets = PresetStore(paths.resources() / "presets", tmp_path).available()

    async def work(kitchen: Kitchen) -> None:
        for preset in (preset for preset in presets if preset.chain):
            shorter = replace(preset, options=SHORT.over(preset.options))
            variables = {variable.name: variable.default or "cats" for variable in preset.variables}
            turn = kitchen.session.send(
                kitchen.id, "x = 1", kitchen.model, shorter, variables=variables
            )
            end = (await collect(turn))[-1]
            assert isinstance(end, ReplyFinished | ReplyFailed)
            assert end.message.run
            assert end.message.run.steps[0].status != "running"
            assert end.message.run.steps[0].model == STARTER

    cook(engine, work)
