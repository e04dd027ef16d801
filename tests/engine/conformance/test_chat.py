"""A5: chat."""

from __future__ import annotations

import asyncio
import base64
from contextlib import aclosing
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    BERT,
    COUNTS,
    DURATIONS,
    END,
    GREETING,
    LONGER,
    NATIVE_SEER,
    SEER,
    SHORT,
    START,
    TINY,
    chat,
    created,
    generate,
    lines,
    refusal,
    rendered,
    whole,
)
from engine_process import STARTER, EngineUnderTest
from png_files import png_bytes

BODY: dict[str, Any] = {"model": STARTER, "messages": GREETING, "options": SHORT}


def _framed(*turns: tuple[str, str]) -> str:
    """What the template of ABLE makes of turns."""
    said = "".join(f"{START}{role}\n{content}{END}\n" for role, content in turns)
    return f"{said}{START}assistant\n"


@covers("A5.chunk", "A5.final", "A5.length", "A0.durations")
def test_the_chunks(http: httpx.Client) -> None:
    *chunks, last = lines(http.post("/api/chat", json={**BODY, "model": "SmolLM2:135M"}))
    for chunk in chunks:
        assert set(chunk) == {"model", "created_at", "message", "done"}
        assert set(chunk["message"]) == {"role", "content"}
        assert (chunk["model"], chunk["done"]) == ("SmolLM2:135M", False)
        assert chunk["message"]["role"] == "assistant"
    assert set(last) == set(chunks[0]) | {"done_reason"} | COUNTS | DURATIONS
    assert (last["done"], last["done_reason"], last["eval_count"]) == (True, "length", 5)
    assert last["message"] == {"role": "assistant", "content": ""}


@covers("A5.final", "A0.stream-false")
def test_the_whole_reply_is_its_chunks(http: httpx.Client) -> None:
    chunks = lines(http.post("/api/chat", json=BODY))
    answer = whole(http.post("/api/chat", json={**BODY, "stream": False}))
    said = "".join(chunk["message"]["content"] for chunk in chunks)
    assert answer["message"] == {"role": "assistant", "content": said}
    for name in ("done", "done_reason", "eval_count", "prompt_eval_count"):
        assert answer[name] == chunks[-1][name]


@covers("A5.counts")
def test_tokens_that_were_cached_are_counted(http: httpx.Client) -> None:
    first, second = chat(http), chat(http)
    assert first["prompt_eval_count"] == second["prompt_eval_count"] > 10


@covers("A5.roles")
def test_roles(http: httpx.Client) -> None:
    messages = [{"role": "USER", "content": "a"}, {"role": "Narrator", "content": "b"}]
    assert rendered(http, ABLE, messages) == _framed(("user", "a"), ("narrator", "b"))


@covers("A5.content")
@pytest.mark.parametrize("content", [["x"], [{"type": "text", "text": "x"}], 1, {"a": 1}])
def test_content_is_text(http: httpx.Client, content: Any) -> None:
    body = {**BODY, "messages": [{"role": "user", "content": content}]}
    status, text = refusal(http.post("/api/chat", json=body))
    assert status == 400
    assert text.startswith("json: cannot unmarshal")


@covers("A5.order", "A5.order-own-system", "A5.render-only")
def test_the_order_of_messages(http: httpx.Client) -> None:
    few = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    created(http, "ordered", **{"from": ABLE}, system="S", messages=few)
    hi = [{"role": "user", "content": "hi"}]
    own = [{"role": "system", "content": "T"}]
    before = (("user", "q"), ("assistant", "a"))
    assert rendered(http, "ordered", hi) == _framed(("system", "S"), *before, ("user", "hi"))
    after = _framed(*before, ("system", "T"), ("user", "hi"))
    assert rendered(http, "ordered", [*own, *hi]) == after
    both = _framed(("system", "S"), *before, ("user", "hi"), ("system", "T"))
    assert rendered(http, "ordered", [*hi, *own]) == both


@covers("A5.render-only")
def test_rendering_generates_nothing(http: httpx.Client) -> None:
    answer = chat(http, ABLE, _debug_render_only=True)
    assert answer["done"] is False
    assert answer["_debug_info"]["image_count"] == 0
    assert answer["message"]["content"] == ""
    assert not COUNTS & set(answer)


