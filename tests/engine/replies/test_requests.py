"""Bodies as Go's decoder takes and refuses them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gui.engine.replies.fields import decode_body
from gui.engine.replies.requests import (
    read_chat,
    read_embed,
    read_generate,
    read_model,
)
from gui.engine.wire import ApiError


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "missing request body"),
        (b"  \n", "missing request body"),
        (b"x", "invalid character 'x' looking for beginning of value"),
        (b'{"a":', "unexpected EOF"),
        (b'{"a":"b', "unexpected EOF"),
        (b'{"a":NaN}', "invalid character 'N' looking for beginning of value"),
        (b"[1]", "json: cannot unmarshal array"),
        (b"3", "json: cannot unmarshal number"),
        (b"[" * 100_000, "exceeded max depth"),
        (b'{"a":' + b"9" * 5000 + b"}", "out of range"),
    ],
)
def test_bad_bodies(body: bytes, says: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode_body(body)
    assert refused.value.status == 400
    assert says in refused.value.text


def test_lenient_as_go() -> None:
    assert decode_body(b"null") == {}
    assert decode_body(b' {"MODEL":"m"} trailing junk') == {"model": "m"}
    assert read_model({"name": "old"}) == "old"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"model": 1}, 400, "cannot unmarshal number into Go struct field ChatRequest.model"),
        ({"stream": "yes"}, 400, "ChatRequest.stream of type bool"),
        ({"messages": "hi"}, 400, "ChatRequest.messages"),
        ({"messages": [1]}, 400, "ChatRequest.messages"),
        ({"messages": [{"content": ["parts"]}]}, 400, "Message.content of type string"),
        ({"top_logprobs": 21}, 400, "top_logprobs must be between 0 and 20"),
        ({"top_logprobs": "x"}, 400, "of type int"),
        ({"format": "xml"}, 500, 'invalid format: "xml"; expected "json" or a valid JSON Schema'),
        ({"format": 3}, 500, "invalid format: 3"),
        ({"think": "loud"}, 400, 'invalid think value: "loud" (must be "high", "medium", "low"'),
        ({"options": {"num_ctx": 1}}, 400, 'option "num_ctx"'),
        ({"options": [1]}, 400, "options"),
    ],
)
def test_refused_fields(body: dict[str, Any], status: int, says: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_chat(body)
    assert refused.value.status == status
    assert says in refused.value.text


def test_schema_is_bounded() -> None:
    """ENG-11: at most 64 levels and 64 kB."""
    deep: dict[str, Any] = {}
    for _ in range(70):
        deep = {"a": deep}
    for schema, says in ((deep, "nested"), ({"enum": ["x" * 70_000]}, "larger than 64 kB")):
        with pytest.raises(ApiError, match=says):
            read_chat({"format": schema})
    assert read_chat({"format": {"type": "object"}}).schema == {"type": "object"}
    assert read_chat({"format": "json"}).schema == {"type": "object"}
    assert read_chat({"format": ""}).schema is None


def test_defaults_and_messages() -> None:
    request = read_chat(
        {"model": "m", "tools": [], "messages": [{"Role": "USER", "content": "a\ud800b", "x": 1}]}
    )
    assert request.stream
    assert request.truncate
    assert not request.tools
    assert request.keep_alive is None
    assert request.messages == ({"role": "user", "content": "a\ufffdb"},)
    assert read_generate({"prompt": "p", "stream": False, "context": [1]}).context == (1,)


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def test_images_are_checked_before_native_code_sees_them() -> None:
    """REN-08, REN-09: only what is a picture by its first bytes."""
    assert read_chat({"messages": [{"images": [PNG]}]}).has_images
    svg = base64.b64encode(b"<svg/>").decode()
    for image, says in (("?", "illegal base64"), (svg, "not PNG"), (3, "type string")):
        with pytest.raises(ApiError, match=says):
            read_chat({"messages": [{"images": [image]}]})


def test_tool_calls_come_back_whole() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": {"a": ["\ud800"]}}}
    message = {"role": "assistant", "tool_calls": [call]}
    tool = {"role": "tool", "content": "4", "tool_name": "f", "tool_call_id": "c"}
    first, second = read_chat({"messages": [message, tool]}).messages
    (read,) = first["tool_calls"]
    assert read["function"] == {"index": 0, "name": "f", "arguments": {"a": ["\ufffd"]}}
    assert second == tool


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [1]},
        {"tools": [{"function": 1}]},
        {"tools": [{"function": {"name": 3}}]},
        {"messages": [{"tool_calls": [{"function": {"arguments": "{}"}}]}]},
        {"messages": [{"tool_calls": ["x"]}]},
    ],
)
def test_tools_of_the_wrong_type(body: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="cannot unmarshal"):
        read_chat(body)


@pytest.mark.parametrize("context", [["x"], [-1], [2**31], [True], [0] * (2**20 + 1)])
def test_a_context_is_tokens(context: list[Any]) -> None:
    with pytest.raises(ApiError, match="not a list of tokens"):
        read_generate({"context": context})


@pytest.mark.parametrize(
    ("given", "texts"),
    [(None, ()), ("", ()), ([], ()), ("a", ("a",)), (["a", ""], ("a", ""))],
)
def test_inputs_to_embed(given: Any, texts: tuple[str, ...]) -> None:
    assert read_embed({"input": given}).texts == texts


@pytest.mark.parametrize("given", [3, {"a": 1}, ["a", 1], True])
def test_other_inputs_are_refused(given: Any) -> None:
    with pytest.raises(ApiError, match="invalid input type"):
        read_embed({"input": given})


def test_unset_options_of_langchains_embeddings_are_nulls() -> None:
    request = read_embed({"input": "a", "options": {"num_ctx": None, "stop": None}})
    assert request.options == {}
