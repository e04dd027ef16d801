"""SRV-07 and SRV-08 on a real engine: what hostile and clumsy clients cost."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from engine_process import STARTER, EngineUnderTest

MB = 2**20
ENDLESS = {
    "model": STARTER,
    "messages": [{"role": "user", "content": "Count to one million."}],
    "options": {"num_predict": 1_000_000},
}


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[EngineUnderTest]:
    """An engine for one test: its memory and its end are about this test alone."""
    with EngineUnderTest(tmp_path / "engine") as running:
        yield running


def _head(engine: EngineUnderTest, *lines: str, path: str = "/api/show") -> bytes:
    token = f"Authorization: Bearer {engine.token}"
    head = [f"POST {path} HTTP/1.1", "Host: localhost", token, *lines]
    return "\r\n".join((*head, "", "")).encode()


def _memory(engine: EngineUnderTest) -> int:
    resident: int = psutil.Process(engine.pid).memory_info().rss
    return resident


def _status(engine: EngineUnderTest, request: bytes, more: bytes = b"", most: int = 0) -> int:
    """The status of the answer to `request`, `more` being sent until it comes or `most` is out."""
    with socket.create_connection(engine.address, timeout=20) as connection:
        connection.sendall(request)
        connection.settimeout(0)
        sent, answer, rest = 0, b"", memoryview(more)
        end = time.monotonic() + 20
        while not answer and time.monotonic() < end:
            with contextlib.suppress(BlockingIOError):
                answer = connection.recv(100)
            if sent < most:
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    went = connection.send(rest)
                    sent, rest = sent + went, rest[went:] or memoryview(more)
    return int(answer.split()[1])


def _open_files(number: int) -> None:
    """Let this process open so many files, or skip the test."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number:
        if hard < number:
            pytest.skip(f"no more than {hard} open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def _peak(engine: EngineUnderTest) -> int:
    """The most memory it ever had, in bytes."""
    status = Path(f"/proc/{engine.pid}/status").read_text("ascii", "replace")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Content-Length: 1073741824"], 413),
        (["Content-Length: 99999999999999999999"], 413),
        (["Content-Length: -1"], 400),
        (["Content-Length: 1e3"], 400),
        (["Content-Length: 5", "Content-Length: 6"], 400),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: gzip, chunked"], 400),
    ],
)
def test_lengths_that_are_refused_before_any_body(
    engine: EngineUnderTest, lines: list[str], status: int
) -> None:
    assert _status(engine, _head(engine, *lines)) == status


def test_a_gigabyte_is_refused_in_little_peak(own_engine: EngineUnderTest) -> None:
    """Announced or in chunks, however much of it comes."""
    before = _peak(own_engine)
    announced = _head(own_engine, "Content-Length: 1073741824")
    assert _status(own_engine, announced, bytes(MB), 1024 * MB) == 413
    chunked = _head(own_engine, "Transfer-Encoding: chunked")
    chunk = b"100000\r\n" + b" " * MB + b"\r\n"
    assert _status(own_engine, chunked, chunk * 4, 1024 * MB) == 413
    assert _peak(own_engine) - before < 50 * MB


