"""Who may ask: Host, Origin and key are checked for every path, before any work (SRV-01 to 05).

Also for paths that do not exist and for OPTIONS: whoever has no key learns nothing. The key
comes as `Authorization: Bearer KEY`, or as the password of Basic, which lets a browser open
the playground; never in the address or a cookie. No header lets a page of another origin
read an answer.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gui.engine.listening import is_loopback
from gui.serve.faults import Refused, refusal

_WHERE_FROM = ("none", "same-origin")
_USUAL_PORT = 80
# The playground compiles its forms, so it needs eval; it may speak to this address only.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
# One header each (RFC 9110, 11.6.1): of two ways in one header Chromium takes the first alone,
# does not know it, and never asks for the password.
_ASKS = (
    ("WWW-Authenticate", 'Basic realm="Ondol", charset="UTF-8"'),
    ("WWW-Authenticate", 'Bearer realm="Ondol"'),
)
_HARDENED = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Access:
    """The key, and the Host headers that mean us, with their port.

    With `any_address` a Host may also be any IP address: a name can be made to point at us
    by a page (DNS rebinding), an address cannot.
    """

    key: str = field(repr=False)
    hosts: frozenset[str]
    port: int
    any_address: bool = False


def access(key: str, host: str, port: int) -> Access:
    """Who may ask a server that listens at the address `host`, a number, and `port`."""
    if is_loopback(host):
        return Access(key, _with_port({"localhost", _bracketed(host)}, port), port)
    own = socket.gethostname().lower()
    names = _with_port({own, f"{own}.local", _bracketed(host).lower(), "localhost"}, port)
    return Access(key, names, port, any_address=True)


class Guard:
    """Passes on what comes to our address, from no foreign page, with the key."""

    def __init__(self, app: ASGIApp, rules: Access) -> None:
        self._app = app
        self._rules = rules
        self._key = rules.key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on."""
        send = _hardened(send)
        try:
            self._check(scope)
        except Refused as problem:
            await refusal(problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_us(hosts[0].lower()):
            raise Refused(403, "this server is not known by that name")
        if not _is_own_page(headers, hosts[0].lower()):
            raise Refused(403, "other pages may not use this server")
        if "content-length" in headers and "transfer-encoding" in headers:
            raise Refused(400, "two lengths", (("Connection", "close"),))
        if "websocket" in headers.get("upgrade", "").lower():
            raise Refused(400, "this server has no WebSocket")
        if not self._has_key(headers):
            raise Refused(401, "the key is missing or wrong", _ASKS)
        if not scope["path"].isprintable():
            raise Refused(400, "the address has control characters")

    def _is_us(self, host: str) -> bool:
        return host in self._rules.hosts or (
            self._rules.any_address and _is_address(host, self._rules.port)
        )

    def _has_key(self, headers: Headers) -> bool:
        given = headers.getlist("authorization")
        if len(given) != 1:
            return False
        scheme, _, rest = given[0].partition(" ")
        if scheme.lower() == "bearer":
            key = rest.strip().encode("latin-1", "replace")
        elif scheme.lower() == "basic":
            key = _password(rest)
        else:
            return False
        return secrets.compare_digest(key, self._key)


def _password(credentials: str) -> bytes:
    """The password of Basic credentials, whatever the name before it (RFC 7617)."""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return decoded.partition(b":")[2]


def _is_own_page(headers: Headers, host: str) -> bool:
    """Whether no page sent this, or one of ours."""
    origins = headers.getlist("origin")
    if any(origin.lower() != f"http://{host}" for origin in origins):
        return False
    return all(site in _WHERE_FROM for site in headers.getlist("sec-fetch-site"))


def _is_address(host: str, port: int) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        ipaddress.ip_address(parts.hostname or "")
        return (parts.port or _USUAL_PORT) == port and parts.netloc == host and "@" not in host
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _with_port(names: set[str], port: int) -> frozenset[str]:
    written = {f"{name}:{port}" for name in names}
    return frozenset(written | names if port == _USUAL_PORT else written)


def _hardened(send: Send) -> Send:
    """`send` that tells a browser how little it may do with the answer."""

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            for name, value in _HARDENED.items():
                headers[name] = value
            message = {**message, "headers": headers.raw}
        await send(message)

    return hardened
