"""One record and one readable line for each request; no key, no texts unless wanted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gui.records import ServedRequest
from gui.serve import bodies
from gui.serve.faults import in_one_line
from gui.serve.lines import line
from gui.serve.meter import Meter

_log = logging.getLogger(__name__)

_LONGEST_PATH = 120
_LEFT = 499
"""The status for a client that left before the first byte."""
_ENTRY = "ondol.entry"


@dataclass(slots=True)
class Entry:
    """What is known of one request so far."""

    scope: Scope
    keeps_text: bool
    came: float = field(default_factory=time.time)
    started: float = field(default_factory=time.monotonic)
    meter: Meter = field(default_factory=Meter)
    status: int = _LEFT
    waited: float = 0.0
    is_cut: bool = False
    """Whether the server ends before it is done."""
    complete: bool = False
    _size: int = 0
    _asked: str = ""
    _error: str = ""

    @classmethod
    def of(cls, scope: Scope) -> Entry:
        """That of this request."""
        entry: Entry = scope[_ENTRY]
        return entry

    def received(self, size: int) -> None:
        """Its body came."""
        self._size = size

    def asked(self, body: bytes) -> None:
        """Its body, made plain."""
        if self.keeps_text:
            self._asked = bodies.texts(body)

    def failed(self, problem: BaseException) -> None:
        """What went wrong."""
        self._error = in_one_line(problem)

    def sent(self, message: Message) -> None:
        """Note a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.complete = not message.get("more_body", False)

    def record(self) -> ServedRequest:
        """All of it."""
        return ServedRequest(
            self.came,
            self.scope["method"],
            _shown(self.scope),
            (self.scope.get("client") or ("-",))[0],
            self.status,
            time.monotonic() - self.started,
            self.waited,
            self._size,
            self.meter.tokens,
            self._error or ("" if self.complete else "the client left"),
            self._asked,
            "".join(self.meter.answered),
        )


class Report:
    """Tells `listener` and the log of every request when it is over."""

    def __init__(
        self, app: ASGIApp, listener: Callable[[ServedRequest], None], *, keeps_text: bool
    ) -> None:
        self._app = app
        self._listener = listener
        self._keeps_text = keeps_text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and tell of it when it is done."""
        entry = Entry(scope, self._keeps_text)
        entry.meter.keeps_text = self._keeps_text
        scope[_ENTRY] = entry

        async def noted(message: Message) -> None:
            entry.sent(message)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as problem:  # told in a line, not in a trace with texts in it
            entry.failed(problem)
        finally:
            request = entry.record()
            _log.info("%s", line(request))
            self._listener(request)


def _shown(scope: Scope) -> str:
    """The path as it was sent, percent signs and all: it has no control characters."""
    path = scope.get("raw_path", b"").decode("ascii", "replace")
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."
