"""How many requests are answered at a time, and in which order (SRV-12)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any, Self

from gui.serve.faults import COME_BACK_SECONDS, Refused, ending

_LATER = (("Retry-After", str(COME_BACK_SECONDS)),)


class Turns:
    """So many at a time, so many more that wait in the order they came, the rest refused."""

    def __init__(self, running: int, waiting: int) -> None:
        self._free = running
        self._most = waiting
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for one's turn and hold it. Raises Refused when too many wait."""
        await self._take()
        try:
            yield
        finally:
            self._give()

    def close(self) -> None:
        """Refuse whoever waits or comes from now on."""
        self._closed = True
        for one in self._waiting:
            if not one.done():
                one.set_exception(ending())

    async def _take(self) -> None:
        if self._closed:
            raise ending()
        if self._free:
            self._free -= 1
            return
        if len(self._waiting) >= self._most:
            raise Refused(503, "too many requests wait already", _LATER)
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self._give()  # the turn came together with the end
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(mine)

    def _give(self) -> None:
        while self._waiting:
            following = self._waiting.popleft()
            if not following.done():
                following.set_result(None)
                return
        self._free += 1


class Priority:
    """The chat in the window goes first: no generation starts while it is at work."""

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self._free.set()

    def busy(self) -> None:
        """The chat begins."""
        self._free.clear()

    def free(self) -> None:
        """The chat is done."""
        self._free.set()

    async def wait(self) -> None:
        """Return when the chat is not at work."""
        await self._free.wait()


class PoliteTransport:
    """A transport of httpx over another one, that lets the chat go first.

    The steps of a chain ask for their generations here, each when it begins.
    """

    def __init__(self, inner: Any, priority: Priority) -> None:
        self._inner = inner
        self._priority = priority

    async def handle_async_request(self, request: Any) -> Any:
        """Send the request when the chat is not at work."""
        await self._priority.wait()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport below."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
