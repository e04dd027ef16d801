"""What one request makes the chain do: counted, remembered, and surely ended (SRV-07).

A run is read by LangServe's generators, which, when their reader leaves, may stop between two
pieces and leave the chain to the garbage collector. So the chain is run by a task of its own,
which the end of the request cancels and waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field

Tell = Callable[[str], None]
Run = Callable[[Tell], Coroutine[None, None, int]]
"""Runs the chain once, tells the reply's text as it comes; the tokens generated at the end."""


@dataclass(slots=True)
class Meter:
    """One request's runs of the chain: one, or those of a batch."""

    tokens: int = 0
    problem: Exception | None = None
    """The first that ended a run."""
    answered: list[str] = field(default_factory=list)
    """What was answered, if somebody wants to know."""
    keeps_text: bool = False
    _tasks: set[asyncio.Task[int]] = field(default_factory=set)

    async def read(self, run: Run) -> AsyncGenerator[str]:
        """The reply's text as it comes; what came while nobody read is joined."""
        mailbox = _Mailbox()
        task = asyncio.create_task(_filled(mailbox, run), name="run of the chain")
        self._tasks.add(task)
        while text := await mailbox.take():
            if self.keeps_text:
                self.answered.append(text)
            yield text
        try:
            self.tokens += await task
        except Exception as problem:
            self.problem = self.problem or problem
            raise
        finally:
            self._tasks.discard(task)

    async def end(self) -> None:
        """Cancel what still runs, and wait until it has."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # nobody is there to hear it


class _Mailbox:
    """Text from one task to another; "" is the end."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, text: str) -> None:
        self._text.append(text)
        self._filled.set()

    def close(self) -> None:
        self._closed = True
        self._filled.set()

    async def take(self) -> str:
        while True:
            await self._filled.wait()
            text = "".join(self._text)
            self._text.clear()
            if text or self._closed:
                return text
            self._filled.clear()


async def _filled(mailbox: _Mailbox, run: Run) -> int:
    try:
        return await run(mailbox.put)
    finally:
        mailbox.close()


current: ContextVar[Meter] = ContextVar("meter of the request")
"""The meter of the request that is being answered, set before the chain is asked."""
