"""The seam: tasks are named and drained, streams cross in batches, quitting is asked for."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from gui import eventloop
from gui.eventloop import GarbageCollector, PlainThread, Tasks


@pytest.fixture
def run(qapp: QApplication) -> Callable[[Callable[[], Coroutine[Any, Any, int]]], int]:
    """Run a coroutine function as the application's main."""

    def run_main(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
        return eventloop.run(qapp, lambda _: asyncio.wait_for(main(), 10))

    return run_main


async def _count(
    to: int, pause: float = 0.0, ends: list[str] | None = None
) -> AsyncGenerator[int, None]:
    """Yield numbers; when cancelled, yield -1 and end, as a chat turn does."""
    try:
        for number in range(to):
            yield number
            await asyncio.sleep(pause)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        yield -1
    finally:
        if ends is not None:
            ends.append("ended")


def test_a_stream_arrives_whole_and_in_order(run: Any) -> None:
    async def main() -> int:
        plain = PlainThread()
        batches = [batch async for batch in plain.stream(_count(5000)).batches()]
        await plain.close()
        assert [n for batch in batches for n in batch] == list(range(5000))
        assert len(batches) < 500
        return 0

    assert run(main) == 0


def test_stopping_a_stream_delivers_what_it_yields_while_ending(run: Any) -> None:
    async def main() -> int:
        plain, ends, seen = PlainThread(), [], []
        stream = plain.stream(_count(10**9, 0.001, ends))
        async for batch in stream.batches():
            seen += batch
            stream.stop()
        await plain.close()
        assert seen[-1] == -1
        assert ends == ["ended"]
        return 0

    assert run(main) == 0


def test_a_stop_at_once_is_not_lost(run: Any) -> None:
    async def main() -> int:
        plain, ends, seen = PlainThread(), [], []
        for _ in range(20):
            stream = plain.stream(_count(10**9, 0.001, ends))
            stream.stop()
            async for batch in stream.batches():
                seen += batch
        await plain.close()
        assert len(ends) == 20
        assert len(seen) < 100
        return 0

    assert run(main) == 0


def test_garbage_is_collected_on_the_windows_thread_only(run: Any) -> None:
    """A cycle around a QObject, left to the collector, dies in Qt's thread."""
    died_in: list[str] = []

    class Cycle(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.itself = self
            name = threading.current_thread
            self.destroyed.connect(lambda: died_in.append(name().name))

    async def allocate() -> None:
        assert not gc.isenabled()
        hoard = [[n] for n in range(200_000)]
        del hoard

    async def main() -> int:
        plain, collector = PlainThread(), GarbageCollector()
        Cycle()
        await plain.call(allocate())
        assert not died_in
        collector.start()
        Cycle()
        await plain.call(allocate())
        hoard = [[n] for n in range(2000)]
        collector.collect()
        assert len(hoard) == 2000
        assert died_in == ["MainThread"]
        collector.stop()
        await plain.close()
        return 0

    try:
        assert run(main) == 0
    finally:
        gc.unfreeze()


def test_leaving_a_stream_ends_its_generator(run: Any) -> None:
    async def main() -> int:
        plain, ends = PlainThread(), []
        async with contextlib.aclosing(plain.stream(_count(10**9, 0.001, ends)).batches()) as all_:
            await anext(all_)
        await plain.close()
        assert ends == ["ended"]
        return 0

    assert run(main) == 0


def test_an_error_in_a_stream_comes_after_its_items(run: Any) -> None:
    async def broken() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("no more")

    async def main() -> int:
        plain, seen = PlainThread(), []
        with pytest.raises(ValueError, match="no more"):
            async for batch in plain.stream(broken()).batches():
                seen += batch
        await plain.close()
        assert seen == [1]
        return 0

    assert run(main) == 0


def test_a_name_is_exclusive_and_the_newest_can_win(run: Any) -> None:
    async def main() -> int:
        tasks, done = Tasks(), []

        async def note(word: str) -> None:
            await asyncio.sleep(0.01)
            done.append(word)

        tasks.start(note("first"), "one")
        with pytest.raises(RuntimeError, match="runs already"):
            tasks.start(note("second"), "one")
        tasks.replace(note("third"), "one")
        await asyncio.sleep(0.05)
        assert done == ["third"]
        assert not tasks.is_running("one")
        return 0

    assert run(main) == 0


def test_draining_cancels_and_refuses(run: Any) -> None:
    async def main() -> int:
        tasks, failures = Tasks(), []
        tasks.failed.connect(lambda name, error: failures.append((name, str(error))))

        async def fail() -> None:
            raise ValueError("broken")

        tasks.start(asyncio.sleep(60), "slow")  # type: ignore[arg-type]
        tasks.start(fail(), "bad")
        await asyncio.sleep(0.01)
        await tasks.drain()
        tasks.start(fail(), "late")
        await asyncio.sleep(0.01)
        assert failures == [("bad", "broken")]
        return 0

    assert run(main) == 0


def test_a_signal_reaches_main(qapp: QApplication) -> None:
    async def main(quit_requested: asyncio.Event) -> int:
        asyncio.get_running_loop().call_later(0.01, lambda: os.kill(os.getpid(), signal.SIGTERM))
        await asyncio.wait_for(quit_requested.wait(), 5)
        return 7

    assert eventloop.run(qapp, main) == 7


TOUCHY = """
def __getattr__(name):
    if name == "__path__":
        raise AttributeError(name)
    raise ImportError(f"{name}: this module is only half imported")
"""
IMPORTS_TOUCHY = """
import sys
from PySide6.QtCore import QCoreApplication
from gui import eventloop

async def main(quit_requested):
    from touchy import __doc__ as text
    return 0

sys.exit(eventloop.run(QCoreApplication([]), main))
"""


def test_pyside_asks_nothing_of_modules_that_are_imported(tmp_path: Path) -> None:
    """As pydantic is, by LangChain, now and then: an import in a thread must not fail."""
    (tmp_path / "touchy.py").write_text(TOUCHY, "utf-8")
    root = str(Path(__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((root, str(tmp_path)))}
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS_TOUCHY],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
