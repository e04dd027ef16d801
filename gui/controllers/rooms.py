"""The plain rooms as the controllers reach them: opened in the plain thread, used only there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gui import paths
from gui.errors import EngineError, StorageError
from gui.eventloop import PlainThread, Stream
from gui.records import ServerChoices, ServerKey

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gui.chat import ChatSession, PresetStore
    from gui.models.client import ModelClient
    from gui.models.huggingface.hub import Hub
    from gui.models.secrets import SecretStore
    from gui.models.server import Servers
    from gui.models.transfers import Transfers
    from gui.serve.process import ServeProcess
    from gui.storage import ConversationStore, Database

T = TypeVar("T")


@dataclass(slots=True)
class OpenRooms:
    """Everything that never imports Qt. Touch it only inside the plain thread."""

    database: Database
    store: ConversationStore
    secrets: SecretStore
    servers: Servers
    hub: Hub
    transfers: Transfers
    presets: PresetStore
    problem: StorageError | None = None
    """Why conversations are kept in memory only, None when they are kept on disk."""
    served: ServeProcess | None = None
    """A preset or chain that is served over HTTP."""
    _sessions: dict[ModelClient, ChatSession] = field(default_factory=dict)

    async def client(self, key: ServerKey) -> ModelClient:
        """The client of a server that answers; raises ServerError, EngineError."""
        return await self.servers.connect(key)

    async def session(self, key: ServerKey) -> ChatSession:
        """The chat session with this server; one for each client, for its life."""
        from gui.chat import ChatSession

        client = await self.servers.connect(key)
        if client not in self._sessions:
            version = await client.version()
            self._sessions[client] = ChatSession(self.store, client, server_version=version)
        return self._sessions[client]

    async def close(self) -> None:
        """Save what is not saved, stop the servers we started, close the database."""
        for session in self._sessions.values():
            await session.close()
        if self.served is not None:
            await self.served.stop()
        await self.transfers.close()
        try:
            await self.servers.close()
        finally:
            await self.store.purge_deleted()
            await self.database.close()


async def open_rooms(
    database_file: Path,
    environ: Mapping[str, str],
    engine_ended: Callable[[EngineError], None],
    choices: Callable[[], ServerChoices] = ServerChoices,
) -> OpenRooms:
    """Open everything; a database that cannot be used is left alone and memory used instead.

    `engine_ended` is called in the plain thread each time the built-in engine crashes, and
    `choices` whenever a server is looked for.
    """
    from gui.chat import PresetStore
    from gui.models.engine_process import EngineProcess
    from gui.models.huggingface.hub import Hub
    from gui.models.secrets import HUGGING_FACE, SecretStore
    from gui.models.server import Servers
    from gui.models.transfers import Transfers
    from gui.storage import ConversationStore, Database

    problem: StorageError | None = None
    try:
        database = await Database.open(database_file)
    except StorageError as error:
        problem, database = error, await Database.open(None)
    store = ConversationStore(database)
    await store.recover()
    engine = EngineProcess()
    engine.on_exit(engine_ended)
    secrets = SecretStore()
    servers = Servers(environ, engine, choices, secrets)
    hub = Hub(token=lambda: secrets.get(HUGGING_FACE))
    transfers = Transfers(servers.connect, paths.transfers(), hub=hub)
    presets = PresetStore(paths.resources() / "presets", paths.own_presets())
    return OpenRooms(database, store, secrets, servers, hub, transfers, presets, problem)


class Rooms:
    """The door to `OpenRooms`: a call waits until they are open, then runs over there."""

    def __init__(self, opening: Coroutine[Any, Any, OpenRooms]) -> None:
        self._plain = PlainThread()
        self._opening = asyncio.get_running_loop().create_task(
            self._plain.call(opening), name="open rooms"
        )

    async def opened(self) -> OpenRooms:
        """The rooms, once they are open."""
        return await asyncio.shield(self._opening)

    async def call(self, work: Callable[[OpenRooms], Coroutine[Any, Any, T]]) -> T:
        """Await `work(rooms)` in the plain thread; cancelling here cancels there."""
        return await self._plain.call(work(await self.opened()))

    async def compute(self, function: Callable[[], T]) -> T:
        """Run a blocking function off every loop."""
        return await self._plain.compute(function)

    async def stream(self, make: Callable[[OpenRooms], AsyncGenerator[T, None]]) -> Stream[T]:
        """Start consuming `make(rooms)` in the plain thread."""
        return self._plain.stream(make(await self.opened()))

    async def close(self) -> None:
        """Close the rooms if they ever opened, then end the plain thread."""
        try:
            rooms = await self.opened()
            await self._plain.call(rooms.close())
        finally:
            await self._plain.close()
