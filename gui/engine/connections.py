"""Connections that cost too much are closed: slow heads, stalled readers, idle crowds (SRV-07).

uvicorn and h11 speak HTTP; they have no limits for these.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_log = logging.getLogger(__name__)

_GRACE = 1  # seconds that running replies have after SIGTERM
_LARGEST_HEAD = 64 * 1024
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 20\r\nConnection: close\r\n\r\ntoo many connections"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a connection may keep us waiting, in seconds, and how many there may be."""

    head: float = 10.0
    """From the connection, or a request's first byte, to the end of the headers."""
    idle: int = 60
    """Between two requests. Clients give up theirs earlier."""
    unread: float = 30.0
    """Without reading any more of an answer."""
    linger: float = 2.0
    """For a body nobody reads, after the answer to it was sent."""
    connections: int = 1024


class _Config(uvicorn.Config):
    """uvicorn's settings for this server."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        super().__init__(
            app,
            http=Connection,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=limits.idle,
            timeout_graceful_shutdown=_GRACE,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
        )
        self.limits = limits


class Server(uvicorn.Server):
    """uvicorn that says when it accepts, and for which SIGINT and SIGTERM are a normal end."""

    def __init__(
        self, app: ASGIApp, accepting: Callable[[], None], limits: Limits | None = None
    ) -> None:
        super().__init__(_Config(app, limits or Limits(connections=_affordable())))
        self._accepting = accepting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        if self.started:
            self._accepting()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take SIGINT and SIGTERM as a request to end, and nothing more."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


class Connection(H11Protocol):
    """One client's connection, with the limits of the server's `_Config`."""

    def __init__(self, config: _Config, *others: Any, **named: Any) -> None:
        super().__init__(config, *others, **named)
        self.waits_since = 0.0
        self._limits = config.limits
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._unsent = 0

    @property
    def is_waiting(self) -> bool:
        """Whether nobody is being served here."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; when there are too many, the one that waits longest goes."""
        super().connection_made(transport)
        self.waits_since = self.loop.time()
        self._set("head", self._limits.head, self.end)
        if len(self.connections) > self._limits.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; those of a head must be complete in time."""
        super().data_received(data)
        state = self.conn.their_state
        if state is not h11.SEND_BODY:
            self._stop("linger")  # what nobody read has come to its end
        if state is not h11.IDLE or not self.conn.trailing_data[0]:
            self._stop("head")
        elif "head" not in self._timers:
            self._set("head", self._limits.head, self.end)

    def on_response_complete(self) -> None:
        """The answer is written; a body that still comes is not waited for."""
        self.waits_since = self.loop.time()
        super().on_response_complete()
        if self.is_waiting and self.conn.their_state is h11.SEND_BODY:
            self._set("linger", self._limits.linger, self.end)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._set("unread", self._limits.unread, self._look_for_progress)

    def resume_writing(self) -> None:
        """The client has read enough."""
        super().resume_writing()
        self._stop("unread")

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        for name in tuple(self._timers):
            self._stop(name)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: so does whoever waits."""
        try:
            super().shutdown()
        except h11.LocalProtocolError:
            self.transport.close()

    def end(self) -> None:
        """Close, without waiting for the client to read what was sent."""
        self.connections.discard(self)
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _make_room(self) -> None:
        waiting = [
            one
            for one in self.connections
            if isinstance(one, Connection) and one is not self and one.is_waiting
        ]
        if waiting:
            min(waiting, key=lambda one: one.waits_since).end()
        else:
            self.transport.write(_FULL)
            self.transport.close()

    def _look_for_progress(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent:
            _log.info("a client stopped reading; its connection is closed")
            self.transport.abort()
            return
        self._unsent = unsent
        self._set("unread", self._limits.unread, self._look_for_progress)

    def _set(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._stop(name)
        self._timers[name] = self.loop.call_later(seconds, action)

    def _stop(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()


def _affordable() -> int:
    """As many connections as the process may have files open, less some for the models."""
    most = Limits().connections
    if os.name != "posix":
        return most
    import resource

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return most if soft == resource.RLIM_INFINITY else max(64, min(most, soft - 200))
