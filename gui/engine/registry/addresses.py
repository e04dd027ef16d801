"""The address that a model's name means, and how far inside a network an address lies.

A registry that a person named may be anywhere. Where it sends us to may be only as far
inside as the registry itself is: a stranger must not make us fetch from this machine or
its network (MOD-06).
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

import httpx

from gui.engine.registry.faults import RegistryError, Retryable
from gui.engine.store.names import ModelName

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_HOST = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.\-]*)(?::([0-9]{1,5}))?", re.ASCII)
_LOOKUP_SECONDS = 10.0

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Reach(IntEnum):
    """From where an address can be reached; the larger, the farther inside."""

    PUBLIC = 0
    PRIVATE = 1
    LOOPBACK = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (small letters, no brackets) and port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's own, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> httpx.URL:
        """The address without a path."""
        return httpx.URL(f"{self.scheme}://{self.authority}")


def registry_of(name: ModelName, *, insecure: bool) -> Origin:
    """Where the registry of a model is; plain http if `insecure`. Raises RegistryError."""
    match = _HOST.fullmatch(name.host)
    scheme = "http" if insecure else "https"
    port = int(match[2] or PORTS[scheme]) if match else 0
    if match is None or not 0 < port < 2**16:
        raise RegistryError(f"invalid registry host {name.host}")
    return Origin(scheme, match[1].lower(), port)


def origin_of(url: httpx.URL) -> Origin:
    """Where `url` leads; raises RegistryError for what is no plain http or https address."""
    if url.scheme not in PORTS or not url.host:
        raise RegistryError(f"{url.scheme or 'no'} address refused: only http and https are used")
    if url.userinfo:
        raise RegistryError(f"address with a user refused: {url.host}")
    return Origin(url.scheme, url.host.lower(), url.port or PORTS[url.scheme])


def reach_of(address: str) -> Reach | None:
    """How far inside an IP address lies; None for those that are never connected to.

    Link-local is among these: there the metadata services of clouds are.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _inner(ip)
    if ip.is_loopback or ip.is_unspecified:
        return Reach.LOOPBACK
    if ip.is_link_local or ip.is_multicast:
        return None
    return Reach.PUBLIC if ip.is_global else Reach.PRIVATE


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address only wraps, else the address itself."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def literal_reach(host: str) -> Reach | None:
    """The reach of a host that is an IP address or localhost; a name counts as public."""
    if host == "localhost" or host.endswith(".localhost"):
        return Reach.LOOPBACK
    try:
        return reach_of(host)
    except ValueError:
        return Reach.PUBLIC


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host; raises RegistryError, Retryable."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise Retryable(f"lookup {host}: no answer") from None
    except (socket.gaierror, UnicodeError):
        raise Retryable(f"lookup {host}: no such host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def allowed_addresses(
    origin: Origin, limit: Reach | None, lookup: Resolve
) -> tuple[list[str], Reach]:
    """The addresses of `origin` that may be connected to, and how far inside they lie.

    Without a `limit` the registry itself is meant: of its addresses only the outermost
    count, so that no later one of them is farther inside. Raises RegistryError.
    """
    reaches = [(address, reach_of(address)) for address in await lookup(origin.host, origin.port)]
    known = [(address, reach) for address, reach in reaches if reach is not None]
    bound = min((reach for _, reach in known), default=None) if limit is None else limit
    kept = [address for address, reach in known if bound is not None and reach <= bound]
    if bound is None or not kept:
        raise RegistryError(
            f"{origin.authority} refused: it leads to an address inside this machine or network"
        )
    return kept, bound
