"""JSON bodies of requests, read with limits on size, time and memory (SRV-08)."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gui.engine.replies.fields import decode_body
from gui.engine.wire import ApiError

LARGEST_BODY = 64 * 2**20
"""Images make bodies large; a body of unknown length may have a quarter of that."""
LARGEST_TEXT = 8 * 2**20
SLOWEST_BODY = 120.0
"""Seconds for a whole body."""
MOST_HELD = 256 * 2**20
"""All bodies of the requests that are being read, wait or are answered."""
_MOST_VALUES = 2_000_000
_WORTH_A_THREAD = 2**20
_KEYS_OF_FILES = frozenset({"images", "image", "image_url", "url", "data", "file_data"})
_HELD = "ondol.bodies"


class BodyBudget:
    """Counts the bodies that are held, each until its request is answered."""

    def __init__(self, app: ASGIApp, most: int = MOST_HELD) -> None:
        self._app = app
        self._left = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with an account of its own."""
        account = scope[_HELD] = _Account(self)
        try:
            await self._app(scope, receive, send)
        finally:
            self._left += account.held

    def take(self, size: int) -> None:
        """Hold so many bytes more; raises ApiError."""
        if size > self._left:
            raise ApiError(503, "server busy, please try again.  too many large requests")
        self._left -= size


class _Account:
    def __init__(self, budget: BodyBudget) -> None:
        self._budget = budget
        self.held = 0

    def take(self, size: int) -> None:
        self._budget.take(size)
        self.held += size


async def read_body(http: Request) -> dict[str, Any]:
    """The JSON object of a request; raises ApiError, 413 before too much is read."""
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            body = await _read(http)
    except TimeoutError:
        raise ApiError(408, "the request body came too slowly") from None
    if len(body) < _WORTH_A_THREAD:
        return decode_body(body)
    return await asyncio.to_thread(_decode_large, body)


async def _read(http: Request) -> bytes:
    declared = http.headers.get("content-length")
    # h11 has refused a length that is no number.
    most = LARGEST_BODY // 4 if declared is None else LARGEST_BODY
    if declared is not None and int(declared) > most:
        raise _too_large(most)
    account: _Account | None = http.scope.get(_HELD)
    body = bytearray()
    async for piece in http.stream():
        if account is not None:
            account.take(len(piece))
        body += piece
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _decode_large(body: bytes) -> dict[str, Any]:
    """As `decode_body`, if the values would not take many times the body's memory.

    Base64 has none of the three characters; 64 MB of "[]," would become 1.4 GB.
    """
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > _MOST_VALUES:
        raise ApiError(413, "the request has too many values")
    decoded = decode_body(body)
    if len(body) > LARGEST_TEXT and _text_length(decoded) > LARGEST_TEXT:
        raise ApiError(413, f"the request has more than {LARGEST_TEXT // 2**20} MB of text")
    return decoded


def _text_length(decoded: dict[str, Any]) -> int:
    """The characters of all texts but files in base64 (ENG-09)."""
    length, waiting = 0, list[Any]([decoded])
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            length += len(value)
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [item for key, item in value.items() if key.lower() not in _KEYS_OF_FILES]
    return length


def _too_large(most: int) -> ApiError:
    return ApiError(413, f"the request is larger than {most // 2**20} MB")
