"""SRV-07: connections that cost too much are closed. The server is real, its app is small."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from gui.engine.connections import Limits, Server
from gui.engine.listening import bind, is_loopback, url_of

QUICK = Limits(head=0.3, idle=3, unread=0.3, linger=0.2, connections=4)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
Running = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _keep_signal_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def _small(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello", "more_body": False})


class _Endless:
    """Streams until the client is gone; `sent` bytes were handed to the server."""

    def __init__(self) -> None:
        self.sent = 0
        self.ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            while not leaving.done():
                await send({"type": "http.response.body", "body": bytes(2**16), "more_body": True})
                self.sent += 2**16
                await asyncio.sleep(0)
        finally:
            leaving.cancel()
            self.ended.set()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def _serving(app: ASGIApp, limits: Limits = QUICK) -> Any:
    listener = bind("127.0.0.1", 0)
    ready = asyncio.Event()
    server = Server(app, ready.set, limits)
    address = listener.getsockname()[:2]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await ready.wait()
    try:
        yield lambda: asyncio.open_connection(*address)
    finally:
        server.should_exit = True
        started = time.monotonic()
        await task
        assert time.monotonic() - started < 3


def _run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))  # type: ignore[arg-type]


async def _closed_after(reader: asyncio.StreamReader, sent: bytes = b"") -> float:
    """Seconds until the server closes; it must have sent just that before."""
    started = time.monotonic()
    # What it has not read when it closes resets the connection.
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 10) == sent
    return time.monotonic() - started


@pytest.mark.parametrize("head", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_head_that_does_not_end(head: bytes) -> None:
    async def test() -> None:
        async with _serving(_small) as connect:
            reader, writer = await connect()
            writer.write(head)
            assert 0.2 < await _closed_after(reader) < 2.5
            writer.close()

    _run(test)


def test_a_head_that_comes_drop_by_drop() -> None:
    async def test() -> None:
        async with _serving(_small) as connect:
            reader, writer = await connect()
            closing = asyncio.create_task(_closed_after(reader))
            while not closing.done():
                writer.write(b"G")
                await asyncio.sleep(0.05)
            assert 0.2 < await closing < 2.5
            writer.close()

    _run(test)


def test_the_second_head_that_does_not_end() -> None:
    async def test() -> None:
        async with _serving(_small) as connect:
            reader, writer = await connect()
            for _ in range(2):
                writer.write(GET)
                answer = await reader.readuntil(b"0\r\n\r\n")
                assert b"hello" in answer
            writer.write(GET[:20])
            assert 0.2 < await _closed_after(reader) < 2.5
            writer.close()

    _run(test)


def test_an_idle_connection_is_kept_for_a_while_then_closed() -> None:
    async def test() -> None:
        async with _serving(_small) as connect:
            reader, writer = await connect()
            writer.write(GET)
            await reader.readuntil(b"0\r\n\r\n")
            assert await _closed_after(reader) > 2.8
            writer.close()

    _run(test)


def test_a_slow_reply_is_no_slow_head() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.8)
        await _small(scope, receive, send)

    async def test() -> None:
        async with _serving(slow) as connect:
            reader, writer = await connect()
            writer.write(GET)
            assert b"hello" in await reader.readuntil(b"0\r\n\r\n")
            writer.close()

    _run(test)


def test_a_client_that_reads_nothing_is_left() -> None:
    """The reply waits for the client, in little memory, and ends with the connection."""

    async def test() -> None:
        app = _Endless()
        async with _serving(app) as connect:
            _, writer = await connect()
            writer.write(GET)
            await asyncio.wait_for(app.ended.wait(), 10)
            assert app.sent < 32 * 2**20
            writer.close()

    _run(test)


def test_a_client_that_reads_slowly_is_served() -> None:
    async def test() -> None:
        app = _Endless()
        async with _serving(app) as connect:
            reader, writer = await connect()
            writer.write(GET)
            end = time.monotonic() + 2
            while time.monotonic() < end:
                assert await reader.read(2**20)
                await asyncio.sleep(0.02)
            assert not app.ended.is_set()
            writer.close()
            await asyncio.wait_for(app.ended.wait(), 1)

    _run(test)


def test_in_a_crowd_the_one_that_waits_longest_goes() -> None:
    async def test() -> None:
        app = _Endless()
        async with _serving(app, Limits(connections=4)) as connect:
            _, served = await connect()
            served.write(GET)
            crowd: list[Running] = []
            for _ in range(9):
                crowd.append(await connect())
                await asyncio.sleep(0.02)
            for reader, _ in crowd[:6]:
                await _closed_after(reader)
            assert not app.ended.is_set()
            assert not any(reader.at_eof() for reader, _ in crowd[6:])
            for _, writer in (*crowd, (None, served)):
                writer.close()

    _run(test)


def test_when_all_are_being_served_the_next_one_is_refused() -> None:
    async def test() -> None:
        async with _serving(_Endless(), Limits(connections=2)) as connect:
            served = [await connect() for _ in range(2)]
            for reader, writer in served:
                writer.write(GET)
                await reader.readuntil(b"\r\n\r\n")
            reader, writer = await connect()
            answer = await asyncio.wait_for(reader.read(), 5)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert answer.endswith(b"\r\n\r\ntoo many connections")
            for one in (*(pair[1] for pair in served), writer):
                one.close()

    _run(test)


def test_a_body_nobody_reads_is_not_taken_for_ever() -> None:
    """SRV-08: after the answer, a client may go on sending for a moment only."""

    async def test() -> None:
        async with _serving(_small) as connect:
            reader, writer = await connect()
            head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n"
            writer.write(head)
            assert b"hello" in await reader.readuntil(b"0\r\n\r\n")
            started = time.monotonic()
            with pytest.raises(ConnectionError):
                while time.monotonic() - started < 5:
                    writer.write(bytes(1000))
                    await writer.drain()
                    await asyncio.sleep(0.01)
            assert time.monotonic() - started < 2
            writer.close()

    _run(test)


def test_shutdown_does_not_wait_for_them() -> None:
    """`_serving` measures it: at most 3 seconds."""

    async def test() -> None:
        async with _serving(_Endless(), Limits()) as connect:
            opened = [await connect() for _ in range(60)]
            for (_, writer), sent in zip(opened, [b"", GET[:10], GET] * 20, strict=True):
                writer.write(sent)
            await asyncio.sleep(0.3)
        for _, writer in opened:
            writer.close()

    _run(test)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost")],
        *[(host, False) for host in ("0.0.0.0", "::", "192.168.1.1", "box.local", "", "1.1")],
    ],
)
def test_who_can_reach_an_address(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_address_as_clients_write_it() -> None:
    with bind("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    if socket.has_ipv6:
        try:
            other = bind("::1", 0)
        except OSError:
            return
        with other:
            assert url_of(other) == f"http://[::1]:{other.getsockname()[1]}"


def test_a_body_that_nobody_read_is_forgotten_once_it_has_come() -> None:
    """The connection goes on: neither a slow answer nor a pause is cut by a timer of before."""
    paths: list[str] = []

    async def early_then_slow(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        if scope["path"] == "/slow":
            await asyncio.sleep(2 * QUICK.linger)
        await _small(scope, receive, send)

    async def answer(reader: asyncio.StreamReader) -> bytes:
        return await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5)

    async def talk() -> None:
        async with _serving(early_then_slow) as connect:
            reader, writer = await connect()
            head = b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
            writer.write(head + b"12345")
            assert b"hello" in await answer(reader)
            writer.write(b"67890")
            for path in (b"/slow", b"/slow"):
                writer.write(GET.replace(b"GET /", b"GET " + path))
                assert b"hello" in await answer(reader)
                await asyncio.sleep(1.5 * QUICK.head)
            writer.close()

    asyncio.run(talk())
    assert paths == ["/early", "/slow", "/slow"]
