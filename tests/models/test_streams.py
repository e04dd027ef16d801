"""Streams with faults, over real sockets, through both clients."""

from __future__ import annotations

import asyncio
import gzip
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from faults import answers, replay
from faults.answers import chat_line, done_line, http_close, http_ok
from faults.readers import Reader, Reply, ask, endpoint_of, read, reply_of
from faults.server import HANG, RESET, FaultServer, Script

from gui.errors import (
    ContextOverflow,
    LineTooLong,
    ModelNotFound,
    NotOllama,
    OndolError,
    ReplyFailedMidway,
    StreamCut,
    StreamGarbled,
)
from gui.models.client import ModelClient
from gui.models.ndjson import MAX_LINE, MAX_MALFORMED
from gui.records import Endpoint, ServerKind


def _reply(script: Script, reader: Reader) -> Reply:
    with FaultServer({"/api/chat": script}) as server:
        return reply_of(server, reader)


def test_whole_reply(reader: Reader) -> None:
    reply = _reply(answers.chat("one", " two"), reader)
    assert (reply.text, reply.error) == ("one two", None)
    assert reply.final is not None
    assert reply.final["eval_count"] == 3


@pytest.mark.parametrize("count", [0, 1, 200])
def test_net_01_connection_reset_midway(reader: Reader, count: int) -> None:
    tokens = [answers.chunk(chat_line(f"{n} ")) for n in range(count)]
    reply = _reply([answers.chunked_head(), *tokens, 0.1, RESET], reader)
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
    assert _reply(answers.chat("again"), reader).text == "again"


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
    reply = _reply(script, reader)
    assert reply.text == "half"
    assert isinstance(reply.error, StreamCut)


@pytest.mark.parametrize("script", [http_close(), http_ok(), answers.http_body(b"")])
def test_net_02_empty_body(reader: Reader, script: Script) -> None:
    reply = _reply(script, reader)
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
    reply = _reply(script, reader)
    assert reply.text == "one two"
    assert type(reply.error) is error
    if "boom" in str(text):
        assert "The server stopped the reply: boom" in str(reply.error)


SEPARATORS = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei"


def _raw_line(text: str) -> bytes:
    return chat_line("@").replace(b"@", text.encode())


def test_net_04_one_byte_at_a_time(reader: Reader) -> None:
    stream = b"".join(
        [
            b"\xef\xbb\xbf",
            chat_line("온돌 🔥 "),
            chat_line("@").replace(b"@", rb"\ud83d\ude00\n\"q\" "),
            b"\r\n\n",
            chat_line("crlf ")[:-1] + b"\r\n",
            _raw_line(SEPARATORS),
            done_line(),
        ]
    )
    reply = _reply(http_close(*(stream[n : n + 1] for n in range(len(stream)))), reader)
    assert reply.error is None
    assert reply.text == '온돌 🔥 😀\n"q" crlf ' + SEPARATORS


def test_net_04_many_lines_in_one_chunk(reader: Reader) -> None:
    lines = b"".join(chat_line(f"{n}") for n in range(9)) + done_line()
    assert _reply(http_close(lines), reader).text == "012345678"


def test_net_05_raw_separators(reader: Reader) -> None:
    reply = _reply(http_ok(*(_raw_line(c) for c in SEPARATORS), done_line()), reader)
    assert (reply.text, reply.error) == (SEPARATORS, None)


def test_net_06_invalid_utf8(reader: Reader) -> None:
    odd = [b"\xff\xfe", b"\xc0\xaf", b"\x80", b"\xed\xa0\x80"]
    lines = [chat_line("@").replace(b"@", b"<" + each + b">") for each in odd]
    reply = _reply(http_ok(*lines, done_line()), reader)
    assert reply.error is None
    assert reply.text.replace("\ufffd", "") == "<><><><>"
    assert "\ufffd" in reply.text


def test_net_06_utf16_body(reader: Reader) -> None:
    body = (chat_line("x") * 20 + done_line()).decode().encode("utf-16")
    assert isinstance(_reply(http_close(body), reader).error, StreamGarbled)


def test_net_06_declared_charset_is_not_believed(reader: Reader) -> None:
    lines = chat_line("온돌") + done_line()
    head = answers.head(content_type="application/x-ndjson; charset=utf-16")
    assert _reply([head, lines], reader).text == "온돌"


def test_net_07_text_that_cannot_be_stored(reader: Reader) -> None:
    odd = [rb"\ud83d", rb"\ude00", rb"\u0000", rb"\uffff"]
    lines = [chat_line("@").replace(b"@", each) for each in odd]
    reply = _reply(http_ok(*lines, done_line()), reader)
    assert reply.error is None
    assert reply.text == "\ufffd\ufffd\ufffd\uffff"


@pytest.mark.parametrize(
    "value", [b"9" * 10_000, b"1e999", b"NaN", b"-Infinity", b'"x"', b"null", b"[]", b"true"]
)
def test_net_07_counts_that_are_none(reader: Reader, value: bytes) -> None:
    last = done_line().replace(b'"eval_count":3', b'"eval_count":' + value)
    reply = _reply(http_ok(chat_line("kept"), last), reader)
    assert (reply.text, reply.error) == ("kept", None)
    assert reply.final is not None
    assert not reply.final.get("eval_count")


