"""Models in memory: loaded when asked for, shared, queued for, kept alive, unloaded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from gui.engine.durations import DEFAULT_KEEP_ALIVE
from gui.engine.llama.loading import checked
from gui.engine.llama.memory import Available, available_bytes, needed_bytes, shown
from gui.engine.llama.model import Llama
from gui.engine.llama.options import EngineDefaults, LoadSettings
from gui.engine.llama.parameters import ModelFiles
from gui.engine.llama.trial import Trials
from gui.engine.llama.vocabulary import Vocabulary
from gui.engine.store.stored import StoredModel
from gui.engine.waiting import settled
from gui.engine.wire import ApiError

_log = logging.getLogger(__name__)

_BUSY = "server busy, please try again.  maximum pending requests exceeded"

MOST_LOADED = 3
"""Models in memory at once, where nothing else is said; Ollama's number for a CPU."""

T = TypeVar("T")

WhileLoading = Callable[[], contextlib.AbstractContextManager[None]]
"""Entered while llama.cpp holds the interpreter and no other thread can run."""


@dataclass(frozen=True, slots=True)
class RuntimeLimits:
    """How much the engine takes on at once."""

    loaded: int = MOST_LOADED
    """Models in memory, as long as they fit."""
    waiting: int = 512
    """Requests in the queue; the next one is refused with 503."""
    keep_alive: float = DEFAULT_KEEP_ALIVE
    """Seconds that a model stays when a request says nothing; below zero is for ever."""
    defaults: EngineDefaults = field(default_factory=EngineDefaults)


@dataclass(slots=True, eq=False)
class LoadedModel:
    """A model in memory. `expires_at` is in seconds since the epoch, None means never."""

    model: StoredModel
    """The first name it was asked for under."""
    files: ModelFiles
    settings: LoadSettings
    llama: Llama
    vocabulary: Vocabulary
    size: int
    turns: asyncio.Semaphore
    expires_at: float | None = None
    users: int = 0
    used_at: float = field(default_factory=time.monotonic)
    expiry: asyncio.TimerHandle | None = None
    outdated: bool = False
    """To be unloaded when nobody uses it any more."""


