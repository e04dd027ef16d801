"""Streams that end, stop or hang where they should not, over real sockets, both clients."""

from __future__ import annotations

import asyncio
import gzip
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from faults import answers, replay
from faults.answers import chat_line, done_line, http_close, http_ok
from faults.readers import Reader, Reply, ask, endpoint_of, read, reply_of, reply_to
from faults.server import HANG, RESET, FaultServer, Script

from gui.errors import (
    ContextOverflow,
    ModelNotFound,
    NotOllama,
    OndolError,
    ReplyFailedMidway,
    StreamCut,
    StreamGarbled,
)
from gui.models.client import ModelClient
from gui.records import Endpoint, ServerKind


def test_whole_reply(reader: Reader) -> None:
    reply = reply_to(answers.chat("one", " two"), reader)
    assert (reply.text, reply.error) == ("one two", None)
    assert reply.final is not None
    assert reply.final["eval_count"] == 3


@pytest.mark.parametrize("count", [0, 1, 200])
def test_net_01_connection_reset_midway(reader: Reader, count: int) -> None:
    tokens = [answers.chunk(chat_line(f"{n} ")) for n in range(count)]
    reply = reply_to([answers.chunked_head(), *tokens, 0.1, RESET], reader)
    assert reply.text == "".join(f"{n} " for n in range(count))
    assert isinstance(reply.error, StreamCut)


def test_net_01_server_killed_midway_and_next_send_works(reader: Reader) -> None:
    script = [sys.executable, str(Path(replay.__file__)), "--tokens", "9999", "--rate", "200"]

    async def killed(url: str, server: subprocess.Popen[str]) -> Reply:
        client = ModelClient(Endpoint(ServerKind.OLLAMA, url))
        reading = asyncio.create_task(read(client, reader))
        await asyncio.sleep(1.5)
        server.send_signal(signal.SIGKILL)
        reply = await reading
        await client.aclose()
        return reply

    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        reply = asyncio.run(killed(server.stdout.readline().strip(), server))
    assert isinstance(reply.error, StreamCut)
    assert reply.text.startswith("The floor was")
    assert reply_to(answers.chat("again"), reader).text == "again"


@pytest.mark.parametrize(
    "script",
    [
        http_close(chat_line("half")),
        http_ok(chat_line("half")),
        http_close(chat_line("half"), chat_line("lost")[:-20]),
        [answers.chunked_head(), answers.chunk(chat_line("half"))],
    ],
    ids=["connection closed", "last chunk", "inside a line", "no last chunk"],
)
def test_net_02_end_without_done(reader: Reader, script: Script) -> None:
    reply = reply_to(script, reader)
    assert reply.text == "half"
    assert isinstance(reply.error, StreamCut)


@pytest.mark.parametrize("script", [http_close(), http_ok(), answers.http_body(b"")])
def test_net_02_empty_body(reader: Reader, script: Script) -> None:
    reply = reply_to(script, reader)
    assert reply.tokens == []
    assert isinstance(reply.error, StreamCut)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("model runner has unexpectedly stopped", ReplyFailedMidway),
        ("model 'm' not found", ModelNotFound),
        ("the input length exceeds the context length", ContextOverflow),
        ('{"error":{"message":"boom","type":"server_error"}}', ReplyFailedMidway),
        ({"message": "boom"}, ReplyFailedMidway),
    ],
)
def test_net_03_error_line(reader: Reader, text: object, error: type[OndolError]) -> None:
    script = http_ok(chat_line("one"), chat_line(" two"), answers.error_line(text))
    reply = reply_to(script, reader)
    assert reply.text == "one two"
    assert type(reply.error) is error
    if "boom" in str(text):
        assert "The server stopped the reply: boom" in str(reply.error)


@pytest.mark.parametrize("count", [0, 10])
def test_net_10_stop_while_silent(reader: Reader, count: int) -> None:
    tokens = [answers.chunk(chat_line("x")) for _ in range(count)]
    script = [answers.chunked_head(), *tokens, HANG]
    with FaultServer({"/api/chat": script}) as server:
        threads = {t for t in threading.enumerate() if not t.name.startswith("fault-")}

        async def stopped(client: ModelClient) -> float:
            reply = Reply()
            task = asyncio.ensure_future(reader(client, reply))
            await asyncio.sleep(0.5)
            assert len(reply.tokens) == count
            assert not task.done()
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - start

        assert ask(server, stopped) < 0.3
        assert server.last("/api/chat").gone.wait(1)
        left = {t for t in threading.enumerate() if not t.name.startswith("fault-")}
        assert left <= threads
    sockets = [c for c in psutil.Process().net_connections() if c.laddr.port == server.port]
    assert sockets == []


