"""Turns with a real model: the built-in engine and the starter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import Self

import pytest
from engine_process import STARTER, EngineUnderTest

from chat.table import collect, until
from gui.chat import (
    ChatSession,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
)
from gui.errors import ContextOverflow
from gui.models.client import ModelClient
from gui.records import Endpoint, MessageStatus, ModelInfo, Options, Preset, Role, ServerKind
from gui.storage import ConversationStore, Database

pytestmark = pytest.mark.timeout(300)  # a real model, perhaps on a busy machine

BRIEF = Preset(
    "brief", "Brief", options=Options(num_ctx=512, seed=1, temperature=0.0, num_predict=12)
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


class Kitchen:
    """A session with the real engine."""

    def __init__(self, engine: EngineUnderTest) -> None:
        headers = tuple(engine.headers.items())
        self.client = ModelClient(Endpoint(ServerKind.BUILT_IN, engine.url, headers))

    async def __aenter__(self) -> Self:
        self.database = await Database.open(None)
        self.store = ConversationStore(self.database)
        self.session = ChatSession(self.store, self.client)
        self.id = (await self.store.create()).id
        self.model: ModelInfo = next(
            model for model in await self.client.list_models() if model.name == STARTER
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert await self.session.close()
        await self.client.aclose()
        await self.database.close()


def test_a_conversation(engine: EngineUnderTest) -> None:
    async def main() -> None:
        async with Kitchen(engine) as kitchen:
            for text in ("What is the capital of France?", "And of {Italy}?"):
                events = await collect(kitchen.session.send(kitchen.id, text, kitchen.model, BRIEF))
                end = events[-1]
                assert isinstance(end, ReplyFinished), end
                assert not end.server_cut
                assert end.message.content.strip()
                assert end.message.statistics
                assert 0 < end.message.statistics.eval_count <= 12
                assert end.message.statistics.prompt_eval_count > 5
                assert end.message.statistics.first_token_ns > 0
            first, second = (
                message.statistics.prompt_eval_count
                for message in await kitchen.store.branch(kitchen.id)
                if message.statistics
            )
            assert second > first + 10

    asyncio.run(main())


def test_stop_ends_the_generation(engine: EngineUnderTest) -> None:
    async def main() -> None:
        async with Kitchen(engine) as kitchen:
            long = Preset("long", "Long", options=Options(num_ctx=512, num_predict=400))
            turn = kitchen.session.send(kitchen.id, "Tell me a long story.", kitchen.model, long)
            started = asyncio.Event()

            async def consume() -> object:
                async with aclosing(turn):
                    await until(turn, ReplyToken)
                    started.set()
                    return await until(turn, ReplyStopped)

            task = asyncio.create_task(consume())
            await started.wait()
            task.cancel()
            end = await task
            assert isinstance(end, ReplyStopped)
            assert end.message.status is MessageStatus.STOPPED
            assert end.message.content
            # The engine is free again at once.
            again = await collect(
                kitchen.session.regenerate(kitchen.id, end.message.id, kitchen.model, BRIEF)
            )
            assert isinstance(again[-1], ReplyFinished)

    asyncio.run(main())


def test_history_that_does_not_fit_is_left_out_by_us(engine: EngineUnderTest) -> None:
    """Korean costs this tokenizer three tokens a syllable: the first estimate is too low."""

    async def main() -> None:
        async with Kitchen(engine) as kitchen:
            small = Preset("small", "Small", options=Options(num_ctx=512, num_predict=8, seed=1))
            parent = None
            for _ in range(6):
                for role in (Role.USER, Role.ASSISTANT):
                    message = await kitchen.store.add_message(
                        kitchen.id, parent, role, "온돌방은 따뜻합니다. " * 5
                    )
                    parent = message.id
            events = await collect(
                kitchen.session.send(kitchen.id, "안녕하세요?", kitchen.model, small)
            )
            end = events[-1]
            assert isinstance(end, ReplyFinished), end
            assert end.message.run
            assert end.message.run.context_start
            assert end.message.statistics
            assert end.message.statistics.prompt_eval_count <= 512

            too_long = await collect(
                kitchen.session.send(kitchen.id, "따뜻한 방 " * 400, kitchen.model, small)
            )
            assert isinstance(too_long[-1], ReplyFailed)
            assert isinstance(too_long[-1].error, ContextOverflow)
            assert any(isinstance(event, ReplyStarted) for event in too_long)

    asyncio.run(main())
