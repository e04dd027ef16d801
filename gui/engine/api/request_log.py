"""One line in the log for every request; nothing of what was asked or answered."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

_LONGEST_PATH = 120
_LEFT = 499
"""The status for a client that left before the first byte, as Ollama logs it."""


class RequestLog:
    """Logs method, path, status, seconds, client and the size of the answer.

    The query is left out: some clients put keys there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log it when it is done."""
        entry = _Entry(scope)

        async def counted(message: Message) -> None:
            entry.count(message)
            await send(message)
            if entry.complete:
                entry.write()

        try:
            await self._app(scope, receive, counted)
        finally:
            if not entry.complete:
                entry.write()


class _Entry:
    """What is known of one request so far."""

    def __init__(self, scope: Scope) -> None:
        self.complete = False
        self._scope = scope
        self._started = time.monotonic()
        self._status = _LEFT
        self._size = 0

    def count(self, message: Message) -> None:
        """Note a part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._size += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)

    def write(self) -> None:
        """Log it, finished or not."""
        _log.info(
            "%s %s %d %.2fs %s %s%s",
            self._scope["method"],
            _shown(self._scope),
            self._status,
            time.monotonic() - self._started,
            (self._scope.get("client") or ("-",))[0],
            _human(self._size),
            "" if self.complete else ", cut off",
        )


def _shown(scope: Scope) -> str:
    """The path as it was sent, percent signs and all: it has no control characters."""
    path = scope.get("raw_path", b"").decode("ascii", "replace")
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."


def _human(size: int) -> str:
    """1234567 as "1.2 MB"."""
    for unit, scale in (("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} B"
