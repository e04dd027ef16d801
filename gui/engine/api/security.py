"""Who may ask: Host, Origin and token are checked before any work.

Pure ASGI, so that streams pass through unbuffered.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gui.engine.wire import ApiError, error_response

_LOCAL_SUFFIXES = (".localhost", ".local", ".internal")


class Guard:
    """Lets a request through if its Host is ours, no other site sent it, and the token fits.

    Without `token` no token is asked for; `check_host` is off for an engine that is
    meant to be reached from other machines.
    """

    def __init__(self, app: ASGIApp, *, token: str, check_host: bool) -> None:
        self._app = app
        self._token = token.encode()
        self._check_host = check_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a refusal, or pass the request on."""
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._check_host and not host_allowed(headers.get("host", "")):
            return Response(status_code=403)
        if not _same_site(headers):
            return Response(status_code=403)
        if "websocket" in headers.get("upgrade", "").lower():
            return error_response(ApiError(400, "this server has no WebSocket"))
        if self._token and not self._token_fits(headers):
            return error_response(ApiError(401, "unauthorized"))
        return None

    def _token_fits(self, headers: Headers) -> bool:
        given = headers.getlist("authorization")
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(" ")
        fits = secrets.compare_digest(token.strip().encode("latin-1", "replace"), self._token)
        return fits and scheme.lower() == "bearer"


def host_allowed(host: str) -> bool:
    """Whether a Host header names this machine, as Ollama's check against rebinding does."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or not host or name.endswith(_LOCAL_SUFFIXES):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and name == socket.gethostname().lower()
    return address.is_loopback or address.is_private or address.is_unspecified


def _same_site(headers: Headers) -> bool:
    """Whether no web page, or only a page of our own address, sent the request."""
    origin = headers.get("origin")
    if origin is not None:
        return origin == f"http://{headers.get('host', '')}"
    return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
