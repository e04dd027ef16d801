"""Answers are closed whole: a connection is given back however the reader leaves."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest

from gui.models.client import ModelClient
from gui.records import Endpoint, ServerKind


@pytest.mark.parametrize("path", ["/api/chat", "/api/version"])
def test_cancelled_while_an_answer_is_closed(path: str) -> None:
    """httpcore counts it as closed first and closes it then."""
    body = b'{"version":"1"}    \n'
    if path == "/api/chat":
        body = b'{"model":"m","message":{"role":"assistant","content":"hello"},"done":true}\n'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(head + body)
        writer.close()

    async def closing(response: httpx.Response) -> None:
        await response.aclose()

    async def main() -> None:
        server = await asyncio.start_server(answered, "127.0.0.1", 0)
        url = "http://{}:{}".format(*server.sockets[0].getsockname())
        client = ModelClient(Endpoint(ServerKind.OLLAMA, url))
        pool = client.transport._pool._pool
        for ticks in range(20):
            request = httpx.Request("POST" if path == "/api/chat" else "GET", url + path)
            response = await client.transport.handle_async_request(request)
            async for _ in response.stream:  # type: ignore[union-attr]
                pass
            task = asyncio.create_task(closing(response))
            for _ in range(ticks):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait((task,))
            if ticks:  # the first one never began
                assert not pool._requests, ticks
            await response.aclose()
        assert len(pool.connections) == 1
        await client.aclose()
        await asyncio.sleep(0.05)  # the server's side ends too
        server.close()

    asyncio.run(main())
