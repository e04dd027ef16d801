"""Connections to registries: each to an address that was looked up, checked, and then kept.

The host's name stays in the Host header and in TLS; what DNS says later changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import platform
import ssl
import sys
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.request import getproxies_environment

import httpx

from gui import __version__
from gui.engine.registry.addresses import (
    Origin,
    Reach,
    Resolve,
    allowed_addresses,
    literal_reach,
    origin_of,
    resolve,
)
from gui.engine.registry.faults import RegistryError
from gui.engine.registry.wide import WideTransport

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_SPOKEN_VERSION = "0.33.0"
"""The version of Ollama whose manner towards registries this is."""

Body = Callable[[], AsyncIterable[bytes]]


def user_agent() -> str:
    """Who asks, as Ollama says it."""
    machine = platform.machine().lower()
    system = "windows" if sys.platform == "win32" else sys.platform
    return (
        f"ollama/{_SPOKEN_VERSION} ({_MACHINES.get(machine, machine)} {system}) Ondol/{__version__}"
    )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to try."""

    connect: float = 10.0
    stall: float = 30.0
    tries: int = 6
    save: float = 1.0
    """Between two moments at which what came is made safe on disk."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Network:
    """The way out of this machine. `proxies` by scheme, with `no` for what goes without.

    `tls` is made when first needed, of the certificates httpx brings and the system's.
    """

    proxies: Mapping[str, str] = field(default_factory=getproxies_environment)
    patience: Patience = field(default_factory=Patience)
    lookup: Resolve = resolve
    tls: ssl.SSLContext | None = None

    def proxy_for(self, origin: Origin) -> str:
        """The proxy to use, "" for none; never one for this machine itself."""
        proxy = self.proxies.get(origin.scheme) or self.proxies.get("all", "")
        if not proxy or literal_reach(origin.host) is Reach.LOOPBACK:
            return ""
        return "" if _goes_without(origin, self.proxies.get("no", "")) else proxy


@dataclass(slots=True)
class _Line:
    """A way to one origin: its client and the addresses that were checked."""

    client: httpx.AsyncClient
    addresses: list[str]


class Connections:
    """Connections for one conversation with the registry at `home`.

    The first request must go there: it settles how far inside every other may lead.
    """

    def __init__(self, network: Network, home: Origin) -> None:
        self.home = home
        self._network = network
        self._limit: Reach | None = None
        self._lines: dict[Origin, _Line] = {}
        self._clients: list[httpx.AsyncClient] = []
        self._tls = network.tls
        self._making = asyncio.Lock()

    async def send(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: Body | None = None
    ) -> httpx.Response:
        """Send a request; the response's body is not read yet, so close it.

        Raises RegistryError, httpx.TransportError.
        """
        origin = origin_of(url)
        line = await self._line(origin)
        failure: httpx.TransportError = httpx.ConnectError(f"no address of {origin.authority}")
        for address in list(line.addresses) or [""]:
            request = _request(line.client, method, url, address, headers, body)
            try:
                return await line.client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
                failure = problem
            except httpx.InvalidURL as problem:
                raise RegistryError(f"invalid address: {problem}") from None
        self._lines.pop(origin, None)  # look it up again next time
        raise failure

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients:
            with contextlib.suppress(Exception):
                await client.aclose()

    async def _line(self, origin: Origin) -> _Line:
        async with self._making:
            if origin not in self._lines:
                self._lines[origin] = await self._make_line(origin)
            return self._lines[origin]

    async def _make_line(self, origin: Origin) -> _Line:
        proxy = self._network.proxy_for(origin)
        limit = self._limit
        if proxy:
            # Only the proxy knows where a name leads to.
            reach = literal_reach(origin.host)
            if reach is None or (limit is not None and reach > limit):
                raise RegistryError(f"{origin.authority} refused: it is inside this network")
            addresses: list[str] = []
        else:
            found = await allowed_addresses(origin, limit, self._network.lookup)
            addresses, reach = found
        if origin == self.home:
            self._limit = reach
        if origin.scheme == "https" and self._tls is None:
            self._tls = await asyncio.to_thread(_default_tls)
        client = self._client(proxy, self._tls if origin.scheme == "https" else None)
        self._clients.append(client)
        return _Line(client, addresses)

    def _client(self, proxy: str, tls: ssl.SSLContext | None) -> httpx.AsyncClient:
        patience = self._network.patience
        # At INFO it logs whole addresses, and signed ones are secrets (TOK-02).
        logging.getLogger("httpx").setLevel(logging.WARNING)
        return httpx.AsyncClient(
            transport=_proxied(proxy, tls) if proxy else WideTransport(tls),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(patience.stall, connect=patience.connect, pool=None),
            headers={"User-Agent": user_agent(), "Accept-Encoding": "identity"},
        )


def _proxied(proxy: str, tls: ssl.SSLContext | None) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(proxy=proxy, verify=tls or False, trust_env=False)
    except (ImportError, ValueError, httpx.InvalidURL):
        raise RegistryError("the proxy of the environment cannot be used") from None


def _goes_without(origin: Origin, exceptions: str) -> bool:
    """Whether the comma list of NO_PROXY names the host, a domain above it, or everything."""
    names = [entry.strip().lower().lstrip(".") for entry in exceptions.split(",")]
    with_port = f"{origin.host}:{origin.port}"
    return "*" in names or any(
        name and (name in (origin.host, with_port) or origin.host.endswith(f".{name}"))
        for name in names
    )


def _request(
    client: httpx.AsyncClient,
    method: str,
    url: httpx.URL,
    address: str,
    headers: Mapping[str, str],
    body: Body | None,
) -> httpx.Request:
    """The request, sent to `address` while still meant for the host of `url`."""
    sent = dict(headers) | {"Host": url.netloc.decode("ascii")}
    return client.build_request(
        method,
        url.copy_with(host=address) if address else url,
        headers=sent,
        content=body() if body else None,
        extensions={"sni_hostname": url.host} if address and address != url.host else None,
    )


def _default_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