def test_net_07_deep_nesting_and_duplicate_keys(reader: Reader) -> None:
    deep = b'{"message":' + b"[" * 100_000 + b"\n"
    twice = chat_line("first").replace(b'"content"', b'"content":"zero","content"')
    reply = _reply(http_ok(twice, deep, chat_line(" last"), done_line()), reader)
    assert reply.text == "first last"
    assert isinstance(reply.error, StreamGarbled)


MALFORMED = [
    b'{"message":{"content":"br\n',
    b"[1,2]\n",
    b'"x"\n',
    b"null\n",
    b"5\n",
    b'{"message":[],"done":false}\n',
    b'{"message":{"role":"assistant","content":5},"done":false}\n',
    b'{"message":{"role":"assistant","content":["a"]},"done":false}\n',
    b'{"message":{"role":"assistant","content":{}},"done":false}\n',
    b'{"message":{"content":"x","thinking":1}}\n',
    b'{"message":{"role":"assistant","content":"x"},"done":"yes"}\n',
]


@pytest.mark.parametrize("line", MALFORMED)
def test_net_08_one_malformed_line(reader: Reader, line: bytes) -> None:
    reply = _reply(http_ok(chat_line("one"), line, chat_line(" two"), done_line()), reader)
    assert reply.text == "one two"
    assert reply.final is not None
    assert isinstance(reply.error, StreamGarbled)


HARMLESS = [
    b'{"message":null,"done":false}\n',
    b'{"message":{"content":null}}\n',
    b'{"message":{"role":7,"content":"","images":3,"tool_calls":"x"}}\n',
    b'{"model":7,"created_at":5,"done_reason":[],"logprobs":[1],"message":{},"done":false}\n',
    b'{"error":null}\n',
    b"{}\n",
]


@pytest.mark.parametrize("line", HARMLESS)
def test_net_08_odd_line_without_loss(reader: Reader, line: bytes) -> None:
    reply = _reply(http_ok(chat_line("one"), line, chat_line(" two"), done_line()), reader)
    assert (reply.text, reply.error) == ("one two", None)


def test_net_08_too_many_malformed_lines(reader: Reader) -> None:
    noise = [b"noise\n"] * (MAX_MALFORMED + 1)
    reply = _reply(http_ok(chat_line("one"), *noise, chat_line(" two"), done_line()), reader)
    assert reply.text == "one"
    assert isinstance(reply.error, StreamGarbled)


def _endless(data: bytes, megabytes: int) -> Iterator[bytes]:
    yield answers.head()
    yield chat_line("kept")
    for _ in range(megabytes):
        yield data * 2**20


@pytest.mark.parametrize("data", [b"x", b" ", b"\xff"])
def test_net_09_line_of_64_megabytes(reader: Reader, data: bytes) -> None:
    reply = _reply(_endless(data, 64), reader)
    assert reply.text == "kept"
    assert isinstance(reply.error, LineTooLong)


def test_net_09_memory_stays_flat(reader: Reader) -> None:
    with FaultServer({"/api/chat": lambda _: _endless(b"x", 64)}) as server:

        async def risen(client: ModelClient) -> int:
            await read(client, reader)
            process, highest = psutil.Process(), 0
            before = process.memory_info().rss
            reading = asyncio.create_task(read(client, reader))
            while not reading.done():
                highest = max(highest, process.memory_info().rss)
                await asyncio.sleep(0.002)
            return highest - before

        assert ask(server, risen) < 32 * 2**20
        assert MAX_LINE == 8 * 2**20


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


def test_net_13_unknown_keys_are_left_out(reader: Reader) -> None:
    unknown = [
        b'{"event":"execute","data":"alert(1)"}\n',
        b'{"message":{"role":"assistant","content":" b","html":"<b>"},"signin_url":"http://x"}\n',
        b'{"message":{"role":"assistant","content":" c","tool_calls":[{"function":5},7]}}\n',
    ]
    reply = _reply(http_ok(chat_line("a"), *unknown, done_line(evil={"a": 1})), reader)
    assert (reply.text, reply.error) == ("a b c", None)
    assert reply.final is not None
    assert "evil" not in reply.final


def test_net_13_sound_tool_call_goes_through() -> None:
    call = {"function": {"name": "f", "arguments": {"a": ["@"]}}, "id": "1"}
    line = answers.line({"message": {"tool_calls": [call]}}).replace(b"@", rb"\ud83d")
    script = http_ok(line, done_line())

    async def calls(client: ModelClient) -> list[object]:
        stream = await client.ollama_client().chat("m", [], stream=True)
        return [call async for chunk in stream for call in chunk.message.tool_calls or ()]

    with FaultServer({"/api/chat": script}) as server:
        (seen,) = ask(server, calls)
    assert seen.function.arguments == {"a": ["\ufffd"]}


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
    reply = _reply(script, reader)
    assert "502 Bad Gateway" in str(reply.error)


def test_bytes_after_the_last_line_do_not_matter(reader: Reader) -> None:
    lines = [chat_line("all"), done_line(), b"junk\n", chat_line("more")]
    reply = _reply([answers.chunked_head(), *map(answers.chunk, lines), RESET], reader)
    assert (reply.text, reply.error) == ("all", None)


def test_server_that_never_closes_after_the_last_line(reader: Reader) -> None:
    script = [answers.head(), chat_line("all"), done_line(), HANG]
    assert _reply(script, reader).text == "all"


def test_html_instead_of_a_stream(reader: Reader) -> None:
    login = answers.http_body(b"<html>Log in</html>", content_type="text/html")
    assert isinstance(_reply(login, reader).error, NotOllama)


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