class Runtime:
    """Keeps models in memory within a budget and serves requests in their order.

    All methods belong to the event loop that made the first call.
    """

    def __init__(
        self,
        while_loading: WhileLoading = contextlib.nullcontext,
        limits: RuntimeLimits | None = None,
        available: Available = available_bytes,
        trials: Trials | None = None,
    ) -> None:
        self._while_loading = while_loading
        self._available = available
        self._trials = trials or Trials()
        self.limits = limits or RuntimeLimits()
        self._placing = asyncio.Lock()
        self._released = asyncio.Event()
        self._waiting = 0
        self._models: list[LoadedModel] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def keep_alive(self, wanted: float | None) -> float:
        """Seconds for a request that wants `wanted`, None when it leaves it to the engine."""
        return self.limits.keep_alive if wanted is None else wanted

    def loaded(self) -> list[LoadedModel]:
        """What is in memory now, what stays longest first."""
        return sorted(self._models, key=lambda one: -(one.expires_at or float("inf")))

    @contextlib.asynccontextmanager
    async def using(
        self, model: StoredModel, settings: LoadSettings, keep_alive: float
    ) -> AsyncGenerator[LoadedModel]:
        """The loaded model, with a turn of its own; raises ApiError.

        When the block ends, the model stays for `keep_alive` seconds; below zero for ever.
        """
        if self._waiting >= self.limits.waiting:
            raise ApiError(503, _BUSY)
        self._waiting += 1
        try:
            loaded = await self._placed(model, settings)
            try:
                await loaded.turns.acquire()
            except BaseException:
                await self._leave(loaded, keep_alive)
                raise
        finally:
            self._waiting -= 1
        try:
            yield loaded
        finally:
            loaded.turns.release()
            await self._leave(loaded, keep_alive)

    async def unload(self, model: StoredModel) -> None:
        """Free the memory of the model's weights, after the replies that use them."""
        identity = files_of(model).identity
        for loaded in [one for one in self._models if one.files.identity == identity]:
            loaded.outdated = True
            while loaded.users:
                self._released.clear()
                await self._released.wait()
            await self._free(loaded)

    async def _placed(self, model: StoredModel, settings: LoadSettings) -> LoadedModel:
        """The model in memory, counted as used."""
        async with self._placing:
            files = files_of(model)
            loaded = self._find(files, settings)
            if loaded is None:
                await self._make_way(lambda one: one.files.identity == files.identity)
                size = await self._make_room(model, files, settings)
                loaded = await to_end(self._hold(model, files, settings, size))
            loaded.users += 1
            loaded.used_at = time.monotonic()
            if loaded.expiry:
                loaded.expiry.cancel()
            return loaded

    def _find(self, files: ModelFiles, settings: LoadSettings) -> LoadedModel | None:
        for one in self._models:
            same = one.files.identity == files.identity and one.settings == settings
            if same and not one.outdated:
                return one
        return None

    async def _make_way(self, concerns: Callable[[LoadedModel], bool]) -> None:
        """Unload the same weights with other settings, once nobody uses them."""
        while stale := [one for one in self._models if concerns(one)]:
            idle = next((one for one in stale if not one.users), None)
            await (self._free(idle) if idle else self._wait_for_release())

    async def _make_room(
        self, model: StoredModel, files: ModelFiles, settings: LoadSettings
    ) -> int:
        """Unload what was not used for longest until the model fits; its size in bytes."""
        size = needed_bytes(model, files, settings)
        while True:
            fits = size <= self._available()
            if fits and len(self._models) < self.limits.loaded:
                return size
            idle = [one for one in self._models if not one.users]
            if idle:
                await self._free(min(idle, key=lambda one: one.used_at))
            elif self._models:
                await self._wait_for_release()
            else:
                have = shown(max(self._available(), 0))
                raise ApiError(
                    500,
                    f"model requires more system memory ({shown(size)}) than is available ({have})",
                )

    async def _wait_for_release(self) -> None:
        self._released.clear()
        await self._released.wait()

    async def _hold(
        self, model: StoredModel, files: ModelFiles, settings: LoadSettings, size: int
    ) -> LoadedModel:
        """Load and keep, also when whoever asked has left: the next one may want it."""
        started = time.monotonic()
        vocabulary, llama = await asyncio.to_thread(self._load_now, files, settings)
        turns = asyncio.Semaphore(settings.parallel)
        loaded = LoadedModel(model, files, settings, llama, vocabulary, size, turns)
        self._models.append(loaded)
        _log.info("loaded %s in %.2f s", model.name.shortest, time.monotonic() - started)
        return loaded

    def _load_now(self, files: ModelFiles, settings: LoadSettings) -> tuple[Vocabulary, Llama]:
        vocabulary = checked(files, self._trials)
        with self._while_loading():
            return vocabulary, Llama(files, settings)

    async def _leave(self, loaded: LoadedModel, keep_alive: float) -> None:
        """Be done with a model; the last one out decides how long it stays."""
        loaded.users -= 1
        loaded.used_at = time.monotonic()
        loaded.expires_at = None if keep_alive < 0 else time.time() + keep_alive
        if loaded.expiry:
            loaded.expiry.cancel()
        self._released.set()
        if not loaded.users and (loaded.outdated or keep_alive == 0):
            await self._free(loaded)
        elif keep_alive > 0:
            loop = asyncio.get_running_loop()
            loaded.expiry = loop.call_later(keep_alive, self._start_expiry, loaded)

    def _start_expiry(self, loaded: LoadedModel) -> None:
        task = asyncio.create_task(
            self._expire(loaded), name=f"expire:{loaded.model.name.shortest}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _expire(self, loaded: LoadedModel) -> None:
        late = loaded.expires_at is not None and loaded.expires_at <= time.time()
        if late and not loaded.users:
            await self._free(loaded)

    async def _free(self, loaded: LoadedModel) -> None:
        """Unload; whoever asks from now on gets a new one."""
        if loaded not in self._models:
            return
        self._models.remove(loaded)
        if loaded.expiry:
            loaded.expiry.cancel()
        await to_end(asyncio.to_thread(loaded.llama.close))
        self._released.set()
        _log.info("unloaded %s", loaded.model.name.shortest)


def files_of(model: StoredModel) -> ModelFiles:
    """What is loaded for a model; raises ApiError if it is not there."""
    contents = model.contents
    try:
        status = model.path.stat()
    except OSError as problem:
        raise ApiError(500, f"This model file cannot be read: {problem.strerror}.") from None
    file = f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
    parts = [model.weights or file]
    parts += [path.name for path in (*contents.projectors, *contents.adapters)]
    return ModelFiles(
        weights=model.path,
        identity="|".join(parts),
        projector=contents.projectors[0] if contents.projectors else None,
        adapters=contents.adapters,
    )


async def to_end(work: Awaitable[T]) -> T:
    """Wait for `work` even when cancelled: a thread in llama.cpp cannot be left behind."""
    task = asyncio.ensure_future(work)
    await settled(task)
    return task.result()
