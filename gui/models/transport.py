"""The one way to a server, under the ollama client and LangChain alike.

Both are given this as their `transport=`; what httpx would read from the environment
(proxies, netrc, redirects) is never asked. Every fault leaves here as an error of ours:
httpx, ollama and LangChain let exceptions they do not know pass through.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import NoReturn

import httpx
from typing_extensions import override

from gui.errors import (
    EngineStopped,
    NameUnknown,
    NotOllama,
    OndolError,
    ServerUnreachable,
    StreamCut,
    StreamGarbled,
)
from gui.models import tls
from gui.models.addresses import endpoint_name, host_of
from gui.models.bodies import CappedBody, ReframedBody, chunks_of
from gui.models.lines import CHAT, CREATE, GENERATE, PROGRESS, Shape
from gui.models.ndjson import Reframer
from gui.models.pacing import PacedTransport
from gui.models.refusals import status_error
from gui.records import Endpoint, ServerKind

CONNECT_SECONDS = 3.0
_NOTICE_SECONDS = 0.1
_ERROR_BODY_LIMIT = 2**16
_ERROR_BODY_SECONDS = 5.0
_STREAMS: dict[str, Shape] = {
    "/api/chat": CHAT,
    "/api/generate": GENERATE,
    "/api/pull": PROGRESS,
    "/api/push": PROGRESS,
    "/api/create": CREATE,
}

_ZONE = re.compile(r"%[^\]]*")
"""A zone means something on this machine only (RFC 6874)."""

Locate = Callable[[], Awaitable[Endpoint]]


def timeouts() -> httpx.Timeout:
    """Three seconds to connect; silence after that is told to the person, not ended."""
    return httpx.Timeout(None, connect=CONNECT_SECONDS)


class GuardedTransport(httpx.AsyncBaseTransport):
    """One long-lived pool of connections to one endpoint.

    Every request goes to the endpoint's address with the endpoint's headers and no other
    credentials, whatever the client above believes. `locate`, when given, is asked for the
    endpoint before each request, so a server that restarts elsewhere is found again.

    Line-wise answers are reframed (`Reframer`); the rest is capped. Raises ServerError,
    StreamError and EngineError, from the request and while the body is read.
    """

    def __init__(self, endpoint: Endpoint, locate: Locate | None = None) -> None:
        self.endpoint = endpoint
        self._locate = locate
        self._pool = PacedTransport(
            encrypted=endpoint.url.startswith("https:"), fingerprint=endpoint.fingerprint
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _forbid_truncation(request)
        try:
            response, endpoint = await self._sent(request)
        except httpx.TransportError as exc:
            raise connection_error(exc, self.endpoint) from exc
        try:
            return await _guarded(request, response, endpoint)
        except BaseException:
            await response.aclose()
            raise

    async def _sent(self, request: httpx.Request) -> tuple[httpx.Response, Endpoint]:
        """Send it; once more to a server that can be located, when the first had ended.

        That is safe when nothing went out, and for a request that only reads. A chat that
        went out is not sent again: it may be what the engine died of.
        """
        try:
            return await self._attempt(request)
        except httpx.ConnectError:
            if self._locate is None:
                raise
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not (_only_reads(request) and await self._has_moved(request)):
                raise
        # The process just died, and whoever watches it may not have noticed yet.
        await asyncio.sleep(_NOTICE_SECONDS)
        return await self._attempt(request)

    async def _has_moved(self, request: httpx.Request) -> bool:
        """Whether the server is a new one since: each process of the engine has its own port."""
        if self._locate is None:
            return False
        await asyncio.sleep(_NOTICE_SECONDS)
        return httpx.URL((await self._locate()).url).port != request.url.port

    async def _attempt(self, request: httpx.Request) -> tuple[httpx.Response, Endpoint]:
        if self._locate is not None:
            self.endpoint = await self._locate()
        endpoint = self.endpoint
        _direct(request, endpoint)
        return await self._pool.handle_async_request(request), endpoint

    @override
    async def aclose(self) -> None:
        await self._pool.aclose()


class RefusingTransport(httpx.BaseTransport):
    """For the synchronous half of ChatOllama: there is no second path to a server."""

    @override
    def handle_request(self, request: httpx.Request) -> NoReturn:
        raise RuntimeError("use the asynchronous methods: astream, ainvoke")


def connection_error(exc: httpx.TransportError, endpoint: Endpoint) -> OndolError:
    """A connection that failed, as one of ours; `str(exc)` is for the log."""
    name, detail = endpoint_name(endpoint), f"{type(exc).__name__}: {exc}"
    if isinstance(exc, httpx.TimeoutException):
        return ServerUnreachable(name, detail)
    if endpoint.kind is ServerKind.BUILT_IN:
        return EngineStopped(detail)
    if isinstance(exc, httpx.ConnectError):
        return _not_connected(exc, endpoint, detail)
    if isinstance(exc, httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return StreamCut(name, detail)
    if isinstance(exc, httpx.RemoteProtocolError):
        # h11's words: "Server disconnected", "peer closed connection without ..."
        is_cut = "disconnected" in detail or "closed connection" in detail
        return StreamCut(name, detail) if is_cut else NotOllama(name, detail)
    return ServerUnreachable(name, detail)


def _not_connected(exc: httpx.ConnectError, endpoint: Endpoint, detail: str) -> OndolError:
    name = endpoint_name(endpoint)
    if refused := tls.refusal(exc, name):
        return refused
    if any(isinstance(cause, socket.gaierror) for cause in tls.causes(exc)):
        return NameUnknown(host_of(endpoint.url), detail)
    # OpenSSL's words for an answer that is no TLS record.
    plain = "WRONG_VERSION_NUMBER" in detail or "record layer" in detail
    return NotOllama(name, detail) if plain else ServerUnreachable(name, detail)


def _direct(request: httpx.Request, endpoint: Endpoint) -> None:
    """Point the request at the endpoint, with the endpoint's headers only."""
    target = httpx.URL(endpoint.url)
    request.url = request.url.copy_with(
        scheme=target.scheme, host=target.host, port=target.port, userinfo=b""
    )
    request.headers["Host"] = _ZONE.sub("", request.url.netloc.decode("ascii"))
    request.headers["Accept-Encoding"] = "identity"
    for name in ("Authorization", "Proxy-Authorization", "Cookie"):
        request.headers.pop(name, None)
    for name, value in endpoint.headers:
        request.headers[name] = value


