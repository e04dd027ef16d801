"""The bodies of requests, read with a limit."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from gui.engine.replies.requests import decode_body
from gui.engine.wire import ApiError

LARGEST_BODY = 8 * 2**20


async def read_body(http: Request) -> dict[str, Any]:
    """The JSON object of a request; raises ApiError, 413 before too much is read."""
    declared = http.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise _too_large()
    body = bytearray()
    async for piece in http.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise _too_large()
    return decode_body(bytes(body))


def _too_large() -> ApiError:
    return ApiError(413, f"the request is larger than {LARGEST_BODY // 2**20} MB")
