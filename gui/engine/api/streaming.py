"""A reply on its way out: NDJSON or one object, ended the moment the client leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gui.engine.wire import NDJSON, ApiError, JsonResponse, error_response, to_line

_log = logging.getLogger(__name__)

Merge = Callable[[Sequence[dict[str, Any]]], dict[str, Any]]


class ReplyResponse(Response):
    """Sends chunks as they come; a refusal before the first one has its own status.

    With `merge` the chunks are collected and sent as one object instead.
    """

    def __init__(self, chunks: AsyncGenerator[dict[str, Any]], merge: Merge | None) -> None:
        self.background = None
        self._chunks = chunks
        self._merge = merge

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
                await error_response(_as_refusal(problem))(scope, receive, send)
                return
            if self._merge or first.get("done_reason") in ("load", "unload"):
                await self._send_whole(first, scope, receive, send)
            else:
                await self._send_lines(first, send)

    async def _send_whole(
        self, first: dict[str, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        parts = [first]
        try:
            async for chunk in self._chunks:
                parts.append(chunk)  # noqa: PERF401 - what came before a fault is dropped
            whole = self._merge(parts) if self._merge else first
            response = JsonResponse(whole)
        except Exception as problem:  # every fault becomes an answer
            response = error_response(_as_refusal(problem))
        await response(scope, receive, send)

    async def _send_lines(self, first: dict[str, Any], send: Send) -> None:
        headers = [(b"content-type", NDJSON.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send_line(send, first)
        try:
            async for chunk in self._chunks:
                await _send_line(send, chunk)
        except Exception as problem:  # every fault becomes a last line
            await _send_line(send, {"error": _as_refusal(problem).text})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_line(send: Send, value: dict[str, Any]) -> None:
    await send({"type": "http.response.body", "body": to_line(value), "more_body": True})


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _as_refusal(problem: Exception) -> ApiError:
    if isinstance(problem, ApiError):
        return problem
    _log.error("a reply failed", exc_info=problem)
    return ApiError(500, f"internal error: {type(problem).__name__}")
