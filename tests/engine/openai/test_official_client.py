"""The official client of OpenAI understands every answer."""

from __future__ import annotations

import array
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from engine_process import STARTER, EngineUnderTest

from gui.engine.wire import ApiError

GREETING: Any = [{"role": "user", "content": "Say hi."}]
SHORT: Any = {"model": STARTER, "max_tokens": 5, "temperature": 0, "seed": 1}
COUNTS = {"prompt_eval_count": 7, "eval_count": 3}
ADD = {"id": "call_1", "function": {"index": 0, "name": "add", "arguments": {"a": "한글"}}}
NOW = {"id": "call_2", "function": {"index": 1, "name": "now", "arguments": {}}}
CALLING = [
    {"message": {"content": "", "thinking": "hm"}, "done": False},
    {"message": {"content": "", "tool_calls": [ADD]}, "done": False},
    {"message": {"content": "", "tool_calls": [NOW]}, "done": False},
    {"message": {"content": ""}, "done": True, "done_reason": "stop", **COUNTS},
]
TALKING = {"message": {"content": "hi"}, "done": False}

Serve = Callable[..., str]


def _client(url: str, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=60)


@pytest.fixture
def client(v1_url: str, engine: EngineUnderTest) -> Iterator[openai.OpenAI]:
    """A client of the real engine."""
    with _client(v1_url, engine.token) as made:
        yield made


def test_chat(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(messages=GREETING, **SHORT)
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 5
    usage: Any = {"include_usage": True}
    text = ""
    with client.chat.completions.create(
        messages=GREETING, stream=True, stream_options=usage, **SHORT
    ) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                text += choice.delta.content or ""
    assert text == whole.choices[0].message.content
    assert chunk.usage == whole.usage


def test_completion(client: openai.OpenAI) -> None:
    whole = client.completions.create(prompt="Say hi.", logprobs=1, **SHORT)
    assert whole.choices[0].logprobs is not None
    assert len(whole.choices[0].logprobs.tokens or ()) == 5
    with client.completions.create(prompt="Say hi.", stream=True, **SHORT) as stream:
        assert "".join(chunk.choices[0].text for chunk in stream) == whole.choices[0].text


def test_models(client: openai.OpenAI) -> None:
    assert STARTER in [model.id for model in client.models.list()]
    assert client.models.retrieve(STARTER).owned_by == "library"


def test_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="model 'nope' not found"):
        client.chat.completions.create(messages=GREETING, model="nope")
    with pytest.raises(openai.BadRequestError, match="n must be 1"):
        client.chat.completions.create(messages=GREETING, n=3, **SHORT)
    with pytest.raises(openai.NotFoundError, match="model 'nope:latest' not found"):
        client.models.retrieve("nope")


def test_streamed_tool_calls_are_put_together(serve: Serve) -> None:
    with (
        _client(serve(CALLING)) as client,
        client.chat.completions.stream(messages=GREETING, model="m") as stream,
    ):
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    calls: Any = choice.message.tool_calls
    assert [(call.id, call.function.name) for call in calls] == [
        ("call_1", "add"),
        ("call_2", "now"),
    ]
    assert [call.function.arguments for call in calls] == ['{"a":"한글"}', "{}"]


def test_whole_tool_calls(serve: Serve) -> None:
    with _client(serve(CALLING)) as client:
        choice = client.chat.completions.create(messages=GREETING, model="m").choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.model_extra == {"reasoning": "hm"}
    assert [call.id for call in choice.message.tool_calls or ()] == ["call_1", "call_2"]


def test_embeddings(serve: Serve) -> None:
    """The client asks for base64 unless told otherwise, and unpacks it."""
    url = serve([{"embeddings": [[0.5, -1.0], [0.0, 0.25]], "prompt_eval_count": 4}])
    with _client(url) as client:
        encodings: list[Any] = [openai.omit, "float"]
        for encoding in encodings:
            answer = client.embeddings.create(input=["a", "b"], model="m", encoding_format=encoding)
            vectors = [one.embedding for one in answer.data]
            assert vectors == [array.array("f", [0.5, -1.0]).tolist(), [0.0, 0.25]]
            assert answer.usage.total_tokens == 4


@pytest.mark.parametrize(
    ("status", "kind"), [(400, openai.BadRequestError), (503, openai.InternalServerError)]
)
def test_a_fault_before_the_first_chunk_has_its_status(
    serve: Serve, status: int, kind: type[openai.APIStatusError]
) -> None:
    with _client(serve([], ApiError(status, "busy"))) as client:
        for stream in (False, True):
            with pytest.raises(kind, match="busy") as caught:
                client.chat.completions.create(messages=GREETING, model="m", stream=stream)
            assert caught.value.status_code == status
        with pytest.raises(kind, match="busy"):
            client.embeddings.create(input="a", model="m")


@pytest.mark.parametrize(
    ("fault", "text"),
    [(ApiError(500, "the model ended"), "the model ended"), (ZeroDivisionError(), "internal")],
)
def test_a_fault_in_a_stream_reaches_the_client(serve: Serve, fault: Exception, text: str) -> None:
    """A cut stream is never taken for a whole one."""
    with _client(serve([TALKING], fault)) as client:
        stream = client.chat.completions.create(messages=GREETING, model="m", stream=True)
        assert next(stream).choices[0].delta.content == "hi"
        with pytest.raises(openai.APIError, match=text):
            next(stream)
        with pytest.raises(openai.InternalServerError, match=text):
            client.chat.completions.create(messages=GREETING, model="m")
