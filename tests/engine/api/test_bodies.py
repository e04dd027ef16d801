"""JSON bodies: limits on size, time and memory (SRV-08, ENG-09)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from gui.engine.api import bodies
from gui.engine.api.bodies import BodyBudget, read_body
from gui.engine.wire import ApiError


def _receiving(pieces: Iterable[bytes], *, ends: bool = True) -> Receive:
    waiting = list(pieces)

    async def receive() -> Message:
        if not waiting and not ends:
            await asyncio.Event().wait()
        piece = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": piece, "more_body": bool(waiting) or not ends}

    return receive


def _scope(length: int | None = None) -> Scope:
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": "http", "method": "POST", "path": "/", "headers": headers}


def _read(*pieces: bytes, length: int | None = None) -> dict[str, Any]:
    return asyncio.run(read_body(Request(_scope(length), _receiving(pieces))))


def _refused(*pieces: bytes, length: int | None = None) -> tuple[int, str]:
    with pytest.raises(ApiError) as refusal:
        _read(*pieces, length=length)
    return refusal.value.status, refusal.value.text


def test_a_body_in_pieces() -> None:
    assert _read(b'{"Mo', b'del":', b' "x"} rest') == {"model": "x"}


def test_a_length_that_says_too_much_is_refused_unread() -> None:
    assert _refused(length=64 * 2**20 + 1) == (413, "the request is larger than 64 MB")


def test_a_body_of_unknown_length_may_be_a_quarter() -> None:
    piece = b" " * 2**20
    assert _refused(*[piece] * 17) == (413, "the request is larger than 16 MB")
    assert _read(*[piece] * 15, b"{}") == {}
    assert _read(*[piece] * 17, b"{}", length=17 * 2**20 + 2) == {}


def test_a_body_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SLOWEST_BODY", 0.05)
    http = Request(_scope(), _receiving([b"{"], ends=False))
    with pytest.raises(ApiError, match="too slowly") as refusal:
        asyncio.run(read_body(http))
    assert refusal.value.status == 408


LARGE = {"%s": "A" * 9 * 2**20, "가": "가" * 3 * 2**20}


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ('{"prompt":"%s"}', False),
        ('{"messages":[{"content":"%s"}]}', False),
        ('{"prompt":"%s","x":{"y":["%s"]}}', False),
        # 9 MB of bytes, 3 million characters
        ('{"prompt":"가"}', True),
        ('{"images":["%s"]}', True),
        ('{"messages":[{"content":"x","Images":["%s"]}]}', True),
        ('{"messages":[{"content":[{"image_url":{"url":"%s"}}]}]}', True),
        ('{"messages":[{"content":[{"source":{"data":"%s"}}]}]}', True),
    ],
    ids=range(8),
)
def test_eng_09_large_files_but_no_large_texts(body: str, fits: bool) -> None:
    for mark, text in LARGE.items():
        body = body.replace(mark, text[: len(text) // max(1, body.count(mark)) + 1])
    content = body.encode()
    if fits:
        assert _read(content)
    else:
        assert _refused(content) == (413, "the request has more than 8 MB of text")


@pytest.mark.parametrize("item", [b"[],", b"{},", b"1,"])
def test_more_values_than_memory_is_meant_for(item: bytes) -> None:
    content = b'{"x":[' + item * 2_000_000 + b"1]}"
    assert _refused(content, length=len(content)) == (413, "the request has too many values")


def test_bodies_are_counted_until_they_are_answered() -> None:
    async def test() -> None:
        answer = asyncio.Event()
        read: list[Any] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            read.append(await read_body(Request(scope, receive)))
            await answer.wait()

        async def send(message: Message) -> None:
            raise AssertionError

        def ask(content: bytes) -> asyncio.Task[None]:
            return asyncio.create_task(budget(_scope(), _receiving([content]), send))  # type: ignore[arg-type]

        budget = BodyBudget(app, most=20)
        waiting = [ask(b'{"x":1}      ') for _ in range(1)]
        await asyncio.sleep(0.01)
        with pytest.raises(ApiError, match="too many large requests") as refusal:
            await ask(b'{"x":22222}')
        assert refusal.value.status == 503
        waiting.append(ask(b'{"x":3}'))
        await asyncio.sleep(0.01)
        answer.set()
        await asyncio.gather(*waiting)
        await ask(b'{"x":4}             ')
        assert [one["x"] for one in read] == [1, 3, 4]

    asyncio.run(test())