def test_net_10_stop_before_the_headers(reader: Reader) -> None:
    with FaultServer({"/api/chat": [HANG]}) as server:

        async def stopped(client: ModelClient) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await read(client, reader)

        ask(server, stopped)
        assert server.last("/api/chat").gone.wait(1)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_net_14_encoded_bodies_are_refused(reader: Reader, encoding: str) -> None:
    bomb = gzip.compress(bytes(10 * 2**20))
    script = [answers.head("200 OK", f"Content-Encoding: {encoding}"), bomb, HANG]
    with FaultServer({"/api/chat": script}) as server:
        reply = reply_of(server, reader)
        assert server.last("/api/chat").headers["accept-encoding"] == "identity"
        assert server.last("/api/chat").gone.wait(1)
    assert isinstance(reply.error, StreamGarbled)


def test_net_14_wrong_encoding_header_on_an_error(reader: Reader) -> None:
    script = [answers.head("502 Bad Gateway", "Content-Encoding: gzip"), b"not gzip"]
    reply = reply_to(script, reader)
    assert "502 Bad Gateway" in str(reply.error)


def test_bytes_after_the_last_line_do_not_matter(reader: Reader) -> None:
    lines = [chat_line("all"), done_line(), b"junk\n", chat_line("more")]
    reply = reply_to([answers.chunked_head(), *map(answers.chunk, lines), RESET], reader)
    assert (reply.text, reply.error) == ("all", None)


def test_server_that_never_closes_after_the_last_line(reader: Reader) -> None:
    script = [answers.head(), chat_line("all"), done_line(), HANG]
    assert reply_to(script, reader).text == "all"


def test_html_instead_of_a_stream(reader: Reader) -> None:
    login = answers.http_body(b"<html>Log in</html>", content_type="text/html")
    assert isinstance(reply_to(login, reader).error, NotOllama)


def test_chat_forbids_truncation(reader: Reader) -> None:
    with FaultServer({"/api/chat": answers.chat("x")}) as server:
        reply_of(server, reader)
        assert server.last("/api/chat").json["truncate"] is False
        assert server.last("/api/chat").json["messages"]


def test_endpoint_headers_are_the_only_credentials(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "not-for-this-server")
    with FaultServer({"/api/chat": answers.chat("x")}) as server:
        reply_of(server, reader)
        assert "authorization" not in server.last("/api/chat").headers

        async def with_token() -> Reply:
            client = ModelClient(endpoint_of(server, ("Authorization", "Bearer t")))
            reply = await read(client, reader)
            await client.aclose()
            return reply

        assert asyncio.run(with_token()).text == "x"
        assert server.last("/api/chat").headers["authorization"] == "Bearer t"


def test_progress_must_end_in_success() -> None:
    lines = [{"status": "pulling manifest"}, {"status": "success"}]

    async def pull(client: ModelClient) -> list[str | None]:
        stream = await client.ollama_client().pull("m", stream=True)
        return [progress.status async for progress in stream]

    with FaultServer({"/api/pull": http_ok(*map(answers.line, lines))}) as server:
        assert ask(server, pull) == ["pulling manifest", "success"]
    with (
        FaultServer({"/api/pull": http_ok(answers.line(lines[0]))}) as server,
        pytest.raises(StreamCut),
    ):
        ask(server, pull)


def test_generate_streams_too() -> None:
    lines = [answers.generate_line("a\x85"), answers.generate_done_line(context=[1, 2])]

    async def generate(client: ModelClient) -> str:
        stream = await client.ollama_client().generate("m", "hi", stream=True)
        return "".join([chunk.response or "" async for chunk in stream])

    with FaultServer({"/api/generate": http_ok(*lines)}) as server:
        assert ask(server, generate) == "a\x85"
