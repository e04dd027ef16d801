"""What the lines of a stream can hold, over real sockets, through both clients."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psutil
import pytest
from faults import answers
from faults.answers import chat_line, done_line, http_close, http_ok
from faults.readers import Reader, ask, read, reply_to
from faults.server import FaultServer

from gui.errors import (
    LineTooLong,
    StreamGarbled,
)
from gui.models.client import ModelClient
from gui.models.ndjson import MAX_LINE, MAX_MALFORMED

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
    reply = reply_to(http_close(*(stream[n : n + 1] for n in range(len(stream)))), reader)
    assert reply.error is None
    assert reply.text == '온돌 🔥 😀\n"q" crlf ' + SEPARATORS


def test_net_04_many_lines_in_one_chunk(reader: Reader) -> None:
    lines = b"".join(chat_line(f"{n}") for n in range(9)) + done_line()
    assert reply_to(http_close(lines), reader).text == "012345678"


def test_net_05_raw_separators(reader: Reader) -> None:
    reply = reply_to(http_ok(*(_raw_line(c) for c in SEPARATORS), done_line()), reader)
    assert (reply.text, reply.error) == (SEPARATORS, None)


def test_net_06_invalid_utf8(reader: Reader) -> None:
    odd = [b"\xff\xfe", b"\xc0\xaf", b"\x80", b"\xed\xa0\x80"]
    lines = [chat_line("@").replace(b"@", b"<" + each + b">") for each in odd]
    reply = reply_to(http_ok(*lines, done_line()), reader)
    assert reply.error is None
    assert reply.text.replace("\ufffd", "") == "<><><><>"
    assert "\ufffd" in reply.text


def test_net_06_utf16_body(reader: Reader) -> None:
    body = (chat_line("x") * 20 + done_line()).decode().encode("utf-16")
    assert isinstance(reply_to(http_close(body), reader).error, StreamGarbled)


def test_net_06_declared_charset_is_not_believed(reader: Reader) -> None:
    lines = chat_line("온돌") + done_line()
    head = answers.head(content_type="application/x-ndjson; charset=utf-16")
    assert reply_to([head, lines], reader).text == "온돌"


def test_net_07_text_that_cannot_be_stored(reader: Reader) -> None:
    odd = [rb"\ud83d", rb"\ude00", rb"\u0000", rb"\uffff"]
    lines = [chat_line("@").replace(b"@", each) for each in odd]
    reply = reply_to(http_ok(*lines, done_line()), reader)
    assert reply.error is None
    assert reply.text == "\ufffd\ufffd\ufffd\uffff"


@pytest.mark.parametrize(
    "value", [b"9" * 10_000, b"1e999", b"NaN", b"-Infinity", b'"x"', b"null", b"[]", b"true"]
)
def test_net_07_counts_that_are_none(reader: Reader, value: bytes) -> None:
    last = done_line().replace(b'"eval_count":3', b'"eval_count":' + value)
    reply = reply_to(http_ok(chat_line("kept"), last), reader)
    assert (reply.text, reply.error) == ("kept", None)
    assert reply.final is not None
    assert not reply.final.get("eval_count")


def test_net_07_deep_nesting_and_duplicate_keys(reader: Reader) -> None:
    deep = b'{"message":' + b"[" * 100_000 + b"\n"
    twice = chat_line("first").replace(b'"content"', b'"content":"zero","content"')
    reply = reply_to(http_ok(twice, deep, chat_line(" last"), done_line()), reader)
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
    reply = reply_to(http_ok(chat_line("one"), line, chat_line(" two"), done_line()), reader)
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
    reply = reply_to(http_ok(chat_line("one"), line, chat_line(" two"), done_line()), reader)
    assert (reply.text, reply.error) == ("one two", None)


def test_net_08_too_many_malformed_lines(reader: Reader) -> None:
    noise = [b"noise\n"] * (MAX_MALFORMED + 1)
    reply = reply_to(http_ok(chat_line("one"), *noise, chat_line(" two"), done_line()), reader)
    assert reply.text == "one"
    assert isinstance(reply.error, StreamGarbled)


def _endless(data: bytes, megabytes: int) -> Iterator[bytes]:
    yield answers.head()
    yield chat_line("kept")
    for _ in range(megabytes):
        yield data * 2**20


@pytest.mark.parametrize("data", [b"x", b" ", b"\xff"])
def test_net_09_line_of_64_megabytes(reader: Reader, data: bytes) -> None:
    reply = reply_to(_endless(data, 64), reader)
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


def test_net_13_unknown_keys_are_left_out(reader: Reader) -> None:
    unknown = [
        b'{"event":"execute","data":"alert(1)"}\n',
        b'{"message":{"role":"assistant","content":" b","html":"<b>"},"signin_url":"http://x"}\n',
        b'{"message":{"role":"assistant","content":" c","tool_calls":[{"function":5},7]}}\n',
    ]
    reply = reply_to(http_ok(chat_line("a"), *unknown, done_line(evil={"a": 1})), reader)
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
