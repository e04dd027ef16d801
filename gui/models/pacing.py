"""Reading a fast stream in few wake-ups: what comes within a moment is read at once.

At 500 tokens a second each token wakes the loop, and the wake-up costs more than the token.
A reader that waits until `PACE_SECONDS` after its last small read finds several tokens; one
painted frame takes 33 ms, so nobody sees the difference. A slow stream never waits.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from httpcore import SOCKET_OPTION
from typing_extensions import override

from gui.models import tls

PACE_SECONDS = 0.015
_SMALL_BYTES = 4096
_IDLE_CONNECTIONS = 8


class PacedStream(httpcore.AsyncNetworkStream):
    """A connection whose small reads are at least `PACE_SECONDS` apart.

    `fingerprint` is the one certificate it may meet, "" for any that is vouched for;
    `connect_by` is when encryption must be agreed on, by the loop's clock.
    """

    def __init__(
        self,
        stream: httpcore.AsyncNetworkStream,
        fingerprint: str = "",
        connect_by: float | None = None,
    ) -> None:
        self._stream = stream
        self._fingerprint = fingerprint
        self._connect_by = connect_by
        self._not_before = 0.0

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        loop = asyncio.get_running_loop()
        pause = self._not_before - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        data = await self._stream.read(max_bytes, timeout)
        self._not_before = loop.time() + (PACE_SECONDS if len(data) < _SMALL_BYTES else 0.0)
        return data

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._not_before = 0.0
        await self._stream.write(buffer, timeout)

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()

    @override
    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if self._connect_by is not None:
            timeout = max(0.0, self._connect_by - asyncio.get_running_loop().time())
        name = tls.server_name(server_hostname or "")
        try:
            stream = await self._stream.start_tls(ssl_context, name, timeout)
            if self._fingerprint:
                tls.check_pin(stream.get_extra_info("ssl_object"), self._fingerprint)
        except BaseException as error:
            await self._stream.aclose()  # httpcore leaves it open when it is cancelled
            if isinstance(error, tls.PinMismatch):
                raise httpcore.ConnectError(str(error)) from error
            raise
        return PacedStream(stream)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PacedBackend(httpcore.AsyncNetworkBackend):
    """Connections of asyncio's, paced; the time to connect counts for TLS too."""

    def __init__(self, fingerprint: str = "") -> None:
        self._backend = httpcore.AnyIOBackend()
        self._fingerprint = fingerprint

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        began = asyncio.get_running_loop().time()
        stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        connect_by = None if timeout is None else began + timeout
        return PacedStream(stream, self._fingerprint, connect_by)

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PacedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool of paced connections; asks no proxy, no .netrc."""

    def __init__(self, *, encrypted: bool, fingerprint: str = "") -> None:
        self._pool = httpcore.AsyncConnectionPool(
            # A server at http:// needs no certificates read.
            ssl_context=tls.context_for(fingerprint) if encrypted else None,
            max_connections=None,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=PacedBackend(fingerprint),
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except asyncio.CancelledError:
            await self._close_unused()
            raise

    async def _close_unused(self) -> None:
        """Close connections that were made for a request which was cancelled right then.

        httpcore would keep them for ever: they are neither idle nor anybody's.
        """
        taken = [asked.connection for asked in self._pool._requests]  # noqa: SLF001
        for connection in self._pool.connections:
            if connection not in taken and "NEW" in connection.info():
                await connection.aclose()
