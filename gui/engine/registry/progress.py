"""How far something is, told often enough to be seen and not too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

_TICK = 0.06
_LONGEST_SILENCE = 1.0


async def ticks(count: Callable[[], int], end: asyncio.Future[Any]) -> AsyncGenerator[int]:
    """What `count` says at first, and as it changes, until `end` is done or cancelled.

    At most every 60 ms; the same number again after a second, so that a stall is seen.
    """
    clock = asyncio.get_running_loop().time
    told, when = count(), clock()
    yield told
    while not end.done():
        await asyncio.wait((end,), timeout=_TICK)
        value = count()
        if not end.done() and (value != told or clock() - when >= _LONGEST_SILENCE):
            told, when = value, clock()
            yield told


def line(verb: str, digest: str, total: int, completed: int) -> dict[str, Any]:
    """A line about one blob; `completed` is left out while it is 0, as Ollama does."""
    short = digest.removeprefix("sha256:")[:12]
    fields = {"status": f"{verb} {short}", "digest": digest, "total": total}
    return {**fields, "completed": completed} if completed else fields
