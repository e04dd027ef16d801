"""One question answered by several models side by side, each in a lane of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from gui.chat.events import LaneEvent, MessageSaved
from gui.chat.stopping import Stop
from gui.chat.turn import Turn
from gui.records import Message

Opening = Callable[[Stop], Awaitable[tuple[Message | None, Sequence[Turn]]]]
"""What is asked, saved, if it was not there already; and a turn for each lane."""


class Several:
    """Replies to one question, streamed at once; used once, on one event loop.

    At most `at_most` lanes run at a time, the others wait; whether the server then answers
    them in parallel or in turn is its own affair.
    """

    def __init__(self, opening: Opening, at_most: int) -> None:
        self._opening = opening
        self._free = asyncio.Semaphore(at_most)
        self._lanes: list[asyncio.Task[None]] = []
        self._events: deque[LaneEvent] = deque()
        self._news = asyncio.Event()

    async def events(self) -> AsyncGenerator[MessageSaved | LaneEvent]:
        """The question, if it is new; then the events of each lane, which is a turn.

        Consume it inside `aclosing`. Cancelling the consumer stops every lane. A lane that was
        stopped before it could begin says nothing. Raises StorageError, LookupError.
        """
        stop = Stop()
        question, turns = await self._opening(stop)
        self._lanes = [
            asyncio.create_task(self._run(lane, turn), name=f"chat:lane {lane}")
            for lane, turn in enumerate(turns)
        ]
        try:
            if question is not None:
                yield MessageSaved(question)
            while self._events or not all(lane.done() for lane in self._lanes):
                try:
                    await self._wait()
                except asyncio.CancelledError:
                    stop.take()
                    self.stop()
                while self._events:
                    yield self._events.popleft()
        finally:
            self.stop()
            await stop.guard(_ended(self._lanes))
        for lane in self._lanes:
            if not lane.cancelled():
                lane.result()

    def stop(self, lane: int | None = None) -> None:
        """Stop one lane, or all of them; what came is kept."""
        for number, task in enumerate(self._lanes):
            if lane in (None, number):
                task.cancel()

    async def _wait(self) -> None:
        if not self._events:
            await self._news.wait()
        self._news.clear()

    async def _run(self, lane: int, turn: Turn) -> None:
        try:
            async with self._free, aclosing(turn.events(Stop())) as events:
                async for event in events:
                    self._events.append(LaneEvent(lane, event))
                    self._news.set()
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)  # once this task is done


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks)
