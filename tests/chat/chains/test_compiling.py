"""A chain as a plain runnable of LangChain, without anybody who looks on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from langchain_core.runnables import Runnable, RunnableSequence
from langchain_core.runnables.passthrough import RunnableAssign

from chat.chains.samples import (
    ANSWER,
    JOKE,
    KWONBOT,
    POEM,
    SORTING,
    TOGETHER,
    TRANSLATE,
    by_prompt,
    chained,
)
from chat.scripted import Answer, Script, Scripted, says, serving
from chat.table import MODEL, eventually
from gui.chat.chain import chat_model
from gui.chat.chains.compiling import compiled
from gui.chat.chains.planning import planned
from gui.chat.chains.running import by_name
from gui.chat.chains.watching import Watch
from gui.chat.events import StepToken
from gui.chat.parts import TurnPart
from gui.errors import ReplyFailedMidway, StepUnreadable
from gui.models.client import ModelClient
from gui.records import Endpoint, OutputKind, Preset, ServerKind, Step

Chain = Runnable[dict[str, Any], Any]


def use(script: Script, preset: Preset, work: Callable[[Chain, Scripted], Awaitable[None]]) -> None:
    async def main() -> None:
        async with serving(script) as server:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
            plans = await planned(client, preset, MODEL, think=False)
            await work(compiled(preset.chain, by_name(plans), chat_model(client)), server)
            await client.aclose()

    asyncio.run(main())


def test_it_is_what_the_lesson_says() -> None:
    async def work(chain: Chain, _: Scripted) -> None:
        assert isinstance(chain, RunnableSequence)
        first, second, last = chain.steps
        assert isinstance(first, RunnableAssign)
        assert isinstance(second, RunnableAssign)
        assert set(second.mapper.steps__) == {"joke", "poem"}
        assert last.get_name() == "answer"

    use(says("a"), chained(TRANSLATE, (JOKE, POEM), ANSWER), work)


def test_invoked_at_once() -> None:
    async def work(chain: Chain, server: Scripted) -> None:
        assert await chain.ainvoke({"input": "x"}) == "Done so."
        assert server.requests[1]["messages"][-1]["content"] == "x (Fine day.)"

    use(by_prompt({"Translate": "Fine day.", "x": "Done so."}), KWONBOT, work)


def test_only_the_last_step_streams() -> None:
    async def work(chain: Chain, _: Scripted) -> None:
        assert [piece async for piece in chain.astream({"input": "x"})] == ["Done", " so."]

    use(by_prompt({"Translate": "Fine day.", "x": "Done so."}), KWONBOT, work)


def test_a_batch_does_not_mix() -> None:
    """NET-28: one runnable for every request, as a server has it."""

    async def echo(answer: Answer) -> None:
        for word in answer.request["messages"][-1]["content"].split():
            await answer.token(f"{word} ")
            await asyncio.sleep(0.001)
        await answer.done()

    async def work(chain: Chain, _: Scripted) -> None:
        inputs = [{"input": f"topic{n}"} for n in range(6)]
        for n, reply in enumerate(await chain.abatch(inputs)):
            assert reply.count(f"topic{n}") == 2
            assert reply.count("topic") == 2

    use(echo, TOGETHER, work)


def test_the_last_parser_says_what_comes_out() -> None:
    preset = chained(Step("data", "Give", output=OutputKind.JSON))

    async def work(chain: Chain, _: Scripted) -> None:
        assert await chain.ainvoke({"input": ""}) == {"a": 1}
        assert [piece async for piece in chain.astream({"input": ""})] == [{"a": 1}]

    use(says('{"a"', ": 1}"), preset, work)


def test_a_branch_and_a_reply_template() -> None:
    preset = chained(*SORTING.chain.stages, reply="[{review}{plain}]")

    async def work(chain: Chain, _: Scripted) -> None:
        assert await chain.ainvoke({"input": "x"}) == "[A]"
        assert [piece async for piece in chain.astream({"input": "x"})] == ["[A]"]

    use(by_prompt({"Is it": "No.", "Review": "R", "Answer": "A"}), preset, work)


def test_yes_or_no_is_all_that_a_small_model_can_say() -> None:
    """The server holds it to that; the quotes of that form are no part of the answer."""
    told: list[TurnPart] = []

    async def main() -> None:
        async with serving(says('"', "ye", 's"')) as server:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
            preset = chained(SORTING.chain.steps[0])
            plans = by_name(await planned(client, preset, MODEL, think=False))
            watch = Watch(told.append)
            chain = compiled(preset.chain, plans, chat_model(client), watch)
            assert await chain.ainvoke({"input": "x"}) is True
            assert {"yes", "no"} <= set(server.requests[0]["format"]["enum"])
            assert watch.records()[0].output == "yes"
            await client.aclose()

    asyncio.run(main())
    assert "".join(part.text for part in told if isinstance(part, StepToken)) == "yes"


def test_nothing_runs_in_another_thread() -> None:
    """LangChain gives plain functions to a pool; a watch is no good there."""
    preset = chained(*SORTING.chain.stages, reply="[{review}{plain}]")
    threads: set[int] = set()

    def tell(_: TurnPart) -> None:
        threads.add(threading.get_ident())

    async def main() -> None:
        async with serving(by_prompt({"Is it": "No.", "Answer": "A"})) as server:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
            plans = by_name(await planned(client, preset, MODEL, think=False))
            watch = Watch(tell)
            chain = compiled(preset.chain, plans, chat_model(client), watch)
            assert await chain.ainvoke({"input": "x"}) == "[A]"
            assert {record.name for record in watch.records()} == {"is_code", "review", "plain"}
            await client.aclose()

    asyncio.run(main())
    assert threads == {threading.get_ident()}


def test_errors_are_ours() -> None:
    async def midway(answer: Answer) -> None:
        await answer.token("Once")
        await answer.line({"error": "gone"})

    async def fails(chain: Chain, _: Scripted) -> None:
        with pytest.raises(ReplyFailedMidway):
            await chain.ainvoke({"input": "x"})
        with pytest.raises(ReplyFailedMidway):
            _ = [piece async for piece in chain.astream({"input": "x"})]

    async def unreadable(chain: Chain, _: Scripted) -> None:
        with pytest.raises(StepUnreadable, match="perhaps"):
            await chain.ainvoke({"input": "x"})

    use(midway, KWONBOT, fails)
    use(says("perhaps"), SORTING, unreadable)


def test_closing_the_stream_closes_the_request() -> None:
    async def endless(answer: Answer) -> None:
        while True:
            await answer.token("a")
            await asyncio.sleep(0.002)

    async def work(chain: Chain, server: Scripted) -> None:
        stream: Any = chain.astream({"input": "x"})
        async with aclosing(stream):
            await anext(stream)
        await eventually(lambda: server.connections <= 1)

    use(by_prompt({"Translate": "Fine.", "x": endless}), KWONBOT, work)
