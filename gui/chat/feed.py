"""Work that streams and waiting for it, apart: silence is noticed without ending the work."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")

_CLOSING_SECONDS = 0.2


Work = Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]
"""Something that gives items one by one to the function it is given, until it is done."""


class Feed(Generic[T]):
    """What some work gives, done by a task of its own for as long as the `async with` lasts.

    `take` gives what has come. A cancelled `take` loses nothing; leaving the `async with`
    cancels the work, which closes its connections, and does not wait long for it.
    """

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._items: deque[T] = deque()
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_read = False

    @classmethod
    def reading(cls, opening: Callable[[], Awaitable[AsyncGenerator[T]]]) -> Feed[T]:
        """A feed of what the stream gives that `opening` opens."""

        async def work(put: Callable[[T], None]) -> None:
            async with aclosing(await opening()) as stream:
                async for item in stream:
                    put(item)

        return cls(work)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="chat:feed")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            # A peer that is gone may keep a TLS connection from closing; nobody waits for that.
            await asyncio.wait({self._task}, timeout=_CLOSING_SECONDS)

    @property
    def ended(self) -> bool:
        """Whether the work ended well and everything it gave was taken."""
        return self._is_read and not self._items and self._error is None

    async def take(self, seconds: float) -> list[T]:
        """Everything that came, in order; [] after `seconds` of nothing, or at the end.

        Raises what the work raised, once all that came before it was taken.
        """
        if not self._items and not self._is_read:
            await self._wait(seconds)
        if not self._items and self._error is not None:
            raise self._error
        taken = list(self._items)
        self._items.clear()
        return taken

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(max(seconds, 0.0), self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _put(self, item: T) -> None:
        self._items.append(item)
        if self._waiter is not None:
            self._wake()

    async def _run(self) -> None:
        try:
            await self._work(self._put)
        except Exception as error:
            self._error = error
        finally:
            self._is_read = True
            self._wake()
