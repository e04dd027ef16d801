"""One download for everybody who waits for the same blob; it stops when nobody does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from dataclasses import dataclass

from gui.engine.registry.download import Download, ended
from gui.engine.registry.progress import ticks


@dataclass(slots=True)
class _Shared:
    download: Download
    task: asyncio.Task[None]
    watchers: int = 0


class Watch:
    """A view of a download; others may have the same."""

    def __init__(self, shared: _Shared) -> None:
        self._download = shared.download
        self._task = shared.task

    async def progress(self) -> AsyncGenerator[int]:
        """Bytes that are here, until all are; raises RegistryError."""
        download, task = self._download, self._task
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def end(_: object) -> None:
            if not over.done():
                over.set_result(None)

        download.fetched.add_done_callback(end)
        task.add_done_callback(end)
        try:
            async for completed in ticks(lambda: download.completed, over):
                if completed < download.layer.size:
                    yield completed
        finally:
            download.fetched.remove_done_callback(end)
            task.remove_done_callback(end)
        if not download.fetched.done():
            await self.installed()
        yield download.layer.size

    async def installed(self) -> None:
        """Return when the blob was checked and is in its place; raises RegistryError."""
        await asyncio.wait((self._task,))
        self._task.result()


class Downloads:
    """The downloads of this process, by what is brought and from where."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Shared] = {}

    @contextlib.asynccontextmanager
    async def watching(self, key: Hashable, begin: Callable[[], Download]) -> AsyncIterator[Watch]:
        """A watch of the download under `key`, begun with `begin` if there is none yet.

        When the last watcher leaves, the download ends; what came is kept for the next one.
        """
        shared = self._running.get(key)
        if shared is None or shared.task.done():
            download = begin()
            shared = _Shared(download, asyncio.create_task(download.run()))
            self._running[key] = shared
        shared.watchers += 1
        try:
            yield Watch(shared)
        finally:
            shared.watchers -= 1
            if not shared.watchers:
                if self._running.get(key) is shared:
                    del self._running[key]
                await ended(shared.task)
