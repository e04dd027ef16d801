"""The seam: asyncio on Qt, and the thread in which the plain rooms run.

The window's thread runs Qt's loop (qasync) and only Qt rooms. A second thread runs a
bare asyncio loop and everything that never imports Qt: the network, LangChain, storage.
Values cross as frozen records; a stream of them crosses in batches, at most 30 a second,
so the cost of a token on the window's thread does not depend on how fast tokens come.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, Generic, TypeVar

import qasync
from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, QTimer, Signal

T = TypeVar("T")

_BATCH_PAUSE = 1 / 30
_SWITCH_INTERVAL = 0.001
_GARBAGE_MS = 1000


def run(app: QCoreApplication, main: Callable[[asyncio.Event], Coroutine[Any, Any, int]]) -> int:
    """Run `main` on Qt's event loop and give its exit code.

    `main` is given an event that is set by SIGINT and SIGTERM, and may be set by others;
    Qt's loop itself runs until `main` returns.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)
    _leave_imports_alone()

    async def with_quit_event() -> int:
        quit_requested = asyncio.Event()
        with _signals_set(quit_requested):
            return await main(quit_requested)

    with (
        _no_automatic_garbage(),
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        return runner.run(with_quit_event())


def _leave_imports_alone() -> None:
    """Stop PySide from reading the source of every module that any thread imports.

    It looks whether the module wants `from __feature__ import`, which nobody here does, and
    asks modules that are half imported for attributes: pydantic answers with an ImportError,
    and LangChain cannot be used until the next start.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda _module: False  # type: ignore[union-attr] # noqa: SLF001


@contextlib.contextmanager
def _signals_set(quit_requested: asyncio.Event) -> Iterator[None]:
    """Python runs signal handlers between bytecodes: a socket wakes Qt's loop for them."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: reader.recv(64))
    for number in before:
        signal.signal(number, lambda *_: quit_requested.set())
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()


class GarbageCollector(QObject):
    """Collects garbage on the window's thread, and only there.

    Python collects in whichever thread allocates; a cycle that holds a widget or a timer would
    then be destroyed outside Qt's thread, which ends in a crash some day. So `run` switches the
    automatic collector off, and this looks once a second what is due.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_GARBAGE_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Take what is alive now out of sight for ever, and collect from now on.

        One full collection over LangChain's modules stops every thread for 100 to 200 ms.
        """
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Collect no more."""
        self._timer.stop()

    def collect(self) -> None:
        """Collect the oldest generation that has passed its threshold."""
        due = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > threshold
        ]
        if due:
            gc.collect(max(due))


@contextlib.contextmanager
def _no_automatic_garbage() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Tasks(QObject):
    """The only maker of tasks on the window's thread: named, exclusive, drained at the end."""

    failed = Signal(str, object)  # name, exception

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def start(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        """Run `coroutine` as the task `name`; a name that runs already is an error of ours."""
        if self._closed:
            coroutine.close()
            return
        if name in self._running:
            coroutine.close()
            raise RuntimeError(f"the task {name!r} runs already")
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._running[name] = task
        task.add_done_callback(self._done)

    def replace(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        """Like `start`, but a task of that name is cancelled first: the newest wins."""
        if old := self._running.pop(name, None):
            old.cancel()
        self.start(coroutine, name)

    def cancel(self, name: str) -> None:
        """Cancel the task `name` if it runs."""
        if task := self._running.get(name):
            task.cancel()

    def is_running(self, name: str) -> bool:
        """Whether the task `name` runs."""
        return name in self._running

    async def drain(self) -> None:
        """Refuse new tasks, cancel all, wait until they have ended."""
        self._closed = True
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._running.get(task.get_name()) is task:
            del self._running[task.get_name()]
        if not task.cancelled() and (error := task.exception()):
            self.failed.emit(task.get_name(), error)


class Stream(Generic[T]):
    """Batches of what an async generator yields in the plain thread.

    `stop()` cancels the generator there; what it still yields while ending is delivered.
    """

    def __init__(self, plain: asyncio.AbstractEventLoop, items: AsyncGenerator[T, None]) -> None:
        self._plain = plain
        self._items = items
        self._here = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._queue: deque[T] = deque()
        self._awake = False
        self._pump: asyncio.Task[None] | None = None
        self._stop_wanted = False
        self._future = asyncio.run_coroutine_threadsafe(self._start(), plain)
        self._future.add_done_callback(lambda _: self._here.call_soon_threadsafe(self._ready.set))

    async def _start(self) -> None:
        self._pump = asyncio.create_task(self._run())
        if self._stop_wanted:
            await asyncio.sleep(0)
            self._pump.cancel()
        await asyncio.wait((self._pump,))
        if not self._pump.cancelled() and (error := self._pump.exception()):
            raise error

    async def _run(self) -> None:
        async with contextlib.aclosing(self._items) as items:
            async for item in items:
                self._queue.append(item)
                self._wake()

    def _wake(self) -> None:
        if not self._awake:
            self._awake = True
            self._here.call_soon_threadsafe(self._ready.set)

    def stop(self) -> None:
        """End the stream; its last items still come."""
        self._plain.call_soon_threadsafe(self._cancel_pump)

    def _cancel_pump(self) -> None:
        self._stop_wanted = True
        if self._pump is not None:
            self._pump.cancel()

    async def batches(self) -> AsyncGenerator[list[T], None]:
        """What has come since the last batch, until the generator ends or raises."""
        try:
            while not self._future.done() or self._queue:
                await self._ready.wait()
                self._ready.clear()
                self._awake = False
                if batch := self._take():
                    yield batch
                    await asyncio.sleep(_BATCH_PAUSE)
            await asyncio.wrap_future(self._future)
        finally:
            if not self._future.done():
                self.stop()
                with contextlib.suppress(Exception):
                    await asyncio.shield(asyncio.wrap_future(self._future))

    def _take(self) -> list[T]:
        batch: list[T] = []
        while self._queue:
            batch.append(self._queue.popleft())
        return batch


class PlainThread:
    """The thread in which the plain rooms run, with an asyncio loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="plain", daemon=True)
        self._thread.start()

    async def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await `coroutine` in the plain thread; cancelling here cancels there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    async def compute(self, function: Callable[[], T]) -> T:
        """Run a blocking function in a thread of its own, off both loops."""
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(asyncio.to_thread(function), self._loop)
        )

    def stream(self, items: AsyncGenerator[T, None]) -> Stream[T]:
        """Start consuming `items` in the plain thread."""
        return Stream(self._loop, items)

    async def close(self) -> None:
        """Cancel what still runs there, close its generators, end the thread."""
        await self.call(_cancel_others())
        await self.call(self._loop.shutdown_asyncgens())
        await self.call(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()


async def _cancel_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