@covers("A5.load", "A5.unload", "A0.keep-alive-zero")
@pytest.mark.parametrize("stream", [True, False, None])
def test_loading_and_unloading(http: httpx.Client, stream: bool | None) -> None:
    body: dict[str, Any] = {"model": TINY, "messages": [], "stream": stream}
    loaded = whole(http.post("/api/chat", json=body))
    assert (loaded["done"], loaded["done_reason"]) == (True, "load")
    assert loaded["message"] == {"role": "assistant", "content": ""}
    assert "tiny:latest" in _loaded(http)
    unloaded = whole(http.post("/api/chat", json={**body, "keep_alive": 0}))
    assert (unloaded["done"], unloaded["done_reason"]) == (True, "unload")
    assert "tiny:latest" not in _loaded(http)


@covers("A5.unload", "A6.load")
@pytest.mark.parametrize("path", ["/api/chat", "/api/generate"])
def test_any_model_is_unloaded(http: httpx.Client, path: str) -> None:
    """Also one that could not have answered."""
    http.post("/api/embed", json={"model": BERT, "input": "a"})
    answer = whole(http.post(path, json={"model": BERT, "keep_alive": 0}))
    assert answer["done_reason"] == "unload"
    assert "bert:latest" not in _loaded(http)


def _loaded(http: httpx.Client) -> set[str]:
    return {entry["name"] for entry in whole(http.get("/api/ps"))["models"]}


@covers("A5.stop")
def test_a_reply_that_ends_by_itself(http: httpx.Client) -> None:
    messages = []
    for letter in "abcd":
        messages.append({"role": "user", "content": letter})
        messages.append({"role": "assistant", "content": letter.upper()})
    messages.append({"role": "user", "content": "e"})
    answer = chat(http, ABLE, messages=messages, think=False, options=LONGER)
    assert (answer["message"]["content"], answer["done_reason"]) == ("E", "stop")
    stopped = chat(http, options={**LONGER, "stop": [" "]})
    assert (" " in stopped["message"]["content"], stopped["done_reason"]) == (False, "stop")


def _picture(red: int, green: int, blue: int) -> str:
    return base64.b64encode(png_bytes(28, 28, (red, green, blue))).decode()


@covers("A5.images", "A6.images")
@pytest.mark.parametrize("model", [SEER, NATIVE_SEER])
def test_images_reach_the_model(http: httpx.Client, model: str) -> None:
    """With a Go template and with the file's own: another image, another reply."""
    red, green = _picture(255, 0, 0), _picture(0, 200, 40)
    options = {**SHORT, "num_predict": 16}

    def look(*images: str) -> dict[str, Any]:
        asked = [{"role": "user", "content": "What?", "images": list(images)}]
        return chat(http, model, messages=asked, options=options)

    at_red, at_green, at_both, blind = look(red), look(green), look(red, green), look()
    assert at_red["message"] != at_green["message"]
    assert blind["message"] != at_red["message"]
    counts = [one["prompt_eval_count"] for one in (blind, at_red, at_both)]
    assert counts[0] < counts[1] < counts[2]
    assert look(red)["message"] == at_red["message"]
    generated = generate(http, model, prompt="What?", images=[red], options=options)
    assert generated["response"] == at_red["message"]["content"]


@covers("A5.images")
@pytest.mark.parametrize("image", ["data:image/png;base64,iVBORw0KGgo=", "%%%", "aGVsbG8="])
def test_images_that_are_none(http: httpx.Client, image: str) -> None:
    messages = [{"role": "user", "content": "x", "images": [image]}]
    status, _ = refusal(http.post("/api/chat", json={"model": SEER, "messages": messages}))
    assert status == 400


@covers("E4.methods", "E5.status", "A5.final")
def test_the_official_client(official: ollama.Client) -> None:
    answer = official.chat(STARTER, GREETING, options=SHORT)
    parts = list(official.chat(STARTER, GREETING, options=SHORT, stream=True))
    assert "".join(part.message.content or "" for part in parts) == answer.message.content
    assert (parts[-1].done, parts[-1].done_reason, parts[-1].eval_count) == (True, "length", 5)
    with pytest.raises(ollama.ResponseError, match="model 'none' not found") as refused:
        official.chat("none", GREETING)
    assert refused.value.status_code == 404


@covers("E4.methods", "E5.close", "A0.disconnect")
def test_the_official_client_leaves_a_stream(engine: EngineUnderTest) -> None:
    """A reply that would take minutes ends with its stream: the next one comes at once."""
    endless = {"temperature": 0, "num_predict": 1_000_000, "stop": ["\0"]}

    async def ask() -> None:
        async with ollama.AsyncClient(
            host=engine.url, headers=engine.headers, trust_env=False
        ) as client:
            stream = await client.chat(TINY, GREETING, options=endless, stream=True)
            async with aclosing(stream) as parts:
                async for _ in parts:
                    break
            async with asyncio.timeout(10):
                answer = await client.chat(TINY, GREETING, options=SHORT)
            assert answer.done

    asyncio.run(ask())
