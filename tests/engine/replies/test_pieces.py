"""Pieces of replies in the chunks that llama.cpp sends."""

from __future__ import annotations

import re
from typing import Any

from gui.engine.replies.pieces import NativeParser, OwnParser, Piece, shown_logprobs


def _delta(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": finish, "index": 0, "delta": delta}]}


def _call(index: int, *, name: str = "", arguments: str = "", id_: str = "") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {
        "index": index,
        "function": function,
        **({"id": id_, "type": "function"} if id_ else {}),
    }


def test_text_and_thinking_go_their_ways() -> None:
    parser = NativeParser()
    assert parser.feed(_delta(role="assistant", content=None)) == Piece()
    assert parser.feed(_delta(reasoning_content="Hm")) == Piece(thinking="Hm")
    assert parser.feed(_delta(content="Yes")) == Piece(text="Yes")
    assert not parser.feed({"choices": [], "usage": {"prompt_tokens": 1}})


def test_a_tool_call_is_shown_once_it_is_whole() -> None:
    parser = NativeParser()
    assert not parser.feed(_delta(tool_calls=[_call(0, name="add", id_="x1")]))
    assert not parser.feed(_delta(tool_calls=[_call(0, arguments='{"a":')]))
    assert not parser.feed(_delta(tool_calls=[_call(0, arguments=" 1}")]))
    (first,) = parser.feed(_delta(tool_calls=[_call(1, name="now")])).tool_calls
    assert first == {"id": "x1", "function": {"index": 0, "name": "add", "arguments": {"a": 1}}}
    (second,) = parser.feed(_delta(finish="tool_calls")).tool_calls
    assert second["function"] == {"index": 1, "name": "now", "arguments": {}}
    assert re.fullmatch("call_[a-z0-9]{8}", second["id"])


def test_a_tool_call_that_the_end_cut_is_no_call() -> None:
    parser = NativeParser()
    parser.feed(_delta(tool_calls=[_call(0, name="add", arguments='{"a": ')]))
    assert parser.feed(_delta(finish="length")) == Piece()


def test_logprobs_have_as_many_alternatives_as_wanted() -> None:
    entry = {"token": "a", "logprob": -1.0, "bytes": [97], "id": 3}
    chunk = {
        "choices": [{"text": "a", "logprobs": {"content": [{**entry, "top_logprobs": [entry]}]}}]
    }
    piece = OwnParser(None).feed(chunk)
    assert piece.text == "a"
    plain = {"token": "a", "logprob": -1.0, "bytes": [97]}
    assert shown_logprobs(piece, 0) == [plain]
    assert shown_logprobs(piece, 1) == [{**plain, "top_logprobs": [plain]}]
