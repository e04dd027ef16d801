"""Which addresses a name has, and which of them a connection can be made to (NET-16)."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gui.errors import NameUnknown
from gui.language import tr
from gui.models.addresses import ascii_name, is_address, is_public_address, may_be_public

_HEAD_START = 0.25
"""Before the next address is tried beside the one that has not answered (RFC 8305)."""
_MOST_ADDRESSES = 8
_ANY_PORT = 80
_ZONE_AT = 3
_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ENETUNREACH: "no-way",
    errno.EHOSTUNREACH: "no-way",
}


@dataclass(slots=True)
class Reached:
    """The address that took the connection, "" if none did, and why others did not."""

    address: str = ""
    failures: dict[str, str] = field(default_factory=dict)


async def addresses_of(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """The IP addresses of a host, best first, each once; raises NameUnknown."""
    if is_address(host):
        return (host,)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(ascii_name(host), port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise NameUnknown(host, f"not looked up within {seconds:.1f} s") from None
    except (OSError, UnicodeError) as error:
        raise NameUnknown(host, str(error)) from error
    return tuple(dict.fromkeys(_text(entry[4]) for entry in found))[:_MOST_ADDRESSES]


async def is_on_internet(host: str, seconds: float) -> bool:
    """Whether any address of a host is outside this machine, home and office."""
    if not may_be_public(host):
        return False
    addresses = await addresses_of(host, _ANY_PORT, seconds)
    return any(is_public_address(address) for address in addresses)


async def reach(addresses: Sequence[str], port: int, seconds: float) -> Reached:
    """Connect to the first that answers, each a little after the one before; then hang up."""
    reached = Reached()

    async def attempt(address: str, wait: float) -> str:
        await asyncio.sleep(wait)
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError as error:
            reached.failures[address] = _reason(error)
            return ""
        writer.transport.abort()
        return address

    tasks = [
        asyncio.create_task(attempt(address, number * _HEAD_START), name=f"reach {address}")
        for number, address in enumerate(addresses)
    ]
    try:
        for done in asyncio.as_completed(tasks, timeout=seconds):
            reached.address = await done
            if reached.address:
                break
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if not reached.address:
        for address in addresses:
            reached.failures.setdefault(address, tr("no answer"))
    return reached


def _text(address: tuple[Any, ...]) -> str:
    """An address of a socket, a link-local one with its zone."""
    zone = address[3] if len(address) > _ZONE_AT else 0
    return f"{address[0]}%{zone}" if zone else str(address[0])


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno or 0, "")
    if known == "refused":
        return tr("refused")
    return tr("no way there") if known else (error.strerror or type(error).__name__)
