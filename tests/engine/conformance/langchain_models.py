"""LangChain's classes for an engine under test, and messages of the wire as LangChain's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from engine_process import EngineUnderTest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_ollama import ChatOllama

DRAWN = {"temperature": 0, "seed": 1, "num_predict": 5}
"""Fields for a short reply that is always the same."""


@contextlib.contextmanager
def closing(engine: EngineUnderTest, kind: type[Any], **fields: Any) -> Iterator[Any]:
    """An object of `kind` whose clients are closed, which LangChain itself never does."""
    settings = {"headers": engine.headers, "trust_env": False}
    made = kind(base_url=engine.url, client_kwargs=settings, **fields)
    try:
        yield made
    finally:
        made._client.close()


@contextlib.asynccontextmanager
async def chatting(engine: EngineUnderTest, **fields: Any) -> AsyncIterator[ChatOllama]:
    """The same for asynchronous use."""
    with closing(engine, ChatOllama, **fields) as model:
        try:
            yield model
        finally:
            await model._async_client.close()


def messages(wire: list[dict[str, Any]]) -> list[BaseMessage]:
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