def test_without_the_token_no_body_is_taken(engine: EngineUnderTest) -> None:
    head = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    assert _status(engine, head) == 401


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hundred_thousand_headers(own_engine: EngineUnderTest) -> None:
    before = _peak(own_engine)
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(100_000))
    assert _status(own_engine, _head(own_engine)[:-2] + many) == 400
    assert _peak(own_engine) - before < 50 * MB


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"model":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"model": NaN}',
        b'{"options": {"temperature": -Infinity}}',
        b'{"keep_alive": ' + b"9" * 10_000 + b"}",
    ],
)
def test_json_that_is_none(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/api/show", content=content)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_images_may_be_large_and_text_may_not(http: httpx.Client) -> None:
    """ENG-09: 20 MB of base64 are read; 9 MB of words are not."""
    image = {"role": "user", "content": "x", "images": ["A" * 20 * MB]}
    answer = http.post("/api/show", json={"model": "", "messages": [image]})
    assert (answer.status_code, answer.json()["error"]) == (400, "model is required")
    word = {"role": "user", "content": "x" * 9 * MB}
    answer = http.post("/api/show", json={"model": "", "messages": [word]})
    assert (answer.status_code, answer.json()["error"]) == (
        413,
        "the request has more than 8 MB of text",
    )


def test_a_body_that_would_become_a_hundred_times_as_much(own_engine: EngineUnderTest) -> None:
    before = _memory(own_engine)
    with own_engine.client() as client:
        content = b'{"model":"","x":[' + b"[]," * (10 * MB) + b"[]]}"
        answer = client.post("/api/show", content=content)
    assert (answer.status_code, answer.json()["error"]) == (413, "the request has too many values")
    assert _memory(own_engine) - before < 50 * MB


def test_large_bodies_share_a_budget(own_engine: EngineUnderTest) -> None:
    """Five that hold 60 MB each would be 300: one is refused; what ended is free again."""
    head = _head(own_engine, f"Content-Length: {60 * MB}")
    with contextlib.ExitStack() as opened:
        waiting = []
        for _ in range(5):
            connection = socket.create_connection(own_engine.address, timeout=20)
            waiting.append(opened.enter_context(connection))
            with contextlib.suppress(ConnectionError):
                connection.sendall(head + bytes(60 * MB - 1))
        answer = waiting[-1].recv(100)
        assert answer.startswith(b"HTTP/1.1 503 ")
    with own_engine.client() as client:
        body = {"model": "", "images": ["A" * 60 * MB]}
        assert client.post("/api/show", json=body).status_code == 400


def test_a_crowd_does_not_keep_others_out(own_engine: EngineUnderTest) -> None:
    """200 slow heads, 1,000 idle keep-alives, readers of nothing; and the end within 3 s."""
    _open_files(3000)
    with contextlib.ExitStack() as opened:

        def connect(sent: bytes) -> socket.socket:
            connection = socket.create_connection(own_engine.address, timeout=10)
            connection.sendall(sent)
            return opened.enter_context(connection)

        slow = [connect(b"G") for _ in range(200)]
        content = json.dumps(ENDLESS).encode()
        asked = _head(own_engine, f"Content-Length: {len(content)}", path="/api/chat") + content
        reads_nothing = connect(asked)
        idle = [connect(_head(own_engine, "Content-Length: 2") + b"{}") for _ in range(1000)]
        for connection in slow:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"E")
        for connection in idle[-50:]:
            assert connection.recv(12) == b"HTTP/1.1 400"
        with own_engine.client() as client:
            started = time.monotonic()
            assert client.get("/api/version").status_code == 200
            assert time.monotonic() - started < 1
        assert reads_nothing.recv(12) == b"HTTP/1.1 200"
        before = _memory(own_engine)
        time.sleep(2)
        assert _memory(own_engine) - before < 20 * MB
        started = time.monotonic()
        own_engine.process.send_signal(signal.SIGTERM)
        assert own_engine.process.wait(timeout=10) == 0
        assert time.monotonic() - started < 3


def test_a_client_that_left_costs_no_more_time(own_engine: EngineUnderTest) -> None:
    """SRV-07: at most a second."""
    with own_engine.client() as client:
        with client.stream("POST", "/api/chat", json=ENDLESS) as answer:
            next(answer.iter_raw())
        started = time.monotonic()
        body = {**ENDLESS, "options": {"num_predict": 1}, "stream": False}
        assert client.post("/api/chat", json=body).status_code == 200
        assert time.monotonic() - started < 1
    assert "POST /api/chat 200 " in own_engine.log_text()
    assert ", cut off" in own_engine.log_text()


@pytest.mark.parametrize("path", ["/", "/api/version", "/api/tags"])
def test_head_is_answered_as_get_without_a_body(http: httpx.Client, path: str) -> None:
    answer = http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == http.get(path).headers["content-type"]


def test_unknown_paths_and_wrong_methods(http: httpx.Client) -> None:
    for path in ("/nothing", "/api", "/api/chat/", "/%2e%2e/etc/passwd"):
        answer = http.get(path)
        assert (answer.status_code, answer.text) == (404, "404 page not found")
    for method, path in (("GET", "/api/chat"), ("POST", "/api/tags"), ("PUT", "/")):
        answer = http.request(method, path)
        assert (answer.status_code, answer.text) == (405, "405 method not allowed")
