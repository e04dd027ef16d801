"""One readable line a request, with nothing of its content."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re

import pytest
from starlette.types import Message, Receive, Scope, Send

from gui.engine.api.request_log import RequestLog

START: Message = {"type": "http.response.start", "status": 200, "headers": []}


def _line(caplog: pytest.LogCaptureFixture, *messages: Message, path: str = "/api/chat") -> str:
    """What is logged for an app that sends these messages and then fails."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        raise ConnectionError

    async def nothing(*_message: Message) -> Message:
        return {}

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": path.encode(),
        "query_string": b"key=hidden",
        "client": ("127.0.0.1", 5),
    }
    caplog.set_level(logging.INFO)
    with contextlib.suppress(ConnectionError):
        asyncio.run(RequestLog(app)(scope, nothing, nothing))  # type: ignore[arg-type]
    (record,) = caplog.records
    return re.sub(r"\d\.\d\ds", "0.00s", record.getMessage())


def _body(size: int, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": bytes(size), "more_body": more}


def test_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    line = _line(caplog, START, _body(1000, more=True), _body(234, more=False))
    assert line == "POST /api/chat 200 0.00s 127.0.0.1 1.2 kB"


def test_a_stream_that_was_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    line = _line(caplog, START, _body(3, more=True))
    assert line == "POST /api/chat 200 0.00s 127.0.0.1 3 B, cut off"


def test_a_client_that_left_at_once(caplog: pytest.LogCaptureFixture) -> None:
    assert _line(caplog) == "POST /api/chat 499 0.00s 127.0.0.1 0 B, cut off"


def test_paths_of_others_stay_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    line = _line(caplog, path="/a%0Ab" + "x" * 5000)
    assert line.startswith("POST /a%0Abxxx")
    assert len(line) < 200
    assert "\n" not in line
