"""The life of the process that serves: greeted, bound, announced, told things, drained.

It is told by lines on stdin (see `wire`) and ends when they do, or with its parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from gui import language
from gui.engine.connections import Limits, Server
from gui.engine.listening import bind, is_loopback, url_of
from gui.errors import AddressUnusable, EngineStopped, OndolError, OthersNotAgreed
from gui.records import Endpoint, Serving
from gui.serve import wire
from gui.serve.client import PoliteClient
from gui.serve.turns import Priority, Turns
from gui.serve.wire import Line

if TYPE_CHECKING:
    from gui.serve.runs import Runs

GRACE = 1.5
"""Seconds that running replies have at the end (SRV-13)."""
_LAST_SECONDS = 3.0
"""After these the process ends in any case."""
_LIMITS = Limits(connections=256)
_WATCH_SECONDS = 1.0
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - to know it when the person chose it
# Addresses for documentation (RFC 5737, RFC 3849): nobody has them.
_SOMEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def main() -> NoReturn:
    """Serve until told to stop; the exit code is 1 if it did not come to that.

    It leaves at once: a thread may be reading from the parent.
    """
    answers = _take_stdout()
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(message)s"
    )
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    line = wire.read(sys.stdin.buffer.readline(wire.LONGEST))
    language.choose(str(line.get("language", "en")))
    try:
        asyncio.run(_Child(answers, line).serve())
    except (OndolError, OSError, KeyError, ValueError) as problem:
        os.write(answers, wire.written(wire.of_problem(problem)))
        os._exit(1)
    os._exit(0)


def _take_stdout() -> int:
    """Keep stdout for the lines of `wire`; whatever a library prints goes to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


class _Child:
    def __init__(self, answers: int, line: Line) -> None:
        self._answers = answers
        self._serving: Serving = wire.serving_of(line)
        self._asked: asyncio.Future[Endpoint] | None = None
        self._priority = Priority()
        self._turns = Turns(self._serving.running, self._serving.waiting)
        locate = self._locate if line["can_move"] else None
        endpoint = wire.endpoint_of(line["endpoint"])
        self._client = PoliteClient(endpoint, locate, self._priority)
        self._runs: Runs | None = None
        self._server: Server | None = None
        self._reloading: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve until told to stop. Raises OndolError if the chain cannot be served."""
        serving = self._serving
        listener = _bound(serving)
        self._listen()
        # These take seconds to import: what can fail without them has done so.
        from gui.serve.access import access
        from gui.serve.app import guarded, runs_of
        from gui.serve.prepared import prepare

        prepared = await prepare(serving.preset, serving.model, self._client)
        self._runs = runs_of(prepared, self._turns, serving.running)
        host, port = listener.getsockname()[:2]
        app = guarded(
            self._runs,
            access(serving.key, host, port),
            lambda request: self._say(wire.of_request(request)),
            keeps_text=serving.log_text,
        )
        announced = {"url": _url(listener), "fields": list(prepared.required)}
        self._server = _Server(app, lambda: self._say(announced), _LIMITS)
        self._server.ending = self._stop
        await self._server.serve(sockets=[listener])
        await self._client.aclose()

    def _listen(self) -> None:
        """Hear the parent's lines from now on, and its end."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._hear, args=(loop,), name="parent", daemon=True).start()
        threading.Thread(target=_watch_parent, name="parent-watch", daemon=True).start()

    def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        while data := sys.stdin.buffer.readline(wire.LONGEST):
            with contextlib.suppress(RuntimeError):  # the loop is closed: we are ending
                loop.call_soon_threadsafe(self._told, wire.read(data))
        os._exit(0)

    def _told(self, line: Line) -> None:
        match line:
            case {"do": "busy"}:
                self._priority.busy()
            case {"do": "free"}:
                self._priority.free()
            case {"do": "stop"}:
                self._stop()
            case {"do": "reload"}:
                task = asyncio.create_task(self._reload(line), name="reload")
                self._reloading.add(task)
                task.add_done_callback(self._reloading.discard)
            case {"endpoint": dict(value)}:
                self._found(wire.endpoint_of(value))
            case {"endpoint_error": dict()}:
                self._found(EngineStopped("its keeper does not find it"))

    def _stop(self) -> None:
        if self._server is None or self._runs is None:
            os._exit(0)
        last = threading.Timer(_LAST_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()
        self._runs.drain(GRACE)
        self._server.should_exit = True

    async def _reload(self, line: Line) -> None:
        """Serve another state of the chain to whoever comes from now on."""
        from gui.serve.app import snapshot
        from gui.serve.prepared import prepare

        try:
            preset = wire.preset_of(line)
            prepared = await prepare(preset, line["model"], self._client)
            if self._runs is not None:
                self._runs.snapshot = snapshot(prepared)
        except Exception as problem:  # what is served stays
            self._say(wire.of_problem(problem))
        else:
            self._say({"reloaded": True, "fields": list(prepared.required)})

    async def _locate(self) -> Endpoint:
        """Where the model server is now; the parent knows."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.get_running_loop().create_future()
            self._say({"need": "endpoint"})
        return await asyncio.shield(self._asked)

    def _found(self, answer: Endpoint | EngineStopped) -> None:
        if self._asked is None or self._asked.done():
            return
        if isinstance(answer, Endpoint):
            self._asked.set_result(answer)
        else:
            self._asked.set_exception(answer)
            self._asked.exception()  # whoever waited may have left

    def _say(self, line: Line) -> None:
        with contextlib.suppress(OSError):  # the parent is gone, and so are we soon
            os.write(self._answers, wire.written(line))


class _Server(Server):
    """uvicorn that lets running replies end before it closes, whatever asks it to."""

    ending: Callable[[], None]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._loop = asyncio.get_running_loop()
        self.config.timeout_graceful_shutdown = int(_LAST_SECONDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """SIGINT and SIGTERM end it as the parent's word does."""
        self._loop.call_soon_threadsafe(self.ending)


def _bound(serving: Serving) -> socket.socket:
    if not is_loopback(serving.host) and not serving.everyone:
        raise OthersNotAgreed(serving.host)
    try:
        return bind(serving.host, serving.port)
    except (OSError, OverflowError) as reason:
        raise AddressUnusable(serving.host, serving.port, str(reason)) from reason


def _url(listener: socket.socket) -> str:
    """The address for clients; of a server at every address, the one that others would use."""
    url = url_of(listener)
    if listener.getsockname()[0] not in _EVERY_ADDRESS:
        return url
    with contextlib.suppress(OSError), socket.socket(listener.family, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: this only asks which address the way out would have.
        probe.connect((_SOMEWHERE[listener.family], 9))
        host = probe.getsockname()[0]
        port = listener.getsockname()[1]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return url


def _watch_parent() -> None:
    """End with the parent, also when another process holds the other end of stdin open."""
    parent = os.getppid()
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_WATCH_SECONDS)
    os._exit(0)
