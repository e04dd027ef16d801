"""Chains served for tests: by a server in a thread, with runs made up by the test; or, over a
real engine, by a real process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator, Mapping
from typing import Any, TypeVar

import httpx
import pytest
from engine_process import STARTER, EngineUnderTest

from gui.engine.connections import Limits, Server
from gui.engine.listening import bind
from gui.records import (
    Endpoint,
    Options,
    Preset,
    ServedChain,
    ServedRequest,
    ServerKind,
    Serving,
    Variable,
)
from gui.serve import schema
from gui.serve.access import access
from gui.serve.app import guarded, runs_of
from gui.serve.meter import Tell
from gui.serve.prepared import Prepared
from gui.serve.process import ServeProcess
from gui.serve.turns import Turns

T = TypeVar("T")
KEY = "a-key-of-this-test-only"
RunOnce = Callable[[Mapping[str, str], Tell], Coroutine[Any, Any, int]]


async def echo(values: Mapping[str, str], tell: Tell) -> int:
    """Says what it was given, in two pieces."""
    tell("heard: ")
    await asyncio.sleep(0)
    tell(values["input"])
    return 2


def prepared(run: RunOnce = echo, variables: tuple[Variable, ...] = ()) -> Prepared:
    return Prepared("test", schema.input_model(variables, needs_input=True), run)


class _ThreadServer(Server):
    """Signals belong to the main thread, where it does not run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class InThread:
    """A server in a thread; `requests` are those that are over."""

    def __init__(
        self, chain: Prepared, *, running: int = 1, waiting: int = 8, keeps_text: bool = False
    ) -> None:
        self.requests: list[ServedRequest] = []
        self.listener = bind("127.0.0.1", 0)
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.turns = Turns(running, waiting)
        self.runs = runs_of(chain, self.turns, running)
        rules = access(KEY, "127.0.0.1", self.port)
        app = guarded(self.runs, rules, self.requests.append, keeps_text=keeps_text)
        started = threading.Event()
        self.server = _ThreadServer(app, started.set, Limits(head=2.0, linger=0.3))
        self.server.config.timeout_graceful_shutdown = 2
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        assert started.wait(20)

    def _serve(self) -> None:
        async def work() -> None:
            self.loop = asyncio.get_running_loop()
            await self.server.serve(sockets=[self.listener])

        asyncio.run(work())

    def drain(self, seconds: float) -> None:
        """End as the process does."""
        self.loop.call_soon_threadsafe(self.runs.drain, seconds)
        self.server.should_exit = True

    def client(self, key: str = KEY) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def send(self, *lines: str, body: bytes = b"", seconds: float = 5.0) -> bytes:
        """All that comes for these raw lines of a head."""
        with socket.create_connection(("127.0.0.1", self.port), seconds) as raw:
            raw.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)
            return read_all(raw)

    def one(self, seconds: float = 5.0, count: int = 1) -> ServedRequest:
        """The last request, once so many are over."""
        until = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.requests[-1]

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, with their data."""
    found = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        found.append((fields["event"], json.loads(fields["data"]) if "data" in fields else None))
    return found


def read_all(raw: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while piece := raw.recv(65536):
            received += piece
    return received


@pytest.fixture
def serve() -> Iterator[Callable[..., InThread]]:
    """Serve a chain for one test."""
    servers: list[InThread] = []

    def start(chain: Prepared | None = None, **options: Any) -> InThread:
        servers.append(InThread(chain or prepared(), **options))
        return servers[-1]

    yield start
    for one in servers:
        one.close()


@pytest.fixture(scope="module")
def echoing() -> Iterator[InThread]:
    """One server for all tests of a module that only ask."""
    server = InThread(prepared(variables=(Variable("topic", default="cats"),)))
    yield server
    server.close()


class Loop:
    """An event loop in a thread, for a ServeProcess that outlives a test."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(90)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


PRESET = Preset(
    "quick",
    "Quick",
    system="You talk about {topic}.",
    options=Options(temperature=0.0, num_predict=12, seed=1),
)


class Served:
    """A real process over a real engine."""

    def __init__(self, engine: EngineUnderTest, home: str) -> None:
        self.loop = Loop()
        self.engine = engine
        self.requests: list[ServedRequest] = []
        self.ends: list[Exception] = []
        before = os.environ.get("ONDOL_HOME")
        os.environ["ONDOL_HOME"] = home
        self.process = ServeProcess()
        self.process.on_request(self.requests.append)
        self.process.on_end(self.ends.append)
        self.chain: ServedChain = self.start(PRESET)
        if before is not None:
            os.environ["ONDOL_HOME"] = before

    def start(self, preset: Preset, **how: Any) -> ServedChain:
        serving = Serving(preset, STARTER, **how)
        self.chain = self.loop.run(self.process.start(serving, endpoint_of(self.engine)))
        return self.chain

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.chain.key}"}

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.chain.url, headers=self.headers, timeout=60, trust_env=False
        )

    def close(self) -> None:
        self.loop.run(self.process.stop())
        self.loop.close()


def endpoint_of(engine: EngineUnderTest) -> Endpoint:
    return Endpoint(ServerKind.REMOTE, engine.url, tuple(engine.headers.items()))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture(scope="module")
def served(engine: EngineUnderTest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process for all tests of a module that only ask."""
    running = Served(engine, str(tmp_path_factory.mktemp("served")))
    yield running
    running.close()


async def collected(pieces: AsyncGenerator[str]) -> list[str]:
    return [piece async for piece in pieces]
