"""OpenAI's bodies become Ollama's, or a refusal below 500; never anything else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.engine.openai.requests import read_chat, read_completion, read_embedding
from gui.engine.wire import ApiError, to_json

PIXEL = base64.b64encode(b"\x89PNG").decode()
ASKED = [{"role": "user", "content": "hi"}]
DEFAULTS = {"temperature": 1.0, "top_p": 1.0}
CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def _chat(**fields: Any) -> dict[str, Any]:
    return read_chat({"model": "m", "messages": ASKED, **fields}).body


def _completion(**fields: Any) -> dict[str, Any]:
    return read_completion({"model": "m", "prompt": "x", **fields}).body


def test_a_chat_in_its_shortest_form() -> None:
    body = {"model": "m", "messages": ASKED, "stream": True, "options": DEFAULTS}
    assert _chat() == body
    request = read_chat({"model": "m", "messages": ASKED})
    assert (request.stream, request.include_usage, request.model) == (False, False, "m")


def test_a_completion_in_its_shortest_form() -> None:
    body = {"model": "m", "prompt": "x", "stream": True, "options": DEFAULTS}
    assert _completion() == body


@pytest.mark.parametrize("read", [_chat, _completion])
@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"temperature": 0}, {"temperature": 0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"seed": -7}, {"seed": -7}),
        ({"frequency_penalty": 0.5}, {"frequency_penalty": 0.5}),
        ({"presence_penalty": -1}, {"presence_penalty": -1}),
        ({"max_tokens": 9}, {"num_predict": 9}),
        ({"max_tokens": None, "temperature": None, "stop": None}, {}),
        ({"stop": "END"}, {"stop": ["END"]}),
        ({"stop": ["a", "b"]}, {"stop": ["a", "b"]}),
        ({"n": 1, "user": "u", "logit_bias": {}, "store": False}, {}),
        ({"MAX_Tokens": 9}, {"num_predict": 9}),
    ],
)
def test_options(
    read: Callable[..., dict[str, Any]], fields: dict[str, Any], options: dict[str, Any]
) -> None:
    assert read(**fields)["options"] == {**DEFAULTS, **options}


def test_the_newer_limit_counts() -> None:
    options = _chat(max_tokens=5, max_completion_tokens=9)["options"]
    assert options["num_predict"] == 9


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (None, {}),
        ({"type": "text"}, {}),
        ({"type": "json_object"}, {"format": "json"}),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": SCHEMA}},
            {"format": SCHEMA},
        ),
    ],
)
def test_response_format(wanted: object, fields: dict[str, Any]) -> None:
    assert _chat(response_format=wanted) == {**_chat(), **fields}


@pytest.mark.parametrize(
    ("effort", "think"),
    [
        ("none", False),
        ("minimal", "low"),
        ("low", "low"),
        ("medium", "medium"),
        ("high", "high"),
        ("xhigh", "max"),
        ("ultra", "max"),
        ("max", "max"),
    ],
)
def test_effort(effort: str, think: bool | str) -> None:
    assert _chat(reasoning_effort=effort)["think"] == think
    assert _chat(reasoning={"effort": effort})["think"] == think
    assert _chat(reasoning={"effort": effort}, reasoning_effort="medium")["think"] == think


def test_no_effort() -> None:
    empty: list[dict[str, Any]] = [{}, {"reasoning": {}}, {"reasoning_effort": ""}]
    for fields in (*empty, {"reasoning_effort": None}):
        assert "think" not in _chat(**fields)


def test_tools_and_their_results() -> None:
    messages = [
        {"role": "Developer", "content": "be brief"},
        {"role": "user", "content": "add", "name": "kim"},
        {"role": "assistant", "content": None, "reasoning": "hm", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
        {"role": "tool", "tool_call_id": "unknown", "content": "3"},
        {"role": "tool", "name": "named", "tool_call_id": "call_1", "content": "4"},
    ]
    body = _chat(messages=messages, tools=[TOOL], tool_choice="auto")
    assert body["tools"] == [TOOL]
    assert body["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "add"},
        {
            "role": "assistant",
            "content": "",
            "thinking": "hm",
            "tool_calls": [{"id": "call_1", "function": {"name": "add", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "2", "tool_call_id": "call_1", "tool_name": "add"},
        {"role": "tool", "content": "3", "tool_call_id": "unknown"},
        {"role": "tool", "content": "4", "tool_call_id": "call_1", "tool_name": "named"},
    ]
    assert "tools" not in _chat(tools=[TOOL], tool_choice="none")
    assert "tools" not in _chat(tools=[])


@pytest.mark.parametrize("text", ["", "null", "{}"])
def test_calls_without_arguments(text: str) -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": text}}
    (message,) = _chat(messages=[{"role": "assistant", "tool_calls": [call]}])["messages"]
    assert message["tool_calls"][0]["function"]["arguments"] == {}


def test_a_tool_id_used_twice_means_the_last_call_before_the_result() -> None:
    def called(name: str) -> dict[str, Any]:
        call = {"id": "same", "function": {"name": name, "arguments": "{}"}}
        return {"role": "assistant", "tool_calls": [call]}

    result = {"role": "tool", "tool_call_id": "same", "content": ""}
    messages = _chat(messages=[called("one"), result, called("two"), result])["messages"]
    assert [messages[1]["tool_name"], messages[3]["tool_name"]] == ["one", "two"]


def test_parts() -> None:
    content = [
        {"type": "text", "text": "one"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "input_image", "image_url": f"data:;base64,{PIXEL}"},
        {"type": "input_text", "text": "two"},
        {"type": "refusal", "refusal": "no"},
    ]
    (message,) = _chat(messages=[{"role": "user", "content": content}])["messages"]
    assert message == {"role": "user", "content": "one\n\ntwo\n\nno", "images": [PIXEL, PIXEL]}


def test_logprobs() -> None:
    assert _chat(logprobs=True)["logprobs"] is True
    assert _chat(logprobs=True, top_logprobs=3)["top_logprobs"] == 3
    assert "logprobs" not in _chat(logprobs=False)
    assert _completion(logprobs=2)["top_logprobs"] == 2
    assert _completion(logprobs=0)["logprobs"] is True
    assert "logprobs" not in _completion(logprobs=None)


def test_how_the_answer_is_wanted() -> None:
    fields = {"model": "m", "messages": ASKED, "prompt": "x", "stream": True}
    usage = {"stream_options": {"include_usage": True}}
    for read in (read_chat, read_completion):
        assert read(fields).stream
        assert not read(fields).include_usage
        assert read({**fields, **usage}).include_usage


def test_prompts() -> None:
    assert _completion(prompt=["x"])["prompt"] == "x"
    assert _completion(prompt=None)["prompt"] == ""
    assert _completion(suffix="y", best_of=1, echo=False)["suffix"] == "y"


def test_embeddings() -> None:
    def read(**fields: Any) -> dict[str, Any]:
        return read_embedding({"model": "m", **fields}).body

    assert read(input="a") == {"model": "m", "input": ["a"]}
    assert read(input="") == {"model": "m", "input": [""]}
    both = {"model": "m", "input": ["a", "b"], "dimensions": 8}
    assert read(input=["a", "b"], dimensions=8, user="u") == both
    assert "dimensions" not in read(input="a", dimensions=0)
    for encoding, in_base64 in (("float", False), ("BASE64", True), ("", False), (None, False)):
        fields = {"model": "m", "input": "a", "encoding_format": encoding}
        assert read_embedding(fields).in_base64 is in_base64


def _user(content: object) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content}]


def _called(arguments: object) -> list[dict[str, Any]]:
    return [{"role": "assistant", "tool_calls": [{"function": {"arguments": arguments}}]}]


def _image(url: object) -> list[dict[str, Any]]:
    return _user([{"type": "image_url", "image_url": {"url": url}}])


REMOTE = "image URLs are not currently supported, please use base64 encoded data instead"
INTO = "json: cannot unmarshal {} into Go struct field ChatCompletionRequest.{} of type {}"
CHAT_REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "[] is too short - 'messages'"),
    ({"messages": None}, "[] is too short - 'messages'"),
    ({"messages": "hi"}, INTO.format("string", "messages", "array")),
    (
        {"messages": ["hi"]},
        "json: cannot unmarshal string into Go value of type openai.Message",
    ),
    ({"messages": [None]}, "invalid message content type: <nil>"),
    ({"messages": [{"role": "user"}]}, "invalid message content type: <nil>"),
    ({"messages": _user(1)}, "invalid message content type: float64"),
    ({"messages": _user({"a": 1})}, "invalid message content type: map[string]interface {}"),
    ({"messages": _user(["hi"])}, "invalid message format"),
    ({"messages": _user([{"type": "input_audio"}])}, "invalid message format"),
    ({"messages": _user([{"type": "text"}])}, "invalid message format"),
    ({"messages": _user([{"type": "image_url"}])}, "invalid message format"),
    ({"messages": _image("https://example.org/a.png")}, REMOTE),
    ({"messages": _image("http://127.0.0.1/a.png")}, REMOTE),
    ({"messages": _image("file:///etc/passwd")}, "invalid image input"),
    ({"messages": _image(PIXEL)}, "invalid image input"),
    ({"messages": _image("data:image/svg+xml;base64,PHN2Zz4=")}, "invalid image input"),
    ({"messages": _image("data:image/png;base64,!")}, "invalid message format"),
    ({"messages": _image("data:image/png;base64,한글")}, "invalid message format"),
    ({"messages": _called("{")}, "invalid tool call arguments"),
    ({"messages": _called("[1]")}, "invalid tool call arguments"),
    ({"messages": _called('{"a": NaN}')}, "invalid tool call arguments"),
    ({"messages": _called("[" * 100_000)}, "invalid tool call arguments"),
    ({"messages": _called('{"a": ' + "9" * 5000 + "}")}, "invalid tool call arguments"),
    (
        {"messages": _called({})},
        "json: cannot unmarshal object into Go struct field ToolCall.function.arguments",
    ),
    ({"n": 2}, "n must be 1"),
    ({"model": 1}, INTO.format("number", "model", "string")),
    ({"stream": "yes"}, INTO.format("string", "stream", "bool")),
    ({"max_tokens": 1.5}, INTO.format("number", "max_tokens", "int")),
    ({"max_tokens": True}, INTO.format("bool", "max_tokens", "int")),
    ({"seed": 10**30}, INTO.format("number", "seed", "int")),
    ({"temperature": "hot"}, INTO.format("string", "temperature", "float64")),
    ({"temperature": float("inf")}, INTO.format("number", "temperature", "float64")),
    ({"temperature": 10**400}, INTO.format("number", "temperature", "float64")),
    ({"stop": 5}, "invalid type for 'stop' field: float64"),
    ({"stop": ["a", None]}, "invalid type for 'stop' field: <nil>"),
    ({"response_format": {"type": "xml"}}, "response_format must be"),
    ({"response_format": {"type": "json_schema"}}, "response_format must be"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": []}}},
        "response_format.json_schema.schema must be an object",
    ),
    ({"tools": [{"type": "retrieval"}]}, "tools must be of type function"),
    ({"reasoning_effort": "huge"}, "invalid reasoning value: 'huge' (must be \"none\", "),
    ({"reasoning": "high"}, "json: cannot unmarshal string into Go struct field"),
    ({"stream_options": {"include_usage": 1}}, "json: cannot unmarshal number"),
]


@pytest.mark.parametrize(("fields", "text"), CHAT_REFUSALS)
def test_chats_that_are_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as caught:
        _chat(**fields)
    assert caught.value.status == 400
    assert caught.value.text.startswith(text)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"prompt": ["a", "b"]}, "prompt must be a string"),
        ({"prompt": [[1, 2]]}, "prompt must be a string"),
        ({"prompt": [1]}, "prompt must be a string"),
        ({"n": 2}, "n must be 1"),
        ({"best_of": 3}, "best_of must be 1"),
        ({"echo": True}, "echo is not supported"),
        ({"logprobs": True}, "json: cannot unmarshal bool"),
    ],
)
def test_completions_that_are_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as caught:
        _completion(**fields)
    assert (caught.value.status, caught.value.text[: len(text)]) == (400, text)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "invalid input"),
        ({"input": []}, "invalid input"),
        ({"input": [1, 2]}, "invalid input type"),
        ({"input": 5}, "invalid input type"),
        ({"input": "a", "dimensions": -1}, "dimensions must be positive"),
        (
            {"input": "a", "encoding_format": "hex"},
            "Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64'].",
        ),
    ],
)
def test_embeddings_that_are_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_embedding({"model": "m", **fields})
    assert (caught.value.status, caught.value.text) == (400, text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def _one_of(*known: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(known) | _VALUES


_PARTS = st.fixed_dictionaries(
    {"type": _one_of("text", "image_url", "input_image", "refusal")},
    optional={
        "text": _one_of("a"),
        "image_url": _one_of({"url": f"data:;base64,{PIXEL}"}, "data:image/png;base64,A"),
    },
)
_CALLS = st.fixed_dictionaries(
    {
        "id": _one_of("c"),
        "function": _one_of({"name": "f", "arguments": "{}"}, {"arguments": "[", "name": 1}),
    }
)
_MESSAGES = st.fixed_dictionaries(
    {"role": _one_of("user", "tool", "assistant")},
    optional={
        "content": _one_of("hi") | st.lists(_PARTS | _VALUES, max_size=3),
        "tool_calls": st.lists(_CALLS | _VALUES, max_size=2) | _VALUES,
        "tool_call_id": _one_of("c"),
        "reasoning": _one_of("r"),
    },
)
_BODIES = st.fixed_dictionaries(
    {},
    optional={
        "model": _one_of("m"),
        "messages": st.lists(_MESSAGES | _VALUES, max_size=3) | _VALUES,
        "prompt": _one_of("p", ["p"]),
        "input": _one_of("i", ["i", "j"]),
        "stop": _one_of("s", ["s"]),
        "temperature": _one_of(0.5),
        "top_p": _one_of(0.5),
        "seed": _one_of(1),
        "max_tokens": _one_of(5),
        "response_format": _one_of({"type": "json_object"}, {"type": "json_schema"}),
        "tools": _one_of([TOOL], [{}]),
        "tool_choice": _one_of("none"),
        "reasoning": _one_of({"effort": "high"}),
        "reasoning_effort": _one_of("low"),
        "stream": _one_of(True),
        "stream_options": _one_of({"include_usage": True}),
        "logprobs": _one_of(True, 1),
        "encoding_format": _one_of("float"),
        "dimensions": _one_of(4),
    },
)
_OPTION_TYPES: dict[str, tuple[type, ...]] = {
    "temperature": (int, float),
    "top_p": (int, float),
    "seed": (int,),
    "num_predict": (int,),
    "stop": (list,),
}


@given(_BODIES | _VALUES)
def test_fuzz_any_body_is_translated_or_refused(value: Any) -> None:
    """Nothing but a refusal below 500 comes out, or a body of the right types."""
    for read in (read_chat, read_completion, read_embedding):
        try:
            body = read(value).body
        except ApiError as refused:
            problem = refused
        else:
            _check(body)
            continue
        assert 400 <= problem.status < 500
        assert problem.text
        to_json(problem.text)


def _check(body: dict[str, Any]) -> None:
    assert isinstance(body["model"], str)
    for name, option in body.get("options", {}).items():
        assert isinstance(option, _OPTION_TYPES[name])
        to_json(option)
    for message in body.get("messages", ()):
        assert isinstance(message["content"], str)
        assert isinstance(message["role"], str)
        for call in message.get("tool_calls", ()):
            assert isinstance(call["function"]["arguments"], dict)
    json.dumps(body)
