"""Runs of a served chain: in turn, watched, ended in time, their faults told well."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping

import pytest
from served_chains import KEY, InThread, echo, events, prepared

from gui.errors import ContextOverflow, ModelNotFound, ServerBusy, StreamCut
from gui.serve.app import snapshot
from gui.serve.meter import Tell
from gui.serve.runs import Runs

ASK = {"input": {"input": "안녕 <b>"}}
Serve = Callable[..., InThread]


def test_every_route_of_langserve_answers(serve: Serve) -> None:
    server = serve()
    with server.client() as http:
        assert http.post("/chain/invoke", json=ASK).json()["output"] == "heard: 안녕 <b>"
        many = http.post("/chain/batch", json={"inputs": ["a", {"input": "b"}]})
        assert many.json()["output"] == ["heard: a", "heard: b"]
        assert http.post("/chain/batch", json={"inputs": []}).json()["output"] == []
        streamed = events(http.post("/chain/stream", json=ASK).text)
        assert streamed[0][0] == "metadata"
        assert streamed[-1] == ("end", None)
        assert "".join(str(d) for kind, d in streamed if kind == "data") == "heard: 안녕 <b>"
        assert "input" in http.get("/chain/input_schema").json()["properties"]
        assert http.get("/chain/output_schema").json()["type"] == "string"
        assert http.get("/chain/config_schema").status_code == 200
        assert "/chain/invoke" in http.get("/openapi.json").json()["paths"]
        page = http.get("/chain/playground/").text
        assert "INPUT_SCHEMA" in page
        assert http.get("/chain/playground/favicon.ico").status_code == 200
    server.one(count=10)
    done = sorted(server.requests, key=lambda request: request.time)
    assert (done[-1].method, done[-1].route) == ("GET", "/chain/playground/favicon.ico")
    assert {request.status for request in done} == {200}
    assert [request.tokens for request in done[:4]] == [2, 4, 0, 2]
    assert all(r.client == "127.0.0.1" and r.answered == "" for r in server.requests)


FAULTS = [
    (ModelNotFound("secret-model"), 502, "the model server does not have the chain's model"),
    (ServerBusy("10.0.0.7", "why"), 503, "the model server is busy"),
    (StreamCut("10.0.0.7", "why"), 502, "the model server's reply was cut"),
    (ContextOverflow(), 422, "the input is longer than the model can read"),
    (RuntimeError("/home/me/secret.txt"), 500, "the chain failed"),
]


@pytest.mark.parametrize(("problem", "status", "text"), FAULTS, ids=lambda v: type(v).__name__)
def test_srv_10_a_fault_is_told_without_trace_or_path(
    serve: Serve,
    problem: Exception,
    status: int,
    text: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(values: Mapping[str, str], tell: Tell) -> int:
        if values["input"] == "midway":
            tell("so far ")
            await asyncio.sleep(0.05)
        raise problem

    server = serve(prepared(fail))
    caplog.set_level(logging.INFO)
    with server.client() as http:
        for route in ("invoke", "batch"):
            body = {"inputs": ["x"]} if route == "batch" else {"input": "x"}
            answer = http.post(f"/chain/{route}", json=body)
            assert (answer.status_code, answer.json()) == (status, {"detail": text})
            assert ("retry-after" in answer.headers) == (status == 503)
        for route in ("stream", "stream_log"):
            for said in ("x", "midway"):
                answer = http.post(f"/chain/{route}", json={"input": said})
                last = events(answer.text)[-1]
                assert last == ("error", {"status_code": status, "message": text})
        # The server stays.
        assert http.get("/chain/input_schema").status_code == 200
    told = server.requests[0]
    assert told.error
    assert "/home" not in told.error
    assert "Traceback" not in caplog.text
    assert "midway" not in caplog.text


def test_one_line_a_request_and_no_texts_in_it(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gui.serve")
    server = serve()
    with server.client() as http:
        http.post("/chain/invoke?key=abc", json={"input": "very private"})
        server.one()
        http.post("/chain/invoke", json={"input": {"x": "very private"}})
    server.one(count=2)
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("gui.serve")]
    assert len(lines) == 2
    assert lines[0].startswith("POST /chain/invoke 200 ")
    assert lines[0].endswith("2 tokens")
    assert not [line for line in lines if "private" in line or KEY in line or "abc" in line]


def test_with_log_text_the_texts_are_there(serve: Serve) -> None:
    server = serve(keeps_text=True)
    with server.client() as http:
        http.post("/chain/invoke", json={"input": "hello"})
    assert json.loads(server.one().asked) == {"input": "hello"}
    assert server.one().answered == "heard: hello"


class Slow:
    """A chain that says a word now and then, and notes how it ends."""

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.cancelled = threading.Event()
        self.go_on = threading.Event()

    async def run(self, values: Mapping[str, str], tell: Tell) -> int:
        self.started.release()
        try:
            while not self.go_on.is_set():
                tell(f"{values['input']} ")
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return 1


def ask_raw(server: InThread, route: str, said: str = "x") -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", server.port), 10)
    body = json.dumps({"input": said}).encode()
    raw.sendall(
        f"POST /chain/{route} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    return raw


@pytest.mark.parametrize("route", ["invoke", "stream", "stream_log"])
def test_srv_07_a_client_that_leaves_ends_the_generation(serve: Serve, route: str) -> None:
    slow = Slow()
    server = serve(prepared(slow.run))
    raw = ask_raw(server, route)
    assert slow.started.acquire(timeout=5)
    if route != "invoke":
        assert raw.recv(10)
    left = time.monotonic()
    raw.close()
    assert slow.cancelled.wait(1.0)
    assert time.monotonic() - left < 1.0
    done = server.one()
    assert done.error == "the client left"
    assert done.status == (499 if route == "invoke" else 200)
    # Its turn is free again.
    slow.go_on.set()
    with server.client() as http:
        assert http.post("/chain/invoke", json={"input": "y"}).status_code == 200


def test_srv_12_too_many_are_told_to_come_back(serve: Serve) -> None:
    slow = Slow()
    server = serve(prepared(slow.run), running=1, waiting=2)
    asking = [ask_raw(server, "invoke", str(n)) for n in range(10)]
    assert slow.started.acquire(timeout=5)
    server.one(count=7)
    assert [request.status for request in server.requests] == [503] * 7
    slow.go_on.set()
    answers = [one.recv(4096) for one in asking]
    assert sum(b" 200 " in answer[:20] for answer in answers) == 3
    busy = [answer for answer in answers if b" 503 " in answer[:20]]
    assert len(busy) == 7
    assert all(b"retry-after: 5" in answer for answer in busy)
    waited = [r.waited for r in server.requests if r.status == 200]
    assert max(waited) > 0
    for one in asking:
        one.close()


def test_whoever_leaves_while_waiting_makes_room(serve: Serve) -> None:
    slow = Slow()
    server = serve(prepared(slow.run), waiting=1)
    first = ask_raw(server, "stream")
    assert slow.started.acquire(timeout=5)
    waiting = ask_raw(server, "invoke")
    time.sleep(0.1)
    waiting.close()
    assert server.one().status == 499
    second = ask_raw(server, "invoke")
    time.sleep(0.1)
    slow.go_on.set()
    assert b" 200 " in second.recv(100)
    first.close()
    second.close()


def test_srv_13_replies_in_time_are_finished_at_the_end(serve: Serve) -> None:
    slow = Slow()
    server = serve(prepared(slow.run))
    with server.client() as http, http.stream("POST", "/chain/stream", json=ASK) as answer:
        pieces = answer.iter_text()
        next(pieces)
        waiting = ask_raw(server, "invoke")
        time.sleep(0.1)
        server.drain(1.0)
        assert b" 503 " in waiting.recv(100)
        waiting.close()
        slow.go_on.set()
        assert events("".join(pieces))[-1] == ("end", None)


@pytest.mark.parametrize("route", ["stream", "stream_log"])
def test_srv_13_a_reply_that_takes_too_long_is_cut_with_a_word(serve: Serve, route: str) -> None:
    slow = Slow()
    server = serve(prepared(slow.run))
    with server.client() as http, http.stream("POST", f"/chain/{route}", json=ASK) as answer:
        pieces = answer.iter_text()
        next(pieces)
        began = time.monotonic()
        server.drain(0.3)
        rest = "".join(pieces)
    assert time.monotonic() - began < 3
    assert events(rest[rest.index("event: error") :]) == [
        ("error", {"status_code": 503, "message": "the server ends"})
    ]
    assert slow.cancelled.is_set()


def test_srv_13_a_changed_chain_is_served_to_whoever_comes_then(serve: Serve) -> None:
    slow = Slow()
    server = serve(prepared(slow.run), running=2)
    with server.client() as http, http.stream("POST", "/chain/stream", json=ASK) as answer:
        pieces = answer.iter_text()
        next(pieces)
        runs: Runs = server.runs
        runs.snapshot = snapshot(prepared(echo))
        with server.client() as other:
            said = other.post("/chain/invoke", json={"input": "new"}).json()["output"]
            assert said == "heard: new"
        slow.go_on.set()
        assert "heard" not in "".join(pieces)


def test_srv_07_idle_and_slow_connections_do_not_keep_others_out(serve: Serve) -> None:
    server = serve()
    with contextlib.ExitStack() as stack:
        for number in range(100):
            raw = socket.create_connection(("127.0.0.1", server.port), 5)
            stack.callback(raw.close)
            if number % 2:
                raw.sendall(b"POST /chain/invoke HTTP/1.1\r\nX: ")
        with server.client() as http:
            assert http.post("/chain/invoke", json=ASK).status_code == 200


def test_a_reader_that_is_slow_gets_all_of_it_in_fewer_pieces(serve: Serve) -> None:
    async def fast(values: Mapping[str, str], tell: Tell) -> int:
        for number in range(2000):
            tell(f"{number} ")
            if number % 100 == 0:
                await asyncio.sleep(0)
        return 2000

    server = serve(prepared(fast))
    with server.client() as http:
        found = events(http.post("/chain/stream", json=ASK).text)
    texts = [str(data) for kind, data in found if kind == "data"]
    assert "".join(texts) == "".join(f"{n} " for n in range(2000))
    assert len(texts) < 500
    assert server.one().tokens == 2000
