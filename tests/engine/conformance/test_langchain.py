"""F: LangChain's classes for Ollama, as the app and others use them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    BERT,
    SHORT,
    TINY,
    WEATHER,
    asking_for_weather,
    lines,
    thoughtful,
    uploaded,
    created,
)
from engine_process import STARTER, EngineUnderTest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_ollama import ChatOllama, OllamaEmbeddings, OllamaLLM
from tiny_models import tiny_llama

Made = Callable[..., Any]
STOP_NEVER = "\0"


@contextlib.contextmanager
def _closing(engine: EngineUnderTest, kind: type[Any], **fields: Any) -> Iterator[Any]:
    """An object of `kind` whose clients are closed, which LangChain itself never does."""
    settings = {"headers": engine.headers, "trust_env": False}
    made = kind(base_url=engine.url, client_kwargs=settings, **fields)
    try:
        yield made
    finally:
        made._client.close()


@contextlib.asynccontextmanager
async def _chatting(engine: EngineUnderTest, **fields: Any) -> AsyncIterator[ChatOllama]:
    """The same for asynchronous use."""
    with _closing(engine, ChatOllama, **fields) as model:
        try:
            yield model
        finally:
            await model._async_client.close()


def _messages(wire: list[dict[str, Any]]) -> list[BaseMessage]:
    """Messages of the wire as LangChain's."""
    kinds: list[BaseMessage] = []
    for message in wire:
        content = message.get("content", "")
        if message["role"] == "user":
            kinds.append(HumanMessage(content))
        elif message["role"] == "tool":
            kinds.append(ToolMessage(content, tool_call_id="x"))
        else:
            functions = [call["function"] for call in message.get("tool_calls", ())]
            calls: Any = [
                {"name": one["name"], "args": one["arguments"], "id": "x"} for one in functions
            ]
            more = {"reasoning_content": message["thinking"]} if "thinking" in message else {}
            kinds.append(AIMessage(content, tool_calls=calls, additional_kwargs=more))
    return kinds


DRAWN = {"temperature": 0, "seed": 1, "num_predict": 5}


@covers("F2.chat")
def test_chat(engine: EngineUnderTest) -> None:
    with _closing(engine, ChatOllama, model=STARTER, **DRAWN) as model:
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
        async with _chatting(engine, model=STARTER, **DRAWN) as model:
            whole = await model.ainvoke("Say hi.")
            text = ""
            async with aclosing(model.astream("Say hi.")) as parts:
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
    messages = _messages(thoughtful())
    with _closing(engine, ChatOllama, reasoning=True, **fields) as model:
        answer = model.invoke(messages)
        assert answer.additional_kwargs["reasoning_content"] == "upper case"
        assert answer.content == "E"
        assert model.invoke(messages, reasoning="low").content == "E"
        assert "<think>" in model.invoke(messages, reasoning=False).content
    with _closing(engine, ChatOllama, **fields) as model:
        assert model.invoke(messages).content == "E"


@covers("F2.calls", "A5.calls")
def test_tools(engine: EngineUnderTest) -> None:
    fields = {"model": ABLE, "temperature": 0, "seed": 1, "num_predict": 40, "reasoning": False}
    messages = _messages(asking_for_weather())
    with _closing(engine, ChatOllama, **fields) as model:
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
    with _closing(engine, ChatOllama, **fields) as model:
        answer = model.with_structured_output(schema, method="json_schema").invoke(messages)
        assert answer["kind"] in ("cat", "dog")
        answer = model.invoke(messages, format="json")
        assert isinstance(json.loads(answer.content), dict)


@covers("F2.logprobs", "A5.logprobs")
def test_logprobs(engine: EngineUnderTest) -> None:
    with _closing(engine, ChatOllama, model=STARTER, top_logprobs=2, logprobs=True, **DRAWN) as model:
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
    nulls = {name: None for name in ("format", "keep_alive", "think", "logprobs", "tools")}
    options = {**SHORT, "num_gpu": None, "stop": None}
    body = {"model": STARTER, "messages": [], **nulls, "options": options, "stream": True}
    assert http.post("/api/chat", json=body).json()["done_reason"] == "load"


@covers("F3.cancel", "A0.disconnect")
def test_cancelling_ends_the_reply(engine: EngineUnderTest) -> None:
    """By a task that is cancelled, and by a generator that is closed; the next reply comes."""
    endless = {"temperature": 0, "num_predict": 1_000_000, "stop": [STOP_NEVER]}

    async def ask() -> None:
        async with _chatting(engine, model=TINY, **endless) as model:
            async with aclosing(model.astream("Go.")) as parts:  # type: ignore[type-var]
                async for _ in parts:
                    break
            task = asyncio.create_task(model.ainvoke("Go."))
            await asyncio.sleep(0.3)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            async with asyncio.timeout(10):
                answer = await model.ainvoke("Go.", options=SHORT)
            assert answer.response_metadata["done_reason"] == "length"

    asyncio.run(ask())


@covers("F4.errors", "A0.no-thinking")
def test_errors(engine: EngineUnderTest) -> None:
    with _closing(engine, ChatOllama, model="none") as model:
        with pytest.raises(ollama.ResponseError, match="model 'none' not found"):
            model.invoke("x")
    with _closing(engine, ChatOllama, model=STARTER, reasoning=True) as model:
        with pytest.raises(ollama.ResponseError, match="does not support thinking"):
            model.invoke("x")
    with _closing(engine, ChatOllama, model=STARTER, validate_model_on_init=True) as model:
        with pytest.raises(ValueError, match="No data received"):
            model.invoke([])
        assert model.invoke("x", options=SHORT).content


@covers("F5.embeddings", "E3.nulls", "A7.shape")
def test_embeddings(engine: EngineUnderTest) -> None:
    with _closing(engine, OllamaEmbeddings, model=BERT) as model:
        vectors = model.embed_documents(["a", "b"])
        assert [len(vector) for vector in vectors] == [64, 64]
        assert model.embed_query("a") == pytest.approx(vectors[0], abs=1e-4)
        asyncio.run(_close_async(model))


@covers("F5.llm", "A6.chunk")
def test_a_completion(engine: EngineUnderTest) -> None:
    with _closing(engine, OllamaLLM, model=STARTER, **DRAWN) as model:
        whole = model.invoke("Say hi.")
        assert whole
        assert "".join(model.stream("Say hi.")) == whole
        asyncio.run(_close_async(model))


async def _close_async(model: Any) -> None:
    await model._async_client.close()


ODD = "a\u0085b\u2028c\u2029d\x0be\x0cf\x1cg"


@covers("E5.lines", "A0.escapes")
def test_odd_characters_break_no_line(http: httpx.Client, official: ollama.Client) -> None:
    """As the official client reads lines, which it splits at more than newlines."""
    created(http, "odd", files={"odd.gguf": uploaded(http, tiny_llama(21))}, template=ODD + "{{ .Prompt }}")
    shown = official._client.post(
        "/api/chat",
        json={"model": "odd", "messages": [{"role": "user", "content": ODD}], "_debug_render_only": True},
    )
    (line,) = list(shown.iter_lines())
    assert json.loads(line)["_debug_info"]["rendered_template"] == ODD + ODD
