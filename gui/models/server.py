"""Finding a server: an Ollama that answers, else the built-in engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gui.errors import OndolError, ServerUnreachable
from gui.models.addresses import endpoint_name, parse_address
from gui.records import Endpoint, ServerKind, ServerState, ServerStatus

if TYPE_CHECKING:
    from gui.models.client import ModelClient
    from gui.models.engine_process import EngineProcess

PROBE_SECONDS = 1.0
"""For an Ollama that may be there."""
CHOSEN_SECONDS = 5.0
"""For an Ollama that the person chose, perhaps far away."""


class Servers:
    """The servers a person can choose from, one client each; lives on one event loop.

    Importing and making this is cheap; httpx (some 60 ms) comes with the first probe.
    """

    def __init__(self, environ: Mapping[str, str], engine: EngineProcess) -> None:
        self._environ = environ
        self._engine = engine
        self._clients: dict[Endpoint, ModelClient] = {}
        self._built_in: ModelClient | None = None

    async def connect(self, kind: ServerKind | None = None) -> ModelClient:
        """The client of a server that answers; None means Ollama if it does, else the engine.

        The same client is given every time. That of the engine follows its restarts.
        Raises ServerUnreachable, NotOllama, EngineFailedToStart, SettingsError.
        """
        if kind is ServerKind.BUILT_IN:
            return await self._engine_client()
        if kind is ServerKind.OLLAMA:
            client = self._ollama_client()
            await _version(client, CHOSEN_SECONDS)
            return client
        status = await self.probe()
        if status.state is ServerState.READY:
            return self._ollama_client()
        return await self._engine_client()

    async def probe(self) -> ServerStatus:
        """Whether an Ollama answers at OLLAMA_HOST, or at its usual address, within a second."""
        try:
            client = self._ollama_client()
        except OndolError as error:
            return ServerStatus(ServerKind.OLLAMA, ServerState.UNREACHABLE, detail=str(error))
        return await _status(client)

    async def status(self) -> tuple[ServerStatus, ServerStatus]:
        """What is known now of Ollama and of the built-in engine, in this order."""
        ollama = await self.probe()
        if self._built_in is None:
            return ollama, ServerStatus(ServerKind.BUILT_IN, ServerState.UNREACHABLE)
        if self._engine.pid is None:
            return ollama, ServerStatus(ServerKind.BUILT_IN, ServerState.STARTING)
        return ollama, await _status(self._built_in)

    async def close(self) -> None:
        """Close every client and end the engine, if we started it."""
        clients = [*self._clients.values(), *([self._built_in] if self._built_in else [])]
        self._clients, self._built_in = {}, None
        try:
            for client in clients:
                await client.aclose()
        finally:
            await self._engine.stop()

    def _ollama_client(self) -> ModelClient:
        from gui.models.client import ModelClient

        endpoint = self._ollama_endpoint()
        if endpoint not in self._clients:
            self._clients[endpoint] = ModelClient(endpoint)
        return self._clients[endpoint]

    def _ollama_endpoint(self) -> Endpoint:
        """OLLAMA_HOST, with the key the ollama package would send there, or the usual address."""
        endpoint = parse_address(self._environ.get("OLLAMA_HOST", ""))
        key = self._environ.get("OLLAMA_API_KEY", "").strip()
        if key and not endpoint.headers:
            return replace(endpoint, headers=(("Authorization", f"Bearer {key}"),))
        return endpoint

    async def _engine_client(self) -> ModelClient:
        from gui.models.client import ModelClient

        endpoint = await self._engine.start()
        if self._built_in is None:
            self._built_in = ModelClient(endpoint, self._engine.endpoint)
        return self._built_in


async def _version(client: ModelClient, seconds: float) -> str:
    """The version of a server that answers in time; raises ServerError."""
    try:
        async with asyncio.timeout(seconds):
            return await client.version()
    except TimeoutError:
        name = endpoint_name(client.endpoint)
        raise ServerUnreachable(name, f"no answer within {seconds} s") from None


async def _status(client: ModelClient) -> ServerStatus:
    kind, url = client.endpoint.kind, client.endpoint.url
    try:
        version = await _version(client, PROBE_SECONDS)
    except OndolError as error:
        return ServerStatus(kind, ServerState.UNREACHABLE, url, detail=str(error))
    return ServerStatus(kind, ServerState.READY, url, version)
