"""The plain rooms as the controllers reach them: opened in the plain thread, used only there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gui.eventloop import PlainThread, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from gui.chat.presets import PresetStore
    from gui.models.server import Servers
    from gui.storage import ConversationStore, Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenRooms:
    """Everything that never imports Qt. Touch it only inside the plain thread."""

    database: Database
    store: ConversationStore
    servers: Servers
    presets: PresetStore


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
        """Stop the servers we started, close the database, end the plain thread."""
        try:
            rooms = await self.opened()
            await self._plain.call(_close(rooms))
        finally:
            await self._plain.close()


async def _close(rooms: OpenRooms) -> None:
    try:
        await rooms.servers.close()
    finally:
        await rooms.store.purge_deleted()
        await rooms.database.close()
