"""A fast stream is read in few wake-ups; a slow one and a large one never wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gui.models.pacing import PACE_SECONDS, PacedBackend, PacedStream, PacedTransport


@asynccontextmanager
async def served(pieces: list[bytes], pause: float) -> AsyncIterator[PacedStream]:
    """A connection to a server that writes `pieces`, `pause` seconds apart, then closes."""

    async def write(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        writer.close()

    server = await asyncio.start_server(write, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stream = await PacedBackend().connect_tcp("127.0.0.1", port, 3)
    assert isinstance(stream, PacedStream)
    try:
        yield stream
    finally:
        await stream.aclose()
        server.close()
        await server.wait_closed()


async def read_all(pieces: list[bytes], pause: float) -> list[bytes]:
    reads = []
    async with served(pieces, pause) as stream:
        while data := await stream.read(65536):
            reads.append(data)
    return reads


def test_many_small_pieces_come_in_few_reads() -> None:
    pieces = [f"{n}\n".encode() for n in range(200)]
    reads = asyncio.run(read_all(pieces, 0.001))
    assert b"".join(reads) == b"".join(pieces)
    assert len(reads) < 80


def test_a_slow_stream_is_read_piece_by_piece() -> None:
    pieces = [b"a", b"b", b"c"]
    assert asyncio.run(read_all(pieces, PACE_SECONDS * 4)) == pieces


def test_what_is_written_is_answered_at_once() -> None:
    async def ask() -> float:
        async with served([b"hello"], 0.1) as stream:
            assert await stream.read(100) == b"hello"
            await stream.write(b"again")
            ready = stream._not_before
            assert await stream.read(100) == b""
            return ready

    assert asyncio.run(ask()) == 0.0


def test_large_reads_do_not_wait() -> None:
    async def read() -> list[float]:
        pauses = []
        async with served([b"x" * 200_000], 0.0) as stream:
            while data := await stream.read(65536):
                if len(data) >= 4096:
                    pauses.append(stream._not_before - asyncio.get_running_loop().time())
        return pauses

    assert max(asyncio.run(read())) <= 0


def test_a_request_cancelled_while_it_connects_leaves_no_connection() -> None:
    """httpcore keeps a connection that was made, but got no request, for ever."""

    async def main() -> None:
        state = {"open": 0}

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            state["open"] += 1
            with contextlib.suppress(ConnectionError):
                await reader.read(2**16)
                await reader.read()
            state["open"] -= 1
            writer.close()

        server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = PacedTransport(encrypted=False)
        for ticks in range(60):
            request = httpx.Request("GET", f"http://127.0.0.1:{port}/", extensions={"timeout": {}})
            asking = asyncio.create_task(transport.handle_async_request(request))
            for _ in range(ticks % 30):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait((asking,))
        await asyncio.sleep(0.2)
        assert state["open"] == 0
        await transport.aclose()
        server.close()

    asyncio.run(main())
