"""A session with real parts: a store in a folder, a client, a scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chat.scripted import Script, Scripted, serving
from gui.chat import ChatSession, Pace, TurnEvent
from gui.models.client import ModelClient
from gui.records import Endpoint, Message, ModelInfo, Options, Preset, ServerKind
from gui.storage import ConversationStore, Database

MODEL = ModelInfo("m:1b", digest="d1", context_length=4096, capabilities=("completion",))
THINKER = ModelInfo("t:1b", context_length=4096, capabilities=("completion", "thinking"))
PRESET = Preset("plain", "Plain", system="Be kind.", options=Options(temperature=0.5))


@dataclass
class Table:
    """Everything a turn needs."""

    session: ChatSession
    store: ConversationStore
    server: Scripted
    conversation_id: int

    async def branch(self) -> tuple[Message, ...]:
        return await self.store.branch(self.conversation_id)

    async def say(self, text: str, model: ModelInfo = MODEL) -> list[TurnEvent]:
        return await collect(self.session.send(self.conversation_id, text, model, PRESET))


async def collect(events: AsyncGenerator[TurnEvent]) -> list[TurnEvent]:
    async with aclosing(events):
        return [event async for event in events]


async def until(events: AsyncIterator[TurnEvent], kind: type[TurnEvent]) -> TurnEvent:
    """Read on to the first event of a kind."""
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind.__name__}")


async def eventually(check: Callable[[], bool]) -> None:
    """Return as soon as `check` holds."""
    async with asyncio.timeout(20):
        while not check():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def laid(
    folder: Path,
    script: Script,
    pace: Pace | None = None,
    store_type: type[ConversationStore] = ConversationStore,
) -> AsyncGenerator[Table]:
    """A table laid in `folder`, cleared afterwards: nothing may still be running."""
    database = await Database.open(folder / "conversations.db")
    store = store_type(database)
    async with serving(script) as server:
        client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
        session = ChatSession(store, client, server_version="0.33.0", pace=pace or Pace())
        try:
            conversation = await store.create()
            yield Table(session, store, server, conversation.id)
        finally:
            await session.close()
            await client.aclose()
            await database.close()
    left = {task.get_name() for task in asyncio.all_tasks()}
    assert not {name for name in left if name.startswith("chat:")}, left
