"""Ollama's chunks become OpenAI's objects and events."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

from gui.engine.openai import answers, errors
from gui.engine.openai.answers import Stamp
from gui.engine.openai.events import ChatEncoding, CompletionEncoding
from gui.engine.wire import ApiError

Chunk = dict[str, Any]
COUNTS = {"prompt_eval_count": 7, "eval_count": 3}
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
LOGPROB = {"token": "한", "logprob": -0.5, "bytes": [237, 149, 156]}
TOP = {**LOGPROB, "top_logprobs": [LOGPROB, {"token": "a", "logprob": -2.0, "bytes": [97]}]}
ADD = {"id": "call_1", "function": {"index": 0, "name": "add", "arguments": {"글": "<한>"}}}
ADDED = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "add", "arguments": '{"글":"<한>"}'},
}


def _part(content: str = "", **fields: Any) -> Chunk:
    message = {"role": "assistant", "content": content}
    for name in ("thinking", "tool_calls"):
        if name in fields:
            message[name] = fields.pop(name)
    return {"model": "m", "created_at": "", "message": message, "done": False, **fields}


def _last(reason: str = "stop", **fields: Any) -> Chunk:
    return _part(**fields) | {"done": True, "done_reason": reason, **COUNTS}


def _piece(response: str = "", **fields: Any) -> Chunk:
    return {"model": "m", "created_at": "", "response": response, "done": False, **fields}


def _chat(*parts: Chunk) -> dict[str, Any]:
    whole = answers.chat_completion(Stamp("chatcmpl-", "M"), parts)
    assert whole["id"].startswith("chatcmpl-")
    assert isinstance(whole["created"], int)
    assert (whole["object"], whole["model"]) == ("chat.completion", "M")
    assert (whole["system_fingerprint"], whole["usage"]) == ("fp_ollama", USAGE)
    (choice,) = whole["choices"]
    assert choice["index"] == 0
    found: dict[str, Any] = choice
    return found


def _events(encoding: ChatEncoding | CompletionEncoding, *parts: Chunk) -> list[dict[str, Any]]:
    """The events of a whole stream; what they have in common is checked and left out."""
    written = b"".join(encoding.chunk(part) for part in parts)
    assert written.isascii()
    *events, done, rest = written.split(b"\n\n")
    assert (done, rest) == (b"data: [DONE]", b"")
    found = [json.loads(event.removeprefix(b"data: ")) for event in events]
    heads = ("id", "object", "created", "model", "system_fingerprint")
    assert len({tuple(event.pop(name) for name in heads) for event in found}) == 1
    return found


def _stream(*parts: Chunk, include_usage: bool = False) -> list[dict[str, Any]]:
    """The choices of a whole chat."""
    events = _events(ChatEncoding(Stamp("chatcmpl-", "M"), include_usage=include_usage), *parts)
    return [choice for event in events for choice in event["choices"]]


def _deltas(*parts: Chunk) -> list[tuple[dict[str, Any], str | None]]:
    return [(choice["delta"], choice["finish_reason"]) for choice in _stream(*parts)]


def test_a_whole_chat() -> None:
    choice = _chat(_part("he"), _part("llo"), _last())
    message = {"role": "assistant", "content": "hello"}
    assert choice == {"index": 0, "message": message, "finish_reason": "stop"}


def test_a_chat_that_came_whole() -> None:
    choice = _chat(_last("length") | {"message": {"content": "hi"}})
    message = {"role": "assistant", "content": "hi"}
    assert choice == {"index": 0, "message": message, "finish_reason": "length"}


def test_a_whole_chat_with_everything() -> None:
    parts = (
        _part(thinking="h"),
        _part(thinking="m", logprobs=[LOGPROB]),
        _part("a", logprobs=[TOP]),
        _part(tool_calls=[ADD]),
        _last(),
    )
    choice = _chat(*parts)
    assert choice["message"] == {
        "role": "assistant",
        "content": "a",
        "reasoning": "hm",
        "tool_calls": [ADDED],
    }
    assert choice["finish_reason"] == "tool_calls"
    assert choice["logprobs"] == {"content": [{**LOGPROB, "top_logprobs": []}, TOP]}


@pytest.mark.parametrize(
    ("reason", "finish"), [("stop", "stop"), ("length", "length"), ("load", "stop")]
)
def test_finish_reasons(reason: str, finish: str) -> None:
    assert _chat(_last(reason))["finish_reason"] == finish
    assert _deltas(_last(reason))[-1][1] == finish
    done: Chunk = {"done": True, "done_reason": reason}
    whole = answers.text_completion(Stamp("cmpl-", "M"), [_piece(**done)])
    assert whole["choices"][0]["finish_reason"] == finish


def test_a_streamed_chat() -> None:
    assert _deltas(_part("he"), _part("llo"), _last()) == [
        ({"role": "assistant", "content": "he"}, None),
        ({"content": "llo"}, None),
        ({"content": ""}, "stop"),
    ]


def test_thinking_and_text_in_one_chunk_are_two_events() -> None:
    parts = (_part(thinking="hm"), _part("a", thinking="m", logprobs=[LOGPROB]), _last())
    assert _deltas(*parts) == [
        ({"role": "assistant", "content": "", "reasoning": "hm"}, None),
        ({"content": "", "reasoning": "m"}, None),
        ({"content": "a"}, None),
        ({"content": ""}, "stop"),
    ]
    logprobs = {"content": [{**LOGPROB, "top_logprobs": []}]}
    assert [choice.get("logprobs") for choice in _stream(*parts)] == [None, logprobs, None, None]


def test_the_end_of_a_chunk_that_is_two_events_comes_once() -> None:
    last = _last() | {"message": {"content": "a", "thinking": "m"}}
    assert [finish for _, finish in _deltas(last)] == [None, "stop"]


def test_streamed_calls_are_numbered_through() -> None:
    """Clients join what has the same index, so two calls may not share one."""
    second = {"function": {"name": "now"}}
    deltas = _deltas(_part(tool_calls=[ADD]), _part("and", tool_calls=[second]), _last("length"))
    (first_delta, _), (second_delta, _), (end, finish) = deltas
    assert first_delta == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"index": 0, **ADDED}],
    }
    (call,) = second_delta["tool_calls"]
    assert call.pop("id").startswith("call_")
    assert call == {"index": 1, "type": "function", "function": {"name": "now", "arguments": "{}"}}
    assert (end, finish) == ({"content": ""}, "tool_calls")


def test_usage_comes_last_and_only_when_asked_for() -> None:
    parts = (_part("hi"), _last())
    for encoding in (ChatEncoding, CompletionEncoding):
        stamp = Stamp("", "M")
        *others, last = _events(encoding(stamp, include_usage=True), *parts)
        assert last == {"choices": [], "usage": USAGE}
        assert [event["usage"] for event in others] == [None, None]
        assert len(others) == 2
        events = _events(encoding(stamp, include_usage=False), *parts)
        assert not any("usage" in event for event in events)
        assert len(events) == 2


def test_a_completion_streamed_and_whole() -> None:
    end: Chunk = {"done": True, "done_reason": "length", **COUNTS}
    parts = (_piece("한", logprobs=[TOP]), _piece("ab", logprobs=[LOGPROB]), _piece(**end))
    whole = answers.text_completion(Stamp("cmpl-", "M"), parts)
    assert whole["id"].startswith("cmpl-")
    assert (whole["object"], whole["usage"]) == ("text_completion", USAGE)
    (choice,) = whole["choices"]
    tops = [{"한": -0.5, "a": -2.0}, {}]
    logprobs = {
        "tokens": ["한", "한"],
        "token_logprobs": [-0.5, -0.5],
        "top_logprobs": tops,
        "text_offset": [0, 1],
    }
    assert choice == {"index": 0, "text": "한ab", "finish_reason": "length", "logprobs": logprobs}
    events = _events(CompletionEncoding(Stamp("cmpl-", "M"), include_usage=False), *parts)
    choices = [event["choices"][0] for event in events]
    assert [one["text"] for one in choices] == ["한", "ab", ""]
    assert [one["finish_reason"] for one in choices] == [None, None, "length"]
    assert [one["logprobs"]["text_offset"] for one in choices[:2]] == [[0], [1]]


def test_embeddings() -> None:
    answer = {"embeddings": [[0.5, -1.0], [0.0, 0.25]], "prompt_eval_count": 4}
    listed = answers.embedding_list("M", answer, in_base64=False)
    assert listed == {
        "object": "list",
        "model": "M",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5, -1.0]},
            {"object": "embedding", "index": 1, "embedding": [0.0, 0.25]},
        ],
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    packed = answers.embedding_list("M", answer, in_base64=True)["data"][0]["embedding"]
    assert struct.unpack("<2f", base64.b64decode(packed)) == (0.5, -1.0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (404, "not_found_error"),
        (413, "invalid_request_error"),
        (500, "api_error"),
        (503, "api_error"),
    ],
)
def test_errors(status: int, kind: str) -> None:
    error = {"message": "no", "type": kind, "param": None, "code": None}
    assert errors.error_object(ApiError(status, "no")) == {"error": error}
    assert errors.refusal(ApiError(status, "no")).status_code == status
