"""A client that leaves stops its reply; the next one is served (ENG-12, SRV-07)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_process import STARTER, EngineUnderTest

LEFT = "the reply is stopped before its end"
READING = "a prompt of "
ENDLESS = {"num_predict": 1_000_000, "num_ctx": 8192, "temperature": 0}
SHORT = [{"role": "user", "content": "Count to one million."}]
LONG = [{"role": "user", "content": "".join(f"{n} and " for n in range(1000))}]


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[EngineUnderTest]:
    """An engine for one test, so that its log is about this test alone."""
    with EngineUnderTest(tmp_path / "engine") as running:
        yield running


def _ask(engine: EngineUnderTest, body: dict[str, Any]) -> socket.socket:
    content = json.dumps({"model": STARTER, "options": ENDLESS, **body}).encode()
    connection = socket.create_connection(engine.address, timeout=60)
    head = (
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {engine.token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    connection.sendall(head.encode() + content)
    return connection


def _wait_for_answer(connection: socket.socket) -> None:
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def _next_is_served(engine: EngineUnderTest) -> None:
    """Left alone, the endless reply would keep the engine busy for hours."""
    options = {**ENDLESS, "num_predict": 1}
    with engine.client() as client:
        body = {"model": STARTER, "messages": SHORT[:1], "options": options, "stream": False}
        assert client.post("/api/chat", json=body).status_code == 200


def test_leaving_while_tokens_come(own_engine: EngineUnderTest) -> None:
    connection = _ask(own_engine, {"messages": SHORT})
    _wait_for_answer(connection)
    connection.close()
    _next_is_served(own_engine)
    assert own_engine.log_text().count(LEFT) == 1


@pytest.mark.parametrize("stream", [True, False])
def test_leaving_before_the_first_byte(own_engine: EngineUnderTest, stream: bool) -> None:
    connection = _ask(own_engine, {"messages": LONG, "stream": stream})
    while READING not in own_engine.log_text():
        time.sleep(0.02)
    connection.close()
    _next_is_served(own_engine)
    assert own_engine.log_text().count(LEFT) == 1


def test_leaving_while_waiting_in_the_queue(own_engine: EngineUnderTest) -> None:
    first = _ask(own_engine, {"messages": SHORT})
    _wait_for_answer(first)
    waiting = [_ask(own_engine, {"messages": SHORT}) for _ in range(3)]
    for connection in (*waiting, first):
        connection.close()
    _next_is_served(own_engine)
    assert own_engine.log_text().count(LEFT) == 1


def test_requests_are_served_in_turn(own_engine: EngineUnderTest) -> None:
    few = {"options": {**ENDLESS, "num_predict": 3}, "messages": SHORT}
    connections = [_ask(own_engine, few) for _ in range(4)]
    for connection in connections:
        with connection, connection.makefile("rb") as answer:
            while b'"done":true' not in (line := answer.readline()):
                assert line


def test_a_load_that_was_left_serves_the_next_one(own_engine: EngineUnderTest) -> None:
    connection = _ask(own_engine, {"messages": []})
    time.sleep(0.2)
    connection.close()
    with own_engine.client() as client:
        options = {"num_ctx": 8192, "num_predict": 4}
        body = {"model": STARTER, "messages": SHORT, "options": options, "stream": False}
        assert client.post("/api/chat", json=body).json()["done"] is True
    assert own_engine.log_text().count("loaded smollm2") == 1
