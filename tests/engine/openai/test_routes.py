"""`/v1` against the real starter model, over sockets."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import httpx
import pytest
from engine_process import STARTER, EngineUnderTest

GREETING = [{"role": "user", "content": "Say hi."}]
ENDLESS = [{"role": "user", "content": "Count to one million."}]
LEFT = "the reply is stopped before its end"
READING = "reads a prompt of "
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}


def _body(**fields: Any) -> dict[str, Any]:
    short = {"max_tokens": 5, "temperature": 0, "seed": 1}
    return {"model": STARTER, "messages": GREETING, "prompt": "Say hi.", **short, **fields}


def _whole(v1: httpx.Client, path: str = "/v1/chat/completions", **fields: Any) -> dict[str, Any]:
    answer = v1.post(path, json=_body(**fields))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    value: dict[str, Any] = answer.json()
    return value


def _text(v1: httpx.Client, **fields: Any) -> str:
    text: str = _whole(v1, **fields)["choices"][0]["message"]["content"]
    return text


def _events(v1: httpx.Client, path: str, **fields: Any) -> list[dict[str, Any]]:
    answer = v1.post(path, json=_body(stream=True, **fields))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.content.isascii()
    *events, done, rest = answer.content.split(b"\n\n")
    assert (done, rest) == (b"data: [DONE]", b"")
    assert all(event.startswith(b"data: {") for event in events)
    return [json.loads(event[len(b"data: ") :]) for event in events]


def test_a_whole_chat(v1: httpx.Client) -> None:
    whole = _whole(v1)
    assert (whole["object"], whole["model"]) == ("chat.completion", STARTER)
    (choice,) = whole["choices"]
    assert (choice["finish_reason"], choice["message"]["role"]) == ("length", "assistant")
    assert choice["message"]["content"]
    usage = whole["usage"]
    assert usage["completion_tokens"] == 5
    assert usage["prompt_tokens"] > 10
    assert usage["total_tokens"] == usage["prompt_tokens"] + 5


def test_the_stream_joined_is_the_whole(v1: httpx.Client) -> None:
    options = {"include_usage": True}
    *chunks, last, usage = _events(v1, "/v1/chat/completions", stream_options=options)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [delta.get("role") for delta in deltas] == ["assistant", *[None] * (len(deltas) - 1)]
    assert "".join(delta["content"] for delta in deltas) == _text(v1)
    assert last["choices"][0]["finish_reason"] == "length"
    assert (usage["choices"], usage["usage"]) == ([], _whole(v1)["usage"])


def test_completions_stream_and_whole(v1: httpx.Client) -> None:
    chunks = _events(v1, "/v1/completions")
    joined = "".join(chunk["choices"][0]["text"] for chunk in chunks)
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    whole = _whole(v1, "/v1/completions")
    assert whole["object"] == "text_completion"
    assert whole["choices"][0]["text"] == joined != ""
    assert whole["usage"]["completion_tokens"] == 5


def test_stop_ends_a_reply(v1: httpx.Client) -> None:
    text = _text(v1)
    (choice,) = _whole(v1, stop=text[3])["choices"]
    assert choice["message"]["content"] == text[:3].split(text[3])[0]
    assert choice["finish_reason"] == "stop"


def test_a_reply_follows_a_schema(v1: httpx.Client) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "number", "schema": SCHEMA}}
    assert isinstance(json.loads(_text(v1, response_format=wanted, max_tokens=60))["n"], int)


def test_logprobs(v1: httpx.Client) -> None:
    (choice,) = _whole(v1, logprobs=True, top_logprobs=2, max_tokens=3)["choices"]
    entries = choice["logprobs"]["content"]
    assert len(entries) == 3
    assert bytes(entries[0]["bytes"]).decode() == entries[0]["token"]
    assert len(entries[0]["top_logprobs"]) == 2
    chunks = _events(v1, "/v1/chat/completions", logprobs=True, max_tokens=3)
    streamed = [
        entry
        for chunk in chunks
        for entry in chunk["choices"][0].get("logprobs", {"content": []})["content"]
    ]
    assert [entry["token"] for entry in streamed] == [entry["token"] for entry in entries]
    (choice,) = _whole(v1, "/v1/completions", logprobs=1, max_tokens=3)["choices"]
    assert "".join(choice["logprobs"]["tokens"]) == choice["text"]


def test_an_empty_prompt_is_an_empty_answer(v1: httpx.Client) -> None:
    (choice,) = _whole(v1, "/v1/completions", prompt="")["choices"]
    assert (choice["text"], choice["finish_reason"]) == ("", "stop")
    (chunk,) = _events(v1, "/v1/completions", prompt="")
    assert chunk["choices"][0]["text"] == ""


def test_models(v1: httpx.Client) -> None:
    listed = v1.get("/v1/models").json()
    assert listed["object"] == "list"
    starter = next(one for one in listed["data"] if one["id"] == STARTER)
    assert (starter["object"], starter["owned_by"]) == ("model", "library")
    assert starter["created"] > 1_000_000_000
    assert v1.get("/v1/models/SmolLM2:135M").json() == {**starter, "id": "SmolLM2:135M"}


REFUSALS: list[tuple[str, Any, int, str, str]] = [
    ("chat/completions", b"", 400, "invalid_request_error", "missing request body"),
    ("chat/completions", b"{", 400, "invalid_request_error", "unexpected EOF"),
    ("chat/completions", b"[1]", 400, "invalid_request_error", "json: cannot unmarshal array"),
    ("chat/completions", b"[" * 100_000, 400, "invalid_request_error", "exceeded max depth"),
    ("chat/completions", b"null", 400, "invalid_request_error", "[] is too short - 'messages'"),
    ("chat/completions", _body(model=""), 400, "invalid_request_error", "model is required"),
    ("chat/completions", _body(model="a b"), 400, "invalid_request_error", "invalid model name"),
    ("chat/completions", _body(model="Nope"), 404, "not_found_error", "model 'Nope' not found"),
    ("chat/completions", _body(n=2), 400, "invalid_request_error", "n must be 1"),
    (
        "chat/completions",
        _body(reasoning_effort="high"),
        400,
        "invalid_request_error",
        f'"{STARTER}" does not support thinking',
    ),
    (
        "chat/completions",
        _body(tools=[{"type": "function", "function": {"name": "f"}}]),
        400,
        "invalid_request_error",
        f"registry.ollama.ai/library/{STARTER} does not support tools",
    ),
    ("chat/completions", _body(temperature=-3), 400, "invalid_request_error", 'option "temp'),
    ("chat/completions", _body(max_tokens=-9), 400, "invalid_request_error", 'option "num_pred'),
    (
        "chat/completions",
        _body(logprobs=True, top_logprobs=21),
        400,
        "invalid_request_error",
        "top_logprobs must be between 0 and 20",
    ),
    ("completions", _body(model="Nope"), 404, "not_found_error", "model 'Nope' not found"),
    ("completions", _body(prompt=["a", "b"]), 400, "invalid_request_error", "prompt must be"),
    (
        "completions",
        _body(suffix="y"),
        400,
        "invalid_request_error",
        f"registry.ollama.ai/library/{STARTER} does not support insert",
    ),
    ("embeddings", {"model": STARTER}, 400, "invalid_request_error", "invalid input"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("path", "body", "status", "kind", "text"), REFUSALS)
def test_refusals(
    v1: httpx.Client, path: str, body: Any, status: int, kind: str, text: str, stream: bool
) -> None:
    content = body if isinstance(body, bytes) else json.dumps({**body, "stream": stream}).encode()
    answer = v1.post(f"/v1/{path}", content=content)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["message"].startswith(text)
    assert error == {"message": error["message"], "type": kind, "param": None, "code": None}


def test_models_that_are_not_there(v1: httpx.Client) -> None:
    answer = v1.get("/v1/models/acme/nope")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "model 'acme/nope:latest' not found"
    answer = v1.get("/v1/models/..%2Fnope")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "invalid model name"


def _wait_for(engine: EngineUnderTest, text: str, count: int) -> None:
    deadline = time.monotonic() + 30
    while engine.log_text().count(text) < count:
        assert time.monotonic() < deadline, f"the log does not say: {text}"
        time.sleep(0.02)


@pytest.mark.parametrize("stream", [True, False])
def test_leaving_ends_the_reply(v1: httpx.Client, engine: EngineUnderTest, stream: bool) -> None:
    """ENG-12, SRV-07: nothing is generated for a client that is gone."""
    read, left = (engine.log_text().count(text) for text in (READING, LEFT))
    content = json.dumps(_body(messages=ENDLESS, stream=stream, max_tokens=10**6)).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {engine.token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((v1.base_url.host, v1.base_url.port or 80)) as connection:
        connection.sendall(head.encode() + content)
        _wait_for(engine, READING, read + 1)
    _wait_for(engine, LEFT, left + 1)
