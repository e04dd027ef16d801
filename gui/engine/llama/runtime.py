"""The model in memory: loaded when asked for, queued for, kept alive, unloaded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from gui.engine.llama.model import Llama, OnChunk
from gui.engine.llama.options import LoadSettings
from gui.engine.replies.prompt import Vocabulary
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError

_log = logging.getLogger(__name__)

_MOST_WAITING = 512
_BUSY = "server busy, please try again.  maximum pending requests exceeded"

T = TypeVar("T")

WhileLoading = Callable[[], contextlib.AbstractContextManager[None]]
"""Entered while llama.cpp holds the interpreter and no other thread can run."""


@dataclass(slots=True)
class LoadedModel:
    """A model in memory. `expires_at` is in seconds since the epoch, None means never."""

    model: StoredModel
    settings: LoadSettings
    llama: Llama
    vocabulary: Vocabulary
    expires_at: float | None = None


class Runtime:
    """Holds one model at a time and serves one request after another, in their order.

    All methods belong to the event loop that made the first call.
    """

    def __init__(self, while_loading: WhileLoading = contextlib.nullcontext) -> None:
        self._while_loading = while_loading
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._loaded: LoadedModel | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def loaded(self) -> list[LoadedModel]:
        """What is in memory now."""
        return [self._loaded] if self._loaded else []

    @contextlib.asynccontextmanager
    async def using(
        self, model: StoredModel, settings: LoadSettings, keep_alive: float
    ) -> AsyncGenerator[LoadedModel]:
        """The loaded model, for this caller alone; raises ApiError.

        When the block ends, the model stays for `keep_alive` seconds; below zero for ever.
        """
        async with self._my_turn():
            loaded = await self._load(model, settings)
            try:
                yield loaded
            finally:
                await self._keep(loaded, keep_alive)

    async def unload(self, model: StoredModel) -> None:
        """Free the model's memory, if it is loaded."""
        async with self._my_turn():
            if self._loaded and self._loaded.model.name.key == model.name.key:
                await self._free()

    @contextlib.asynccontextmanager
    async def _my_turn(self) -> AsyncGenerator[None]:
        if self._waiting >= _MOST_WAITING:
            raise ApiError(503, _BUSY)
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    async def _load(self, model: StoredModel, settings: LoadSettings) -> LoadedModel:
        if self._expiry:
            self._expiry.cancel()
        if self._loaded and _is_same(self._loaded, model, settings):
            return self._loaded
        await self._free()
        return await to_end(self._hold(model, settings))

    async def _hold(self, model: StoredModel, settings: LoadSettings) -> LoadedModel:
        """Load and keep, also when whoever asked has left: the next one may want it."""
        started = time.monotonic()
        self._loaded = await asyncio.to_thread(self._load_now, model, settings)
        _log.info("loaded %s in %.2f s", model.name.shortest, time.monotonic() - started)
        return self._loaded

    def _load_now(self, model: StoredModel, settings: LoadSettings) -> LoadedModel:
        vocabulary = Vocabulary.of_model(model.path)
        with self._while_loading():
            llama = Llama(model.path, settings)
        return LoadedModel(model, settings, llama, vocabulary)

    async def _keep(self, loaded: LoadedModel, keep_alive: float) -> None:
        if keep_alive == 0:
            await self._free()
        elif keep_alive < 0:
            loaded.expires_at = None
        else:
            loaded.expires_at = time.time() + keep_alive
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(keep_alive, self._start_expiry, loaded)

    def _start_expiry(self, loaded: LoadedModel) -> None:
        task = asyncio.create_task(
            self._expire(loaded), name=f"expire:{loaded.model.name.shortest}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _expire(self, loaded: LoadedModel) -> None:
        async with self._turn:
            late = loaded.expires_at is not None and loaded.expires_at <= time.time()
            if self._loaded is loaded and late:
                await self._free()

    async def _free(self) -> None:
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            await to_end(asyncio.to_thread(loaded.llama.close))
            _log.info("unloaded %s", loaded.model.name.shortest)


def _is_same(loaded: LoadedModel, model: StoredModel, settings: LoadSettings) -> bool:
    file = (model.path, model.size, model.modified_at)
    before = (loaded.model.path, loaded.model.size, loaded.model.modified_at)
    return file == before and loaded.settings == settings


async def to_end(work: Awaitable[T]) -> T:
    """Wait for `work` even when cancelled: a thread in llama.cpp cannot be left behind."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def chunks(generate: Callable[[OnChunk], None]) -> AsyncGenerator[Mapping[str, Any]]:
    """The chunks of a reply generated in a thread; closing this stops the reply.

    It stops before the next token, or while reading the prompt after the current batch.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
    stopped = threading.Event()

    def on_chunk(chunk: Mapping[str, Any]) -> bool:
        if not stopped.is_set():
            loop.call_soon_threadsafe(queue.put_nowait, chunk)
        return stopped.is_set()

    def work() -> None:
        try:
            generate(on_chunk)
        finally:
            loop.call_soon_threadsafe(queue.put_nowait, None)

    worker = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        while (chunk := await queue.get()) is not None:
            yield chunk
        await worker
    finally:
        if not worker.done():
            _log.info("the client left; stopping the reply")
            stopped.set()
            await to_end(asyncio.wait([worker]))
