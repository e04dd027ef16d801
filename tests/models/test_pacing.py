"""A fast stream is read in few wake-ups; a slow one and a large one never wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gui.models.pacing import PACE_SECONDS, PacedBackend, PacedStream


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
