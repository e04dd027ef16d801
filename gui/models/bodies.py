"""Bodies of answers, guarded: streams of lines, and whole documents under a cap."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any, cast

import httpx
from typing_extensions import override

from gui.errors import LineTooLong, OndolError
from gui.models.ndjson import Reframer

MAX_DOCUMENT = 64 * 2**20
"""Bytes of an answer that is not a stream of lines; ten thousand models take four MB."""
_DRAIN_SECONDS = 0.05

Translate = Callable[[httpx.TransportError], OndolError]


class ReframedBody(httpx.AsyncByteStream):
    """The lines of a streamed answer, each sound; its faults raised as errors of ours.

    An iterator, not a generator: nothing is left to the garbage collector when the reader
    stops halfway.
    """

    def __init__(self, response: httpx.Response, translate: Translate, reframer: Reframer) -> None:
        self._response = response
        self._chunks = chunks_of(response)
        self._translate = translate
        self._reframer = reframer

    @override
    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next sound lines, as many as came at once."""
        reframer = self._reframer
        while not reframer.ended:
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                ready = reframer.finish()
            except httpx.TransportError as exc:
                ready = reframer.finish(self._translate(exc))
            else:
                ready = reframer.feed(chunk)
            if ready:
                return ready
        if reframer.failure is not None:
            raise reframer.failure
        await self._drain()
        raise StopAsyncIteration

    @override
    async def aclose(self) -> None:
        await to_end(self._close())

    async def _close(self) -> None:
        await self._chunks.aclose()
        await self._response.aclose()

    async def _drain(self) -> None:
        """Read the end of the answer, which is mostly here, so the connection can be kept."""
        with contextlib.suppress(TimeoutError, httpx.TransportError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in self._chunks:
                    pass


class CappedBody(httpx.AsyncByteStream):
    """A whole document, given up when it passes `MAX_DOCUMENT`."""

    def __init__(self, response: httpx.Response, translate: Translate, name: str) -> None:
        self._response = response
        self._translate = translate
        self._name = name

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        chunks = chunks_of(self._response)
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_DOCUMENT:
                    raise LineTooLong(self._name, MAX_DOCUMENT)
                yield chunk
        except httpx.TransportError as exc:
            raise self._translate(exc) from exc

    @override
    async def aclose(self) -> None:
        await to_end(self._response.aclose())


async def to_end(closing: Coroutine[Any, Any, None]) -> None:
    """Close, however often the task is cancelled meanwhile; CancelledError comes after.

    httpcore counts a response as closed before it is; interrupted, its connection is kept
    for ever.
    """
    task = asyncio.ensure_future(closing)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # it is closed, or as good as
        raise cancelled
    task.result()


def chunks_of(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The raw chunks of an answer of httpx's own transport, to be closed by the reader."""
    # The stream of httpx's own transport is iterated by an asynchronous generator.
    stream = cast("httpx.AsyncByteStream", response.stream)
    return cast("AsyncGenerator[bytes]", aiter(stream))
