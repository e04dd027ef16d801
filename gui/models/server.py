"""Every server there is: found, connected to, tested, and stopped if we started it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gui.errors import (
    OllamaFailedToStart,
    OllamaNotRunning,
    OndolError,
    PlainHttpRefused,
    ServerForgotten,
    ServerUnreachable,
)
from gui.models import reaching
from gui.models.addresses import endpoint_name, host_of, parse_address
from gui.models.local_ollama import OllamaProcess, find_program
from gui.models.secrets import SecretStore
from gui.models.server_list import Headers, SecretHeaders, entry_of
from gui.records import (
    Endpoint,
    LocalOllama,
    ProbeStep,
    ServerChoices,
    ServerDraft,
    ServerEntry,
    ServerKey,
    ServerKind,
    ServersOverview,
    ServerState,
    ServerStatus,
    server_key,
)

if TYPE_CHECKING:
    from gui.models.client import ModelClient
    from gui.models.engine_process import EngineProcess

PROBE_SECONDS = 1.0
"""For an Ollama that may be there."""
CHOSEN_SECONDS = 5.0
"""For a server that the person chose, perhaps far away."""


class Servers:
    """The servers a person can choose from, one client each; lives on one event loop.

    `choices` is asked, in this loop's thread, for every connection: what the person changes
    holds at once. Making this is cheap; httpx (some 60 ms) comes with the first probe.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        engine: EngineProcess,
        choices: Callable[[], ServerChoices] = ServerChoices,
        secrets: SecretStore | None = None,
    ) -> None:
        self._environ = environ
        self._engine = engine
        self._choices = choices
        self._headers = SecretHeaders(secrets or SecretStore())
        self._ollama = OllamaProcess(environ)
        self._clients: dict[Endpoint, ModelClient] = {}
        self._built_in: ModelClient | None = None

    async def connect(self, key: ServerKey | None = None) -> ModelClient:
        """The client of a server that answers; None means Ollama if it does, else the engine.

        The same client is given every time. That of the engine follows its restarts.
        Raises ServerError, EngineFailedToStart, SettingsError.
        """
        if key == ServerKind.BUILT_IN:
            return await self._engine_client()
        if key is None:
            try:
                return await self._answering(self._ollama_address(), PROBE_SECONDS)
            except PlainHttpRefused:
                raise
            except OndolError:
                return await self._engine_client()
        if key != ServerKind.OLLAMA:
            return await self._answering(await self._remote_endpoint(key), CHOSEN_SECONDS)
        endpoint = self._ollama_address()
        try:
            return await self._answering(endpoint, CHOSEN_SECONDS)
        except ServerUnreachable as error:
            if self._can_start(endpoint):
                raise OllamaNotRunning(endpoint_name(endpoint), error.detail) from error
            raise

    async def probe(self) -> ServerStatus:
        """Whether an Ollama answers at OLLAMA_HOST, or at its usual address, within a second."""
        return await self._status(ServerKind.OLLAMA)

    async def overview(self) -> ServersOverview:
        """What is known now of every server; those elsewhere are asked, the engine not started."""
        keys: list[ServerKey] = [ServerKind.BUILT_IN, ServerKind.OLLAMA]
        keys += [entry.key for entry in self._choices().entries]
        statuses = await asyncio.gather(*(self._status(key) for key in keys))
        try:
            endpoint = self._ollama_address()
            ollama = LocalOllama(
                find_program(self._environ), _is_here(endpoint), self._ollama.is_ours
            )
        except OndolError:
            ollama = LocalOllama(is_here=False)
        return ServersOverview(tuple(statuses), ollama)

    def host(self, key: ServerKey) -> str:
        """The host of Ollama or of a server elsewhere; raises ServerForgotten, SettingsError."""
        if key == ServerKind.OLLAMA:
            return host_of(self._ollama_address().url)
        if (entry := self._entry(key)) is None:
            raise ServerForgotten
        return host_of(entry.url)

    async def start_ollama(self) -> None:
        """Start the Ollama of this machine; it ends with us. Raises OllamaFailedToStart."""
        endpoint = self._ollama_address()
        program = find_program(self._environ)
        if not program or not _is_here(endpoint):
            raise OllamaFailedToStart("not installed here")

        async def answers() -> bool:
            return (await self.probe()).state is ServerState.READY

        if not await answers():
            await self._ollama.start(program, answers)

    async def stop_ollama(self) -> None:
        """End the Ollama that we started; another's goes on."""
        await self._ollama.stop()

    def test(self, key: ServerKey) -> AsyncGenerator[ProbeStep, None]:
        """Test the connection to a server, step by step."""
        from gui.models import probing

        return probing.probe_steps(lambda: self._endpoint(key), self._accepts_plain)

    def test_draft(self, draft: ServerDraft) -> AsyncGenerator[ProbeStep, None]:
        """Test what was typed, with the secrets that were kept before."""
        from gui.models import probing

        async def endpoint() -> Endpoint:
            entry, headers, _ = await self._read(draft)
            return _remote(entry, headers)

        return probing.probe_steps(endpoint, self._accepts_plain)

    async def keep(self, draft: ServerDraft, *, session_only: bool = False) -> ServerEntry:
        """Keep the secrets of what was typed; the entry for the settings.

        Raises SettingsError for what cannot be used, SecretError from the keyring.
        """
        entry, headers, kept = await self._read(draft)
        saved = self._entry(entry.key)
        had_some = saved is not None and bool(saved.header_names)
        if dict(headers) != dict(kept) or (had_some and not headers):
            await self._headers.save(entry, headers, session_only=session_only)
        return entry

    async def forget(self, entry: ServerEntry) -> None:
        """Delete the secrets of a server that is taken off the list."""
        await self._headers.forget(entry)

    async def close(self) -> None:
        """Close every client and end the engine, and Ollama if we started it."""
        clients = [*self._clients.values(), *([self._built_in] if self._built_in else [])]
        self._clients, self._built_in = {}, None
        try:
            for client in clients:
                await client.aclose()
        finally:
            await asyncio.gather(self._engine.stop(), self._ollama.stop())

    async def _answering(self, endpoint: Endpoint, seconds: float) -> ModelClient:
        """The client of a server that says its version in time."""
        await self._check_plain(endpoint)
        client = self._client(endpoint)
        await _version(client, seconds)
        return client

    def _client(self, endpoint: Endpoint) -> ModelClient:
        from gui.models.client import ModelClient

        if endpoint not in self._clients:
            self._clients[endpoint] = ModelClient(endpoint)
        return self._clients[endpoint]

    async def _endpoint(self, key: ServerKey) -> Endpoint:
        if key == ServerKind.BUILT_IN:
            return await self._engine.start()
        if key == ServerKind.OLLAMA:
            return self._ollama_address()
        return await self._remote_endpoint(key)

    def _ollama_address(self) -> Endpoint:
        """OLLAMA_HOST, with the key the ollama package would send there, or the usual address."""
        endpoint = parse_address(self._environ.get("OLLAMA_HOST", ""))
        key = self._environ.get("OLLAMA_API_KEY", "").strip()
        if key and not endpoint.headers:
            return replace(endpoint, headers=(("Authorization", f"Bearer {key}"),))
        return endpoint

    async def _remote_endpoint(self, key: ServerKey) -> Endpoint:
        entry = self._entry(key)
        if entry is None:
            raise ServerForgotten
        return _remote(entry, await self._headers.of(entry))

    def _entry(self, key: ServerKey) -> ServerEntry | None:
        return next((entry for entry in self._choices().entries if entry.key == key), None)

    async def _read(self, draft: ServerDraft) -> tuple[ServerEntry, Headers, Headers]:
        """What was typed, made exact: its entry, its headers, and those kept before."""
        saved = self._entry(server_key(ServerKind.REMOTE, draft.id)) if draft.id else None
        kept = await self._headers.of(saved) if saved and draft.keeps_secrets else ()
        return *entry_of(draft, dict(kept)), kept

    async def _engine_client(self) -> ModelClient:
        from gui.models.client import ModelClient

        endpoint = await self._engine.start()
        if self._built_in is None:
            self._built_in = ModelClient(endpoint, self._engine.endpoint)
        return self._built_in

    def _accepts_plain(self, host: str) -> bool:
        """Whether a host may be spoken to without encryption, even on the internet."""
        accepted = self._choices().plain_hosts
        return accepted is None or host in accepted

    async def _check_plain(self, endpoint: Endpoint) -> None:
        """NET-20: nothing goes to the internet unencrypted before the person agreed."""
        host = host_of(endpoint.url)
        if endpoint.url.startswith("https:") or self._accepts_plain(host):
            return
        if await reaching.is_on_internet(host, CHOSEN_SECONDS):
            raise PlainHttpRefused(host)

    def _can_start(self, endpoint: Endpoint) -> bool:
        return _is_here(endpoint) and bool(find_program(self._environ))

    async def _status(self, key: ServerKey) -> ServerStatus:
        kind = ServerKind(key.partition(":")[0])
        entry = self._entry(key)
        status = ServerStatus(
            kind,
            ServerState.UNREACHABLE,
            entry.url if entry else "",
            id=entry.id if entry else "",
            name=entry.name if entry else "",
        )
        try:
            client = await self._client_to_ask(key)
            if client is None:
                return replace(status, state=ServerState.STARTING) if self._built_in else status
            status = replace(status, url=client.endpoint.url)
            version = await _version(client, PROBE_SECONDS)
        except OndolError as error:
            return replace(status, detail=str(error))
        return replace(status, state=ServerState.READY, version=version)

    async def _client_to_ask(self, key: ServerKey) -> ModelClient | None:
        """A client for a question that starts nothing; None for an engine that is not up."""
        if key == ServerKind.BUILT_IN:
            return self._built_in if self._engine.pid is not None else None
        endpoint = await self._endpoint(key)
        await self._check_plain(endpoint)
        return self._client(endpoint)


def _remote(entry: ServerEntry, headers: Headers) -> Endpoint:
    address = parse_address(entry.url)
    return Endpoint(ServerKind.REMOTE, address.url, headers, entry.fingerprint, entry.id)


def _is_here(endpoint: Endpoint) -> bool:
    """Whether the address is one of this machine's own, not just some server's."""
    host = host_of(endpoint.url)
    return host == "localhost" or host == "::1" or host.startswith("127.")


async def _version(client: ModelClient, seconds: float) -> str:
    """The version of a server that answers in time; raises ServerError."""
    try:
        async with asyncio.timeout(seconds):
            return await client.version()
    except TimeoutError:
        name = endpoint_name(client.endpoint)
        raise ServerUnreachable(name, f"no answer within {seconds} s") from None
