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

PACE_SECONDS = 0.015
_SMALL_BYTES = 4096
_IDLE_CONNECTIONS = 8


class PacedStream(httpcore.AsyncNetworkStream):
    """A connection whose small reads are at least `PACE_SECONDS` apart."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
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
        return PacedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PacedBackend(httpcore.AsyncNetworkBackend):
    """Connections of asyncio's, paced."""

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return PacedStream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PacedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool of paced connections; reads no environment."""

    def __init__(self, *, verify: bool) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(verify=verify, trust_env=False),
            max_connections=None,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=PacedBackend(),
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