def _only_reads(request: httpx.Request) -> bool:
    """Whether the server changes nothing and loads nothing for it."""
    return request.method in ("GET", "HEAD") or request.url.path.endswith("/api/show")


def _forbid_truncation(request: httpx.Request) -> None:
    """Add `"truncate": false` to a chat: an overflow is refused instead of silently cut.

    It stands first, so that a value given by the caller still wins: of two equal keys
    Go and Python take the last.
    """
    if request.method != "POST" or not request.url.path.endswith("/api/chat"):
        return
    inner = request.content[1:].lstrip()
    if not request.content.startswith(b"{") or inner.startswith(b"}"):
        return
    body = b'{"truncate":false,' + inner
    request.stream = httpx.ByteStream(body)
    request.headers["Content-Length"] = str(len(body))


async def _guarded(
    request: httpx.Request, response: httpx.Response, endpoint: Endpoint
) -> httpx.Response:
    name = endpoint_name(endpoint)
    if request.method == "HEAD":
        return response
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    is_plain = encoding in ("", "identity")
    if response.status_code >= 300 or response.status_code < 200:
        body = await _error_body(response) if is_plain else b""
        raise status_error(response.status_code, dict(response.headers), body, name)
    if not is_plain:
        raise StreamGarbled(name, f"Content-Encoding: {encoding[:40]}")
    if "html" in response.headers.get("Content-Type", "").lower():
        raise NotOllama(name, "text/html")
    return httpx.Response(
        response.status_code,
        headers=_kept_headers(response),
        stream=_body(request, response, endpoint, name),
        extensions=response.extensions,
    )


def _body(
    request: httpx.Request, response: httpx.Response, endpoint: Endpoint, name: str
) -> httpx.AsyncByteStream:
    def translate(exc: httpx.TransportError) -> OndolError:
        return connection_error(exc, endpoint)

    shape = next((s for path, s in _STREAMS.items() if request.url.path.endswith(path)), None)
    if shape is None or request.method != "POST":
        return CappedBody(response, translate, name)
    return ReframedBody(response, translate, Reframer(shape, name))


def _kept_headers(response: httpx.Response) -> dict[str, str]:
    """No length, encoding or charset of the old body: the new one is ASCII."""
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    return {"Content-Type": media_type or "application/json"}


async def _error_body(response: httpx.Response) -> bytes:
    """As much of an error's text as matters, "" when it does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS), aclosing(chunks_of(response)) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > _ERROR_BODY_LIMIT:
                    break
    except (TimeoutError, httpx.TransportError):
        pass
    return bytes(body)
