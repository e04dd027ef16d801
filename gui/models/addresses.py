"""The address of a server, as a person types it or OLLAMA_HOST has it, made exact.

The rules are those of Ollama's own client (`envconfig.Host`), with what a person pastes
besides: capitals, a trailing `/api`, a user and password, the address to listen on, and the
zone of a link-local address (RFC 6874).
"""

from __future__ import annotations

import base64
import ipaddress
import re
from urllib.parse import unquote, urlsplit

from gui.errors import SettingsError
from gui.language import tr
from gui.records import Endpoint, ServerKind

_DEFAULT_PORT = 11434
_SCHEME_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w](?:[\w.-]*[\w.])?")
_PORT = re.compile(r"[\w+-]*")
_PATH = re.compile(r"(?:/[\w.~%+-]+)*")
_ZONE = re.compile(r"[\w.-]+", re.ASCII)
_LONGEST_LABEL, _LONGEST_HOST = 63, 253
_HOME_SUFFIXES = ("localhost", "local", "internal", "lan", "home.arpa", "test", "invalid")
"""Ends of names that no server on the internet has (RFC 2606, 6762, 8375, 9476)."""
# Addresses to listen on, and where a client finds what listens there.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


def parse_address(text: str) -> Endpoint:
    """The server that `text` means: scheme, host, port and path exact, credentials a header.

    Without a scheme http and port 11434 are meant, with one its own port; a port that is
    none becomes the default. Raises SettingsError for what is no address; the error does
    not repeat the text, which may hold a password.
    """
    text = text.strip().strip("\"'").strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = ("https" if text.lower() == "ollama.com" else "http"), text
    scheme = scheme.lower()
    if scheme not in _SCHEME_PORTS:
        raise _no_address()
    authority, _, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    credentials, _, authority = authority.rpartition("@")
    host, port = _host_and_port(authority)
    if not port:
        known = bool(separator) or scheme == "https"
        port = _SCHEME_PORTS[scheme] if known else _DEFAULT_PORT
    return Endpoint(
        ServerKind.OLLAMA, f"{scheme}://{host}:{port}{_prefix(path)}", _basic(credentials)
    )


def endpoint_name(endpoint: Endpoint) -> str:
    """What a sentence calls the server: host, port and path, or the built-in engine."""
    if endpoint.kind is ServerKind.BUILT_IN:
        return tr("The built-in engine")
    return endpoint.url.partition("://")[2]


def host_of(url: str) -> str:
    """The host of a URL that `parse_address` made, an IPv6 address without its brackets."""
    return urlsplit(url).hostname or ""


def port_of(url: str) -> int:
    """The port of a URL that `parse_address` made."""
    return urlsplit(url).port or _DEFAULT_PORT


def ascii_name(host: str) -> str:
    """A host as it is looked up (IDNA); raises UnicodeError."""
    if host.isascii():
        return host
    import idna

    return idna.encode(host).decode()


def is_address(host: str) -> bool:
    """Whether a host is an IP address, an IPv6 one without brackets, and no name."""
    return bool(_ip(host))


def is_public_address(text: str) -> bool:
    """Whether an IP address can be on the internet: not of this machine, home or office."""
    return ipaddress.ip_address(text).is_global


def may_be_public(host: str) -> bool:
    """Whether a host can be on the internet; a name with a dot can until it is looked up."""
    if _ip(host):
        return is_public_address(host)
    name = host.rstrip(".")
    return "." in name and not name.endswith(tuple("." + end for end in _HOME_SUFFIXES))


def _host_and_port(authority: str) -> tuple[str, int]:
    """The host, IPv6 in brackets, and the port, 0 when there is none to use."""
    if ip := _ip(authority):
        return _bracketed(ip), 0
    host, colon, digits = authority.rpartition(":")
    if not colon:
        host, digits = authority, ""
    ip = _ip(host)
    host = _bracketed(ip) if ip else _bracketed(host.lower())
    is_host = ip or _is_name(host)
    if not is_host or not _PORT.fullmatch(digits):
        raise _no_address()
    port = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 6 else 0
    return host, port if port < 2**16 else 0


def _ip(text: str) -> str:
    """The IP address in its shortest form, "" when it is a name."""
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    inner, percent, zone = inner.partition("%")
    try:
        address = ipaddress.ip_address(inner)
    except ValueError:
        return ""
    if not percent:
        return str(address)
    zone = zone.removeprefix("25") or zone  # in a URL the percent sign is itself escaped
    if not address.is_link_local or not _ZONE.fullmatch(zone):
        raise _no_address()
    return f"{address}%{zone}"


def _is_name(host: str) -> bool:
    """Whether `host` is a name that can be looked up, in any script."""
    if not _HOST.fullmatch(host):
        return False
    try:
        looked_up = ascii_name(host)
    except UnicodeError:
        return False
    labels = looked_up.removesuffix(".").split(".")
    return len(looked_up) <= _LONGEST_HOST and all(
        0 < len(label) <= _LONGEST_LABEL for label in labels
    )


def _bracketed(host: str) -> str:
    host = _LOOPBACK.get(host, host)
    return f"[{host}]" if ":" in host else host


def _prefix(path: str) -> str:
    """The path before Ollama's own, without a trailing slash."""
    prefix = ("/" + path).rstrip("/").removesuffix("/api").rstrip("/")
    if not _PATH.fullmatch(prefix):
        raise _no_address()
    return prefix


def _basic(credentials: str) -> tuple[tuple[str, str], ...]:
    if not credentials:
        return ()
    user, _, password = credentials.partition(":")
    pair = f"{unquote(user)}:{unquote(password)}".encode()
    return (("Authorization", f"Basic {base64.b64encode(pair).decode()}"),)


def _no_address() -> SettingsError:
    return SettingsError(
        tr("This is not the address of a server."),
        tr("Write it like 192.168.1.5:11434 or https://example.org/ollama."),
    )
