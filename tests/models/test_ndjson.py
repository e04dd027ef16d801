"""The reframer itself: any chunking, any line."""

from __future__ import annotations

import copy
import itertools
import json
import random
import string
from collections.abc import Iterator
from typing import Any

import pytest
from faults import answers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ollama import ChatResponse, GenerateResponse, ProgressResponse
from pydantic import BaseModel

from gui.errors import LineTooLong, StreamCut, StreamGarbled
from gui.models.lines import CHAT, GENERATE, PROGRESS, Shape, storable_text
from gui.models.ndjson import Reframer

TEXTS = (
    "Plain words, ",
    'quotes " and \\ and \n\t\r, ',
    "온돌은 따뜻하다, ",
    "a\u2028b\u2029c\u0085d, ",
    "👩‍👩‍👧 🔥 é, ",
    "<b>&amp;</b>, ",
)
RAW = "x\x0bx\x0cx\x1cx\x1dx\x1ex"
WHOLE = "".join(TEXTS) + "😀" + RAW + "last"
GOLDEN = b"".join(
    [
        b"\xef\xbb\xbf",
        *(answers.chat_line(text) for text in TEXTS),
        b"\n\r\n",
        answers.chat_line("@").replace(b"@", rb"\ud83d\ude00")[:-1] + b"\r\n",
        answers.chat_line("@").replace(b"@", RAW.encode()),
        answers.chat_line("last", thinking="hm"),
        answers.done_line(),
    ]
)


def _reframer(shape: Shape = CHAT, max_line: int = 8 * 2**20) -> Reframer:
    return Reframer(shape, "127.0.0.1:11434", max_line)


def _objects(passed_on: bytes) -> list[dict[str, Any]]:
    """What the clients make of it: httpx splits like str.splitlines."""
    return [json.loads(line) for line in passed_on.decode("ascii").splitlines()]


def _text(passed_on: bytes) -> str:
    return "".join(line["message"]["content"] for line in _objects(passed_on))


def _cut(stream: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Chunks of these sizes, over and over."""
    start = 0
    for size in itertools.cycle(sizes):
        if start >= len(stream):
            return
        yield stream[start : start + size]
        start += size


def _through(reframer: Reframer, chunks: list[bytes]) -> bytes:
    return b"".join([*map(reframer.feed, chunks), reframer.finish()])


@settings(
    max_examples=2000,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_net_04_any_chunking_gives_the_same_text(sizes: list[int]) -> None:
    reframer = _reframer()
    assert _text(_through(reframer, list(_cut(GOLDEN, sizes)))) == WHOLE
    assert reframer.done
    assert reframer.failure is None


def test_net_04_one_byte_chunks() -> None:
    reframer = _reframer()
    chunks = [GOLDEN[n : n + 1] for n in range(len(GOLDEN))]
    assert _text(_through(reframer, chunks)) == WHOLE


def test_sound_ascii_lines_pass_unchanged() -> None:
    stream = answers.chat_line("a") + answers.chat_line("b") + answers.done_line()
    assert _through(_reframer(), [stream]) == stream


def test_last_line_needs_no_newline() -> None:
    reframer = _reframer()
    stream = answers.chat_line("a") + answers.done_line()[:-1]
    assert _text(_through(reframer, [stream])) == "a"
    assert reframer.done


def test_lines_before_a_fault_are_passed_on() -> None:
    reframer = _reframer()
    assert _text(reframer.feed(answers.chat_line("kept") + answers.error_line("boom"))) == "kept"
    assert "boom" in str(reframer.failure)
    assert reframer.feed(answers.chat_line("no")) == b""


def test_net_08_lost_lines_are_told_at_the_end() -> None:
    reframer = _reframer()
    passed_on = _through(
        reframer,
        [answers.chat_line("a") + b"{oops\n" + answers.chat_line("b"), answers.done_line()],
    )
    assert _text(passed_on) == "ab"
    assert reframer.done
    assert isinstance(reframer.failure, StreamGarbled)


def test_net_02_cut_line_is_a_cut_not_garbage() -> None:
    reframer = _reframer()
    _through(reframer, [answers.chat_line("a") + answers.chat_line("b")[:-9]])
    assert isinstance(reframer.failure, StreamCut)


def test_net_09_limit_counts_one_line() -> None:
    reframer = _reframer(max_line=1000)
    for _ in range(50):
        reframer.feed(answers.chat_line("x" * 100))
    assert reframer.failure is None
    reframer.feed(b"x" * 600)
    assert reframer.failure is None
    reframer.feed(b"x" * 600)
    assert isinstance(reframer.failure, LineTooLong)
    assert reframer.feed(b"x" * 600) == b""


JUNK = (
    *(None, True, False, 5, -1, 2**70, 1.5, 1e300, "", "x", "\ud83d\0", [], [1], {}, {"a": [{}]}),
    *([["x"]], [{"token": 5}], [{"token": "t", "logprob": 1, "top_logprobs": [3]}]),
)
FULL: dict[str, Any] = {
    **json.loads(answers.done_line(error="", status="success", response="r", thinking="t")),
    "message": {
        "role": "assistant",
        "content": "온돌",
        "thinking": "hm",
        "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
    },
    "logprobs": [{"token": "t", "logprob": -1.0, "top_logprobs": [{"token": "t", "logprob": 0}]}],
    "context": [1, 2],
    "total": 1,
    "completed": 1,
    "digest": "d",
}


def _spoil(value: Any, chance: random.Random) -> Any:
    """`value` with junk at a random place."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = chance.choice(list(keys))
        value[key] = _spoil(value[key], chance)
        return value
    return copy.deepcopy(chance.choice(JUNK))


@pytest.mark.parametrize(
    ("shape", "response"),
    [(CHAT, ChatResponse), (GENERATE, GenerateResponse), (PROGRESS, ProgressResponse)],
    ids=["chat", "generate", "progress"],
)
def test_net_08_whatever_passes_has_the_shape_the_clients_want(
    shape: Shape, response: type[BaseModel]
) -> None:
    chance = random.Random(8)
    passed = 0
    for _ in range(2000):
        line = copy.deepcopy(FULL)
        for _ in range(chance.randint(1, 3)):
            line = _spoil(line, chance)
        for sound in _objects(_through(_reframer(shape), [json.dumps(line).encode() + b"\n"])):
            response(**sound).model_dump_json().encode("utf-8")
            passed += 1
    assert passed > 500


def test_net_08_noise_never_raises() -> None:
    noise = random.Random(8)
    for _ in range(2000):
        line = bytes(noise.choices(string.printable.encode() + bytes(range(256)), k=40))
        _through(_reframer(), [line])


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("nul\0", "nul\ufffd"),
        ("온돌\0", "온돌\ufffd"),
        ("\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("😀", "😀"),
        ("\uffff", "\uffff"),
    ],
)
def test_net_07_storable_text(text: str, stored: str) -> None:
    assert storable_text(text) == stored
