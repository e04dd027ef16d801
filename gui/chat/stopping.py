"""Stopping a turn: cancellation of the consuming task becomes a fact instead of an exception."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stop:
    """Whether the person stopped the turn that the current task consumes.

    Cancelling a task means Stop here. Whoever catches the CancelledError of a turn calls
    `take`, which gives the cancellation back to the task, so that it can go on to save.
    """

    def __init__(self) -> None:
        self.asked = False
        task = asyncio.current_task()
        self._before = task.cancelling() if task else 0

    def take(self) -> None:
        """Note a cancellation that was just caught, and undo it for the task."""
        self.asked = True
        task = asyncio.current_task()
        while task is not None and task.cancelling() > self._before:
            task.uncancel()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, which runs to its end however often the task is cancelled."""
        running = asyncio.ensure_future(work)
        while not running.done():
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                if running.cancelled():  # by the loop itself, as it closes
                    raise
                self.take()
        return running.result()
