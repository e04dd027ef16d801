"""F1 and F2: ChatOllama, as the app and others use it."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
from engine.conformance.contract import covers
from engine.conformance.langchain_models import DRAWN, chatting, closing
from engine.conformance.langchain_models import messages as as_messages
from engine.conformance.samples import (
    ABLE,
    SEER,
    SHORT,
    WEATHER,
    asking_for_weather,
    lines,
    thoughtful,
)
from engine_process import STARTER, EngineUnderTest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_ollama import ChatOllama
from png_files import png


@covers("F2.chat")
def test_chat(engine: EngineUnderTest) -> None:
    with closing(engine, ChatOllama, model=STARTER, **DRAWN) as model:
        whole = model.invoke("Say hi.")
        parts = list(model.stream("Say hi."))
    assert "".join(part.content for part in parts) == whole.content
    assert whole.usage_metadata["output_tokens"] == 5
    assert whole.usage_metadata["input_tokens"] > 10
    for metadata in (whole.response_metadata, sum(parts[1:], parts[0]).response_metadata):
        assert metadata["done"] is True
        assert metadata["done_reason"] == "length"
        assert metadata["eval_duration"] > 0
    assert parts[-1].chunk_position == "last"


@covers("F2.chat")
def test_chat_asynchronously(engine: EngineUnderTest) -> None:
    async def ask() -> None:
        async with chatting(engine, model=STARTER, **DRAWN) as model:
            whole = await model.ainvoke("Say hi.")
            text = ""
            stream: Any = model.astream("Say hi.")
            async with aclosing(stream) as parts:
                async for part in parts:
                    text += str(part.content)
            assert text == whole.content
            kinds = set()
            async for event in model.astream_events("Say hi.", version="v2"):
                kinds.add(event["event"])
            assert {"on_chat_model_start", "on_chat_model_stream", "on_chat_model_end"} == kinds

    asyncio.run(ask())


@covers("F2.reasoning", "A5.think")
def test_reasoning(engine: EngineUnderTest) -> None:
    fields = {"model": ABLE, "temperature": 0, "seed": 1, "num_predict": 40}
    messages = as_messages(thoughtful())
    with closing(engine, ChatOllama, reasoning=True, **fields) as model:
        answer = model.invoke(messages)
        assert answer.additional_kwargs["reasoning_content"] == "upper case"
        assert answer.content == "E"
        assert model.invoke(messages, reasoning="low").content == "E"
        assert "<think>" in model.invoke(messages, reasoning=False).content
    with closing(engine, ChatOllama, **fields) as model:
        assert model.invoke(messages).content == "E"


@covers("F2.calls", "A5.calls")
def test_tools(engine: EngineUnderTest) -> None:
    fields = {"model": ABLE, "temperature": 0, "seed": 1, "num_predict": 40, "reasoning": False}
    messages = as_messages(asking_for_weather())
    with closing(engine, ChatOllama, **fields) as model:
        answer = model.bind_tools([WEATHER]).invoke(messages)
        (call,) = answer.tool_calls
        assert (call["name"], call["args"]) == ("weather", {"city": "London"})
        result = ToolMessage("sunny", tool_call_id=call["id"])
        assert model.bind_tools([WEATHER]).invoke([*messages, answer, result])


@covers("F2.structured", "A5.format-schema")
def test_structured_output(engine: EngineUnderTest) -> None:
    schema = {
        "title": "Pet",
        "description": "A pet.",
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": ["cat", "dog"]}},
        "required": ["kind"],
    }
    messages = [
        HumanMessage("Tom"),
        AIMessage('{"kind": "cat"}'),
        HumanMessage("Rex"),
        AIMessage('{"kind": "dog"}'),
        HumanMessage("Kitty"),
    ]
    fields = {"model": STARTER, "temperature": 0, "seed": 1, "num_predict": 40}
    with closing(engine, ChatOllama, **fields) as model:
        answer = model.with_structured_output(schema, method="json_schema").invoke(messages)
        assert answer["kind"] in ("cat", "dog")
        answer = model.invoke(messages, format="json")
        assert isinstance(json.loads(answer.content), dict)


@covers("F2.logprobs", "A5.logprobs")
def test_logprobs(engine: EngineUnderTest) -> None:
    with closing(
        engine, ChatOllama, model=STARTER, top_logprobs=2, logprobs=True, **DRAWN
    ) as model:
        parts = list(model.stream("Say hi."))
    entries = [one for part in parts for one in part.response_metadata.get("logprobs") or ()]
    assert len(entries) >= 5


# As ChatOllama 1.1.0 was seen to send it, with everything set.
FULL: dict[str, Any] = {
    "stream": True,
    "options": {
        "mirostat": 0,
        "num_ctx": 4096,
        "num_gpu": 0,
        "num_thread": 2,
        "num_predict": 10,
        "repeat_penalty": 1.1,
        "temperature": 0.1,
        "seed": 1,
        "stop": ["X"],
        "top_k": 5,
        "top_p": 0.9,
    },
    "format": "",
    "keep_alive": "10m",
    "messages": [
        {"role": "system", "content": "sys"},
        {"role": "user", "content": "\nhi"},
        {
            "role": "assistant",
            "thinking": "th",
            "tool_calls": [{"function": {"name": "weather", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "42"},
        {"role": "user", "content": "go"},
    ],
    "tools": [WEATHER],
    "think": True,
    "logprobs": True,
    "top_logprobs": 2,
}


@covers("F1.body", "E3.nulls", "A5.results")
def test_the_fullest_body(http: httpx.Client) -> None:
    *chunks, last = lines(http.post("/api/chat", json={**FULL, "model": ABLE}))
    assert last["done"] is True
    assert sum(len(chunk.get("logprobs", ())) for chunk in (*chunks, last)) == last["eval_count"]
    nulls = dict.fromkeys(("format", "keep_alive", "think", "logprobs", "tools"))
    options = {**SHORT, "num_gpu": None, "stop": None}
    body: dict[str, Any] = {
        "model": STARTER,
        "messages": [],
        **nulls,
        "options": options,
        "stream": True,
    }
    assert http.post("/api/chat", json=body).json()["done_reason"] == "load"


@covers("F1.body", "F2.calls")
def test_every_field_of_chat_ollama(engine: EngineUnderTest) -> None:
    fields: dict[str, Any] = {
        "model": ABLE,
        "mirostat": 0,
        "mirostat_eta": 0.1,
        "mirostat_tau": 5.0,
        "num_ctx": 4096,
        "num_gpu": 0,
        "num_thread": 1,
        "num_predict": 40,
        "repeat_last_n": 64,
        "repeat_penalty": 1.0,
        "temperature": 0,
        "seed": 1,
        "stop": ["never"],
        "tfs_z": 1.0,
        "top_k": 5,
        "top_p": 0.9,
        "reasoning": True,
        "format": "",
        "keep_alive": "10m",
        "logprobs": True,
        "top_logprobs": 2,
        "validate_model_on_init": True,
    }
    with closing(engine, ChatOllama, **fields) as model:
        answer = model.bind_tools([WEATHER]).invoke(as_messages(asking_for_weather()))
    assert [call["args"] for call in answer.tool_calls] == [{"city": "London"}]
    assert answer.response_metadata["done_reason"] == "stop"


@covers("A5.images", "F2.chat")
def test_images(engine: EngineUnderTest) -> None:
    def asked(address: str) -> list[BaseMessage]:
        image = {"type": "image_url", "image_url": {"url": address}}
        return [HumanMessage([{"type": "text", "text": "What?"}, image])]

    with closing(engine, ChatOllama, model=SEER, temperature=0, seed=1, num_predict=16) as model:
        red, green = (model.invoke(asked(png(28, 28, c))) for c in ((255, 0, 0), (0, 200, 40)))
    assert red.content
    assert red.content != green.content
