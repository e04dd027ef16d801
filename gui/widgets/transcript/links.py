"""Which links may be offered, and what a person is shown before one opens (LNK-01 to LNK-03)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 2048
_WEB = ("http", "https")
_SCHEME = re.compile(r"(https?|mailto):", re.IGNORECASE | re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]", re.ASCII)
_ADDRESS = re.compile(r"[^@\s?&]+@[^@\s?&]+(\?((subject|body|cc)=[^&]*&?)*)?", re.ASCII)
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"))


def safe_target(url: str) -> str | None:
    """`url` with its host in punycode if it may be opened, else None.

    Allowed are http and https with a host, and mailto with an address; nothing with control,
    format or space characters or a backslash, which other programs read in their own way.
    """
    if not url or len(url) > MAX_LENGTH or not _SCHEME.match(url) or "\\" in url:
        return None
    if any(unicodedata.category(character) in _HIDDEN for character in url):
        return None
    try:
        parts = urlsplit(url)
        return _mail(parts) if parts.scheme == "mailto" else _web(parts)
    except ValueError:
        return None


def shown_target(url: str) -> str:
    """Where `url` really leads, fit to show: the host in punycode, or the mail address."""
    target = safe_target(url)
    if target is None:
        return ""
    parts = urlsplit(target)
    return parts.path if parts.scheme == "mailto" else parts.hostname or ""


def host_of(url: str) -> str:
    """The host an image would be fetched from, printable; "" if there is none."""
    try:
        host = urlsplit(url).hostname or ""
        return _punycode(host) if host else ""
    except ValueError:
        return ""


def _web(parts: SplitResult) -> str | None:
    host = _punycode(parts.hostname or "")
    bracketed = f"[{host}]" if ":" in host else host
    if parts.scheme not in _WEB or not _HOST.fullmatch(bracketed):
        return None
    port = f":{parts.port}" if parts.port is not None else ""
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return parts._replace(netloc=f"{user}{bracketed}{port}").geturl()


def _mail(parts: SplitResult) -> str | None:
    whole = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.netloc or parts.fragment or not _ADDRESS.fullmatch(whole):
        return None
    return f"mailto:{whole}"


def _punycode(host: str) -> str:
    """Lower-case ASCII form of a host (IDNA 2003); raises ValueError if it has none."""
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
