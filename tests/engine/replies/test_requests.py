"""Bodies as Go's decoder takes and refuses them."""

from __future__ import annotations

from typing import Any

import pytest

from gui.engine.replies.requests import decode_body, read_chat, read_generate, read_model
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
    assert not request.has_tools
    assert request.messages == ({"role": "user", "content": "a\ufffdb"},)
    assert read_chat({"messages": [{"images": ["aGk="]}]}).has_images
    assert read_generate({"prompt": "p", "stream": False, "context": [1]}).has_context
