"""Work in threads that stops when nobody wants it any more."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import aclosing

import pytest

from gui.engine.create.threads import Stopped, in_threads, stopping


def test_steps_come_in_their_order() -> None:
    main = threading.get_ident()

    def steps() -> Generator[int, None, None]:
        for number in range(3):
            assert threading.get_ident() != main
            yield number

    async def collect() -> list[int]:
        return [step async for step in in_threads(steps(), threading.Event())]

    assert asyncio.run(collect()) == [0, 1, 2]


def test_a_fault_arrives() -> None:
    def steps() -> Generator[int, None, None]:
        yield 1
        raise ValueError("broken")

    async def collect() -> None:
        async for _ in in_threads(steps(), threading.Event()):
            pass

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(collect())


def test_who_leaves_during_a_step_ends_it_and_its_blocks() -> None:
    stopped, closed, started = threading.Event(), threading.Event(), threading.Event()
    written: list[bytes] = []
    write = stopping(stopped, written.append)

    def steps() -> Generator[int, None, None]:
        try:
            yield 1
            while True:
                started.set()
                write(b"x")
                time.sleep(0.005)
        finally:
            closed.set()

    async def read() -> None:
        async with aclosing(in_threads(steps(), stopped)) as lines:
            async for _ in lines:
                pass

    async def leave() -> None:
        task = asyncio.create_task(read())
        await asyncio.to_thread(started.wait, 5)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(asyncio.wait_for(leave(), 10))
    assert closed.is_set()
    count = len(written)
    time.sleep(0.03)
    assert len(written) == count


def test_who_leaves_between_steps_closes_the_work() -> None:
    stopped, closed = threading.Event(), threading.Event()

    def steps() -> Generator[int, None, None]:
        try:
            yield 1
            yield 2
        finally:
            closed.set()

    async def first() -> None:
        async with aclosing(in_threads(steps(), stopped)) as lines:
            assert await anext(lines) == 1

    asyncio.run(first())
    assert closed.is_set()
    assert stopped.is_set()


def test_writing_stops() -> None:
    stopped = threading.Event()
    write = stopping(stopped, lambda _: None)
    write(b"x")
    stopped.set()
    with pytest.raises(Stopped):
        write(b"x")
