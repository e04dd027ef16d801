"""F3 to F5: LangChain's other classes, cancelling, errors, odd characters."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import aclosing
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.langchain_models import DRAWN, chatting, closing
from engine.conformance.samples import (
    BERT,
    SHORT,
    TINY,
    created,
    uploaded,
)
from engine_process import STARTER, EngineUnderTest
from langchain_ollama import ChatOllama, OllamaEmbeddings, OllamaLLM
from tiny_models import tiny_llama

STOP_NEVER = "\0"


@covers("F3.cancel", "A0.disconnect")
def test_cancelling_ends_the_reply(engine: EngineUnderTest) -> None:
    """By a task that is cancelled, and by a generator that is closed; the next reply comes."""
    endless = {"temperature": 0, "num_predict": 1_000_000, "stop": [STOP_NEVER]}

    async def ask() -> None:
        async with chatting(engine, model=TINY, **endless) as model:
            stream: Any = model.astream("Go.")
            async with aclosing(stream) as parts:
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
    for fields, says in (
        ({"model": "none"}, "model 'none' not found"),
        ({"model": STARTER, "reasoning": True}, "does not support thinking"),
    ):
        refused = pytest.raises(ollama.ResponseError, match=says)
        with closing(engine, ChatOllama, **fields) as model, refused:
            model.invoke("x")
    with closing(engine, ChatOllama, model=STARTER, validate_model_on_init=True) as model:
        with pytest.raises(ValueError, match="No data received"):
            model.invoke([])
        assert model.invoke("x", options=SHORT).content


@covers("F5.embeddings", "E3.nulls", "A7.shape")
def test_embeddings(engine: EngineUnderTest) -> None:
    with closing(engine, OllamaEmbeddings, model=BERT) as model:
        vectors = model.embed_documents(["a", "b"])
        assert [len(vector) for vector in vectors] == [64, 64]
        assert model.embed_query("a") == pytest.approx(vectors[0], abs=1e-4)
        asyncio.run(_close_async(model))


@covers("F5.llm", "A6.chunk")
def test_a_completion(engine: EngineUnderTest) -> None:
    with closing(engine, OllamaLLM, model=STARTER, **DRAWN) as model:
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
    created(
        http,
        "odd",
        files={"odd.gguf": uploaded(http, tiny_llama(21))},
        template=ODD + "{{ .Prompt }}",
    )
    shown = official._client.post(
        "/api/chat",
        json={
            "model": "odd",
            "messages": [{"role": "user", "content": ODD}],
            "_debug_render_only": True,
        },
    )
    (line,) = list(shown.iter_lines())
    assert json.loads(line)["_debug_info"]["rendered_template"] == ODD + ODD
