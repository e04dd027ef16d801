"""Text that a thread in llama.cpp makes, as an asynchronous stream."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gui.engine.llama.looking import OnChunk
from gui.engine.llama.runtime import to_end

_log = logging.getLogger(__name__)

_THREADS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="reply")
"""Apart from the pool that everything else waits in."""


async def chunks(generate: Callable[[OnChunk], None]) -> AsyncGenerator[Mapping[str, Any]]:
    """The chunks of a reply generated in a thread; closing this stops the reply.

    It stops before the next token, or while reading the prompt after the current batch.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
    stopped = threading.Event()

    def on_chunk(chunk: Mapping[str, Any]) -> bool:
        if not stopped.is_set():
            loop.call_soon_threadsafe(queue.put_nowait, chunk)
        return stopped.is_set()

    def work() -> None:
        try:
            generate(on_chunk)
        finally:
            loop.call_soon_threadsafe(queue.put_nowait, None)

    worker = loop.run_in_executor(_THREADS, work)
    try:
        while (chunk := await queue.get()) is not None:
            yield chunk
        await worker
    finally:
        if not worker.done():
            _log.info("the reply is stopped before its end")
            stopped.set()
            await to_end(asyncio.wait([worker]))
