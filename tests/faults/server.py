"""A server that does exactly what a script says, byte by byte, on a real loopback socket.

A script is a list of steps: `bytes` to send, a number of seconds to wait, `RESET`, `HANG`.
A route maps a path to one script for every request, or a function of the request. A
script that ends closes the connection, as `answers.head` announces.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Self

from faults import answers


class Step(Enum):
    """What a server does besides sending."""

    RESET = "close at once, the connection reset"
    HANG = "stay silent until the client goes away"


RESET, HANG = Step.RESET, Step.HANG


@dataclass
class Request:
    """What a client sent; `gone` is set when it has closed the connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Script = Iterable["bytes | float | Step"]
Route = Script | Callable[[Request], Script]

USUAL: Mapping[str, Route] = {
    "/api/version": answers.http_json({"version": "0.33.0"}),
    "/api/tags": answers.tags(),
    "/api/ps": answers.http_json({"models": []}),
    "/api/show": answers.show(),
}


class FaultServer:
    """Listens while entered, on a random port unless told one; `requests` holds what it was sent.

    `routes` are asked first, then `USUAL`; the route "*" answers everything else, also what
    is not HTTP at all. `greeting` is sent before anything is read.
    """

    def __init__(
        self,
        routes: Mapping[str, Route] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        greeting: bytes = b"",
    ) -> None:
        self.routes = {**USUAL, **(routes or {})}
        self.requests: list[Request] = []
        self.connections = 0
        self._greeting = greeting
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._host = f"[{host}]" if ":" in host else host
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = False

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    @property
    def name(self) -> str:
        """How a sentence of ours names it."""
        return f"{self._host}:{self.port}"

    def last(self, path: str) -> Request:
        """The last request for `path`."""
        return [request for request in self.requests if request.path == path][-1]

    def __enter__(self) -> Self:
        self._start(self._accept, "accept")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse and close every connection from now on."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], name: str, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=f"fault-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            self._start(self._serve, "connection", connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self._greeting:
                connection.sendall(self._greeting)
            request = _received(connection)
            if request is None:
                return
            self.requests.append(request)
            route = self.routes.get(request.path, self.routes.get("*", _NOT_FOUND))
            self._play(connection, request, route(request) if callable(route) else route)
        self._open.discard(connection)

    def _play(self, connection: socket.socket, request: Request, script: Script) -> None:
        try:
            for step in script:
                if isinstance(step, bytes):
                    connection.sendall(step)
                elif step is RESET:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    return
                elif step is HANG:
                    _await_close(connection)
                    request.gone.set()
                    return
                elif isinstance(step, int | float):
                    time.sleep(step)
        except OSError:
            request.gone.set()
            return
        # A close with unread bytes would reset the connection: end it in order.
        connection.shutdown(socket.SHUT_WR)
        _await_close(connection)
        request.gone.set()


_NOT_FOUND = answers.http_body(b"404 page not found", "404 Not Found")


def _await_close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def _received(connection: socket.socket) -> Request | None:
    """One HTTP request; None when the peer left; what is not HTTP has the path ""."""
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            return None
        data += received
        if not data[:1].isalpha():
            return Request("", "", {}, data)
    top, _, body = data.partition(b"\r\n\r\n")
    first, *rest = top.decode("latin-1").split("\r\n")
    method, path, *_ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)
    }
    while len(body) < int(headers.get("content-length", 0)):
        received = connection.recv(65536)
        if not received:
            return None
        body += received
    return Request(method, path, headers, body)
