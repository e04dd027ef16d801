"""`/v1` of a real engine, and of chunks that a test has written down."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from engine_process import EngineUnderTest
from starlette.applications import Starlette

from gui.engine.openai.routes import OpenAiRoutes
from gui.engine.store import names
from gui.engine.store.names import ModelName

Chunk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as it is listed."""

    name: ModelName
    modified_at: float


class Shelf:
    """Models by name."""

    def __init__(self, *texts: str) -> None:
        self._models = [Listed(names.parse(text), 1_700_000_000.5) for text in texts]

    def models(self) -> list[Listed]:
        return self._models

    def find(self, name: ModelName) -> Listed | None:
        return next((one for one in self._models if one.name.key == name.key), None)


class Written:
    """Answers written down: the chunks of any reply, and what comes at their end."""

    def __init__(self, chunks: list[Chunk], fault: Exception | None = None) -> None:
        self._chunks = chunks
        self._fault = fault

    async def chunks_for_chat(self, body: dict[str, Any]) -> AsyncGenerator[Chunk]:
        return self._all()

    chunks_for_generate = chunks_for_chat

    async def embed(self, body: dict[str, Any]) -> Chunk:
        if self._fault:
            raise self._fault
        return self._chunks[0]

    async def _all(self) -> AsyncGenerator[Chunk]:
        for chunk in self._chunks:
            yield chunk
        if self._fault:
            raise self._fault


@contextlib.contextmanager
def serving(routes: OpenAiRoutes) -> Iterator[str]:
    """The address of a server with these routes."""
    app = Starlette(routes=routes.routes())
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def v1_url(engine: EngineUnderTest) -> str:
    """Where `/v1` of the engine is."""
    return engine.url


@pytest.fixture
def v1(v1_url: str, engine: EngineUnderTest) -> Iterator[httpx.Client]:
    """A client of `/v1` of the engine."""
    with httpx.Client(
        base_url=v1_url, headers=engine.headers, trust_env=False, timeout=60
    ) as client:
        yield client


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves chunks that a test has written down, as any answer; gives the address."""
    with contextlib.ExitStack() as stack:

        def start(chunks: list[Chunk], fault: Exception | None = None) -> str:
            written = Written(chunks, fault)
            return stack.enter_context(serving(OpenAiRoutes(written, written, Shelf("m"))))

        yield start
