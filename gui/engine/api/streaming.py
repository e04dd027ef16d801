"""A reply on its way out: a stream or one object, ended the moment the client leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gui.engine.wire import NDJSON, ApiError, JsonResponse, error_response, to_line

_log = logging.getLogger(__name__)

Merge = Callable[[Sequence[dict[str, Any]]], dict[str, Any]]


class Encoding(Protocol):
    """How an API writes the chunks of a stream, and what goes wrong."""

    @property
    def media_type(self) -> str:
        """The Content-Type of a stream."""

    def chunk(self, value: dict[str, Any]) -> bytes:
        """One chunk in the stream."""

    def fault(self, error: ApiError) -> bytes:
        """What ends a stream that cannot go on."""

    def refusal(self, error: ApiError) -> Response:
        """The answer when there is no stream yet."""

    def is_single(self, first: dict[str, Any]) -> bool:
        """Whether the first chunk is the whole answer and is sent as one object."""


class NdjsonEncoding:
    """One JSON object a line, as `/api` has it."""

    media_type = NDJSON

    def chunk(self, value: dict[str, Any]) -> bytes:
        """The chunk as a line."""
        return to_line(value)

    def fault(self, error: ApiError) -> bytes:
        """The error as the last line."""
        return to_line({"error": error.text})

    def refusal(self, error: ApiError) -> Response:
        """The error with its status."""
        return error_response(error)

    def is_single(self, first: dict[str, Any]) -> bool:
        """Loading and unloading are answered without a stream."""
        return first.get("done_reason") in ("load", "unload")


class ReplyResponse(Response):
    """Sends chunks as they come; a refusal before the first one has its own status.

    With `merge` the chunks are collected and sent as one object instead.
    """

    def __init__(
        self,
        chunks: AsyncGenerator[dict[str, Any]],
        merge: Merge | None,
        encoding: Encoding | None = None,
    ) -> None:
        self.background = None
        self._chunks = chunks
        self._merge = merge
        self._encoding = encoding or NdjsonEncoding()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply until it or the client is done."""
        sending = asyncio.ensure_future(self._send(scope, receive, send))
        leaving = asyncio.ensure_future(_client_leaves(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            sending.cancel()
            await asyncio.wait((sending, leaving))
        if not sending.cancelled():
            sending.result()

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._chunks) as chunks:
            try:
                first = await anext(chunks)
            except Exception as problem:  # every fault becomes an answer
                await self._encoding.refusal(_as_refusal(problem))(scope, receive, send)
                return
            if self._merge or self._encoding.is_single(first):
                await self._send_whole(first, scope, receive, send)
            else:
                await self._send_stream(first, send)

    async def _send_whole(
        self, first: dict[str, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        parts = [first]
        try:
            async for chunk in self._chunks:
                parts.append(chunk)  # noqa: PERF401 - what came before a fault is dropped
            whole = self._merge(parts) if self._merge else first
            response: Response = JsonResponse(whole)
        except Exception as problem:  # every fault becomes an answer
            response = self._encoding.refusal(_as_refusal(problem))
        await response(scope, receive, send)

    async def _send_stream(self, first: dict[str, Any], send: Send) -> None:
        headers = [(b"content-type", self._encoding.media_type.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await _send_piece(send, self._encoding.chunk(first))
            async for chunk in self._chunks:
                await _send_piece(send, self._encoding.chunk(chunk))
        except Exception as problem:  # every fault becomes a last piece
            await _send_piece(send, self._encoding.fault(_as_refusal(problem)))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _as_refusal(problem: Exception) -> ApiError:
    if isinstance(problem, ApiError):
        return problem
    _log.error("a reply failed", exc_info=problem)
    return ApiError(500, f"internal error: {type(problem).__name__}")
