"""A14: OpenAI's client, with models that think and call tools. More is in tests/engine/openai."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    BERT,
    FILLER,
    GREETING,
    SEER,
    WEATHER,
    asking_for_weather,
    thoughtful,
)
from engine_process import STARTER, EngineUnderTest
from png_files import png

DRAWN: dict[str, Any] = {"temperature": 0, "seed": 1, "max_tokens": 40}


@pytest.fixture
def client(engine: EngineUnderTest) -> Iterator[openai.OpenAI]:
    """OpenAI's client of that engine."""
    with openai.OpenAI(
        base_url=f"{engine.url}/v1", api_key=engine.token, max_retries=0, timeout=60
    ) as made:
        yield made


def _as_openai(wire: list[dict[str, Any]]) -> Any:
    """Messages of Ollama as OpenAI's, without thoughts."""
    messages: list[dict[str, Any]] = []
    for message in wire:
        shaped = {"role": message["role"], "content": message.get("content", "")}
        if message["role"] == "tool":
            shaped["tool_call_id"] = "call_1"
        if calls := message.get("tool_calls"):
            function = calls[0]["function"]
            shaped["tool_calls"] = [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {
                        "name": function["name"],
                        "arguments": json.dumps(function["arguments"]),
                    },
                }
            ]
        messages.append(shaped)
    return messages


@covers("A14.calls")
def test_tool_calls(client: openai.OpenAI) -> None:
    tools: Any = [WEATHER]
    asked: dict[str, Any] = {
        "model": ABLE,
        "messages": _as_openai(asking_for_weather()),
        "tools": tools,
        "reasoning_effort": "none",
        **DRAWN,
    }
    choice = client.chat.completions.create(**asked).choices[0]
    assert choice.message.tool_calls is not None
    (call,) = choice.message.tool_calls
    assert choice.finish_reason == "tool_calls"
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "weather",
        {"city": "London"},
    )
    with client.chat.completions.create(stream=True, **asked) as stream:
        parts = [part for chunk in stream for part in chunk.choices[0].delta.tool_calls or ()]
    assert parts[0].function is not None
    assert parts[0].function.name == "weather"


@covers("A14.effort")
def test_reasoning(client: openai.OpenAI) -> None:
    created = client.chat.completions.create
    few = [{"role": "assistant", "content": f"<think>upper case</think>{c}"} for c in "ABCD"]
    users = [message for message in thoughtful() if message["role"] == "user"]
    messages: Any = [turn for pair in zip(users, [*few, {}], strict=True) for turn in pair if turn]
    message = (
        created(model=ABLE, messages=messages, reasoning_effort="high", **DRAWN).choices[0].message
    )
    assert (message.content, message.to_dict()["reasoning"]) == ("E", "upper case")
    message = (
        created(model=ABLE, messages=messages, reasoning_effort="none", **DRAWN).choices[0].message
    )
    assert "reasoning" not in message.to_dict()
    with pytest.raises(openai.BadRequestError, match="does not support thinking"):
        created(model=STARTER, messages=messages, reasoning_effort="low", **DRAWN)


@covers("A14.chat", "A14.usage")
def test_a_chat(client: openai.OpenAI) -> None:
    messages: Any = GREETING
    whole = client.chat.completions.create(model=STARTER, messages=messages, **DRAWN)
    assert whole.usage is not None
    usage: Any = {"include_usage": True}
    with client.chat.completions.create(
        model=STARTER, messages=messages, stream=True, stream_options=usage, **DRAWN
    ) as stream:
        chunks = list(stream)
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage


@covers("A14.images")
def test_images(client: openai.OpenAI) -> None:
    def look(red: int, green: int, blue: int) -> str:
        image = {"type": "image_url", "image_url": {"url": png(28, 28, (red, green, blue))}}
        messages: Any = [{"role": "user", "content": [{"type": "text", "text": "What?"}, image]}]
        answer = client.chat.completions.create(model=SEER, messages=messages, **DRAWN)
        return answer.choices[0].message.content or ""

    assert look(255, 0, 0) == look(255, 0, 0) != look(0, 200, 40)
    with pytest.raises(openai.BadRequestError):
        messages: Any = [
            {"role": "user", "content": [{"type": "image_url", "image_url": "http://x"}]}
        ]
        client.chat.completions.create(model=SEER, messages=messages)


@covers("A14.completions")
def test_a_completion(client: openai.OpenAI) -> None:
    assert client.completions.create(model=STARTER, prompt="a b a b", **DRAWN).choices[0].text
    gap = client.completions.create(model=FILLER, prompt="a", suffix="b", **DRAWN)
    assert gap.usage is not None


@covers("A14.embeddings")
def test_embeddings(client: openai.OpenAI) -> None:
    """The client asks for base64 by itself."""
    packed = client.embeddings.create(model=BERT, input=["a", "b"])
    plain = client.embeddings.create(model=BERT, input=["a", "b"], encoding_format="float")
    assert [len(item.embedding) for item in packed.data] == [64, 64]
    assert packed.data[1].embedding == pytest.approx(plain.data[1].embedding, abs=1e-6)
    cut = client.embeddings.create(model=BERT, input="a", dimensions=4)
    assert len(cut.data[0].embedding) == 4


@covers("A14.models", "A14.errors")
def test_models_and_errors(client: openai.OpenAI) -> None:
    assert f"{ABLE}:latest" in {model.id for model in client.models.list()}
    assert client.models.retrieve(STARTER).id == STARTER
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="none", messages=[{"role": "user", "content": "x"}])
    assert refused.value.body == {
        "message": "model 'none' not found",
        "type": "not_found_error",
        "param": None,
        "code": None,
    }
