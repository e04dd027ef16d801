"""Waiting for what cannot be left behind, such as a thread in llama.cpp or at the disk."""

from __future__ import annotations

import asyncio
from typing import Any


async def settled(future: asyncio.Future[Any]) -> None:
    """Return when `future` is done, whatever it came to; it is never cancelled by this.

    However often the waiting is cancelled, it ends no sooner; CancelledError comes then.
    """
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not future.cancelled():
            future.exception()  # what it came to no longer matters
        raise cancelled
