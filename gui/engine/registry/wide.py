"""Reading a fast download in few steps: each read takes all that has come, up to a megabyte.

httpcore reads 64 kB at a time through layers of streams; at hundreds of megabytes a second
what each step costs in Python is then most of the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore
import httpx
from httpcore import SOCKET_OPTION
from typing_extensions import override

_READ = 2**20
_CONNECTIONS = 32


class PlainStream(httpcore.AsyncNetworkStream):
    """A connection without TLS: the socket itself."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        loop = asyncio.get_running_loop()
        async with _faults(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            return await loop.sock_recv(self._connection, max(max_bytes, _READ))

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        loop = asyncio.get_running_loop()
        async with _faults(timeout, httpcore.WriteTimeout, httpcore.WriteError):
            await loop.sock_sendall(self._connection, buffer)

    @override
    async def aclose(self) -> None:
        self._connection.close()

    @override
    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._has_news()
        return self._connection if info == "socket" else None

    def _has_news(self) -> bool:
        """Whether an idle connection got bytes nobody asked for, or was closed."""
        try:
            self._connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True


class WideStream(httpcore.AsyncNetworkStream):
    """A connection with TLS, read in large pieces."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max(max_bytes, _READ), timeout)

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
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
        return WideStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class WideBackend(httpcore.AsyncNetworkBackend):
    """Makes connections to addresses (no names), all with TLS or all without."""

    def __init__(self, *, is_plain: bool) -> None:
        self._is_plain = is_plain
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
        if self._is_plain:
            return await _connected(host, port, timeout)
        return WideStream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class WideTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool of such connections; reads no environment.

    With `tls` it is for https alone, without for http alone.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            network_backend=WideBackend(is_plain=tls is None),
        )


async def _connected(host: str, port: int, seconds: float | None) -> PlainStream:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with _faults(seconds, httpcore.ConnectTimeout, httpcore.ConnectError):
            await asyncio.get_running_loop().sock_connect(connection, (host, port))
    except BaseException:
        connection.close()
        raise
    return PlainStream(connection)


@contextlib.asynccontextmanager
async def _faults(
    seconds: float | None, late: type[Exception], broken: type[Exception]
) -> AsyncIterator[None]:
    """Give what goes wrong inside the names that httpx knows."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as problem:
        raise late(str(problem)) from problem
    except OSError as problem:
        raise broken(str(problem)) from problem
