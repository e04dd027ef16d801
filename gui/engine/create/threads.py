"""Work that blocks, step by step in a thread, and stops when nobody wants it any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TypeVar

from gui.engine.waiting import settled

T = TypeVar("T")


class Stopped(Exception):
    """Nobody waits for this work any more."""


def stopping(stopped: threading.Event, write: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """`write` that raises Stopped once `stopped` is set."""

    def checked(data: bytes) -> None:
        if stopped.is_set():
            raise Stopped
        write(data)

    return checked


async def in_threads(
    steps: Generator[T, None, None], stopped: threading.Event
) -> AsyncGenerator[T]:
    """What `steps` yields. Closing this sets `stopped` and waits for the step under way."""
    try:
        while (step := await _next(steps, stopped)) is not None:
            yield step
    finally:
        stopped.set()
        steps.close()


async def _next(steps: Generator[T, None, None], stopped: threading.Event) -> T | None:
    step = asyncio.ensure_future(asyncio.to_thread(next, steps, None))
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        stopped.set()
        await settled(step)
        if not step.cancelled():
            step.exception()  # seen: it is Stopped, or nobody is left to tell
        raise
