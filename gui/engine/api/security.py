"""Who may ask: Host, Origin and token are checked before any work.

Pure ASGI, so that streams pass through unbuffered. The rules for web pages are Ollama's,
as its server has them with gin's CORS middleware.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gui.engine.openai.errors import refusal
from gui.engine.wire import ApiError, error_response

_LOCAL_SUFFIXES = (".localhost", ".local", ".internal")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104 - a name that pages may have
USUAL_ORIGINS = (
    *(
        f"{scheme}://{name}{port}"
        for scheme in ("http", "https")
        for name in _LOCAL_NAMES
        for port in ("", ":*")
    ),
    *("app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"),
    *("chrome-extension://*", "safari-extension://*", "moz-extension://*"),
    "ms-browser-extension://*",
)
"""Where pages may come from that Ollama lets in without being told."""
_METHODS = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"
_STAINLESS = (
    *("lang", "package-version", "os", "arch", "retry-count", "runtime", "runtime-version"),
    *("async", "helper-method", "poll-helper", "custom-poll-interval", "timeout"),
)
_HEADERS = ",".join(
    (
        *("authorization", "content-type", "user-agent", "accept", "x-requested-with"),
        *("openai-beta", *(f"x-stainless-{name}" for name in _STAINLESS)),
    )
)
_MAX_AGE = str(12 * 3600)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask. Without `token` no token is asked for.

    `check_host` is off for an engine that is meant to be reached from other machines.
    `origins` are the pages let in besides `USUAL_ORIGINS`; None lets none in at all, which
    is for an engine of the app's own.
    """

    token: str = field(default="", repr=False)
    check_host: bool = True
    origins: tuple[str, ...] | None = None


class Guard:
    """Lets a request through if its Host is ours, its page is welcome, and the token fits."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        origins = access.origins
        self._app = app
        self._token = access.token.encode()
        self._check_host = access.check_host
        self._origins = None if origins is None else (*USUAL_ORIGINS, *origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a refusal or to a preflight, or pass the request on."""
        headers = Headers(scope=scope)
        if self._check_host and not host_allowed(headers.get("host", "")):
            await Response(status_code=403)(scope, receive, send)
            return
        own = self._is_own_page(headers)
        origin = headers.get("origin", "")
        if not own and not self._is_welcome(origin):
            await Response(status_code=403)(scope, receive, send)
            return
        if not own:
            send = self._telling(origin, send)
        response = self._answer(scope, headers, own=own)
        await (response or self._app)(scope, receive, send)

    def _answer(self, scope: Scope, headers: Headers, *, own: bool) -> Response | None:
        """What is answered without asking the app."""
        if "content-length" in headers and "transfer-encoding" in headers:
            # Two lengths: where one request ends is a matter of opinion.
            return Response("400 Bad Request", 400, {"Connection": "close"}, "text/plain")
        if "websocket" in headers.get("upgrade", "").lower():
            return error_response(ApiError(400, "this server has no WebSocket"))
        asks = "access-control-request-method" in headers
        if not own and asks and scope["method"] == "OPTIONS":
            return _preflight()
        if self._token and not self._token_fits(headers):
            unauthorized = ApiError(401, "unauthorized")
            spoken = refusal if scope["path"].startswith("/v1/") else error_response
            return spoken(unauthorized)
        return None

    def _token_fits(self, headers: Headers) -> bool:
        given = headers.getlist("authorization")
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(" ")
        fits = secrets.compare_digest(token.strip().encode("latin-1", "replace"), self._token)
        return fits and scheme.lower() == "bearer"

    def _is_own_page(self, headers: Headers) -> bool:
        """Whether no web page sent the request, or one of our own address."""
        origin = headers.get("origin")
        host = headers.get("host", "")
        if self._origins is None:
            if origin is None:
                return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
            return origin == f"http://{host}"
        return not origin or origin in (f"http://{host}", f"https://{host}")

    def _is_welcome(self, origin: str) -> bool:
        return any(matches(origin, pattern) for pattern in self._origins or ())

    def _telling(self, origin: str, send: Send) -> Send:
        """`send` that tells the browser to let the page read the answer."""
        everyone = "*" in (self._origins or ())

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
                if not everyone:
                    headers.add_vary_header("Origin")
                message = {**message, "headers": headers.raw}
            await send(message)

        return told


def matches(origin: str, pattern: str) -> bool:
    """Whether `origin` is the pattern, in which one asterisk stands for anything."""
    start, asterisk, end = pattern.partition("*")
    if not asterisk:
        return origin == pattern
    long_enough = len(origin) >= len(start) + len(end)
    return long_enough and origin.startswith(start) and origin.endswith(end)


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


def _preflight() -> Response:
    """What a browser asks before the request itself, without a token."""
    headers = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": _MAX_AGE,
    }
    return Response(status_code=204, headers=headers)
