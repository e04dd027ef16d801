"""What unfinished pulls left on the disk, deleted when a person does not want it any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from filelock import FileLock, Timeout

from gui.engine.store.library import Library

PATIENCE = 5.0
"""Seconds that a pull which was just cancelled has to let go of its blob."""


async def discard_partials(library: Library, digests: Iterable[str]) -> list[str]:
    """Delete what came of these blobs so far; the digests of those that were deleted.

    Left alone: blobs that are whole, what somebody still brings here, and what is not Ondol's
    own, since the folder may be shared with Ollama. Raises InvalidDigest, OSError.
    """
    until = time.monotonic() + PATIENCE
    return [
        digest
        for digest in dict.fromkeys(digests)
        if await asyncio.to_thread(_discard, library, digest, until)
    ]


def _discard(library: Library, digest: str, until: float) -> bool:
    layout, blobs = library.layout, library.blobs
    if digest not in blobs.own() or not layout.partial(digest).exists():
        return False
    lock = FileLock(layout.pull_lock(digest), thread_local=False)
    try:
        with lock.acquire(timeout=max(0.0, until - time.monotonic())):
            blobs.discard_partial(digest)
    except Timeout:
        return False
    return True
