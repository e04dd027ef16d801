"""Names that resolve as a test says; addresses resolve to themselves, other names to nothing."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

_REAL = socket.getaddrinfo


def resolve(
    monkeypatch: pytest.MonkeyPatch, names: Mapping[str, Sequence[str]], seconds: float = 0.0
) -> list[str]:
    """Have `names` resolve to these addresses after `seconds`; the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if _is_address(name):
            return _REAL(host, port, *args, **kwargs)
        asked.append(name)
        time.sleep(seconds)
        if name not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        stream = {"type": socket.SOCK_STREAM}
        return [found for ip in names[name] for found in _REAL(ip, port, **stream)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
