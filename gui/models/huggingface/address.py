"""Which hub is asked, and who may be given the person's token."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gui.errors import HubAddressUnusable

DEFAULT = "https://huggingface.co"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9_.\-]+|[0-9A-Fa-f:.]+", re.ASCII)

Origin = tuple[str, str, int]
"""Scheme, host in small letters, port."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """A hub: its `url` has no slash at the end."""

    url: str
    origin: Origin

    @property
    def host(self) -> str:
        """What a sentence calls it: host, and the port if it is a special one."""
        scheme, host, port = self.origin
        return host if port == _PORTS[scheme] else f"{host}:{port}"

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.origin[0] == "https"

    @property
    def may_have_token(self) -> bool:
        """Only when nobody on the way can read it: over https, or on this machine."""
        return self.is_encrypted or _is_loopback(self.origin[1])

    def page(self, repo: str = "") -> str:
        """The page of a repository, for the person."""
        return f"{self.url}/{repo}" if repo else self.url


@dataclass(frozen=True, slots=True)
class Visit:
    """A hub and the token that it, and nobody else, is shown; "" for none."""

    address: HubAddress
    token: str = field(default="", repr=False)


def hub_address(text: str | None = None) -> HubAddress:
    """The hub at `text`, by default the one that HF_ENDPOINT names, else huggingface.co.

    Raises HubAddressUnusable, which does not repeat the text: it may hold a password.
    """
    if text is None:
        text = os.environ.get("HF_ENDPOINT", "")
    text = text.strip().strip("\"'").rstrip("/") or DEFAULT
    try:
        origin = origin_of(text)
    except ValueError:
        raise HubAddressUnusable from None
    parts = urlsplit(text)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise HubAddressUnusable
    return HubAddress(f"{origin[0]}://{parts.netloc.lower()}{parts.path}", origin)


def origin_of(url: str) -> Origin:
    """Scheme, host and port of an http or https address; raises ValueError for others."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise ValueError("no http or https address")
    return parts.scheme, host, parts.port or _PORTS[parts.scheme]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
