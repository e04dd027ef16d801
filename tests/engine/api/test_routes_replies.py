"""Chat and generate against the real starter model, byte by byte."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import ollama
import pytest
from engine_process import STARTER, EngineUnderTest

GREETING = [{"role": "user", "content": "Say hi."}]
SHORT = {"num_predict": 5, "temperature": 0, "seed": 1}
ENDING = {
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
}
OVERFLOW = "the prompt is longer than the context length currently available to the model"


def _chat(**fields: Any) -> dict[str, Any]:
    return {"model": STARTER, "messages": GREETING, "options": SHORT, **fields}


def _whole(http: httpx.Client, path: str = "/api/chat", **fields: Any) -> dict[str, Any]:
    answer = http.post(path, json=_chat(stream=False, **fields))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    value: dict[str, Any] = answer.json()
    return value


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.content.isascii()
    assert answer.content.endswith(b"}\n")
    return [json.loads(line) for line in answer.content[:-1].split(b"\n")]


def test_chat_streams_by_default(http: httpx.Client) -> None:
    *chunks, last = _lines(http.post("/api/chat", json=_chat()))
    assert 1 <= len(chunks) <= 5
    for chunk in chunks:
        assert set(chunk) == {"model", "created_at", "message", "done"}
        assert chunk["message"]["role"] == "assistant"
        assert chunk["created_at"].endswith("Z")
    assert {"model", "created_at", "message", "done", "done_reason"} | ENDING == set(last)
    assert (last["done"], last["done_reason"], last["eval_count"]) == (True, "length", 5)
    assert last["message"] == {"role": "assistant", "content": ""}
    assert last["prompt_eval_count"] > 10
    assert all(isinstance(last[name], int) for name in ENDING)


def test_generate_streams_by_default(http: httpx.Client) -> None:
    body = {"model": "SmolLM2:135M", "prompt": "Say hi.", "options": SHORT}
    *chunks, last = _lines(http.post("/api/generate", json=body))
    assert set(chunks[0]) == {"model", "created_at", "response", "done"}
    assert chunks[0]["model"] == "SmolLM2:135M"
    assert set(last) >= ENDING
    assert last["response"] == ""


def test_whole_is_the_stream_joined_and_the_same_every_time(http: httpx.Client) -> None:
    streamed = _lines(http.post("/api/chat", json=_chat()))
    joined = "".join(chunk["message"]["content"] for chunk in streamed)
    assert joined
    for _ in range(2):
        assert _whole(http)["message"]["content"] == joined
    generated = _whole(http, "/api/generate", prompt="Say hi.")
    assert generated["response"] == joined


def test_a_seed_repeats_and_another_does_not(http: httpx.Client) -> None:
    def say(seed: int) -> str:
        options = {"num_predict": 16, "temperature": 1.5, "seed": seed}
        text: str = _whole(http, options=options)["message"]["content"]
        return text

    assert say(7) == say(7)
    assert len({say(seed) for seed in range(4)}) > 1


def test_stop_texts_end_a_reply(http: httpx.Client) -> None:
    text = _whole(http)["message"]["content"]
    stopped = _whole(http, options={**SHORT, "stop": [text[3]]})
    assert stopped["message"]["content"] == text[:3].split(text[3])[0]
    assert stopped["done_reason"] == "stop"


def test_format_is_followed(http: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    options = {"num_predict": 60, "temperature": 0}
    special = [{"role": "user", "content": "A number after <|im_end|>"}]
    for messages in (GREETING, special):
        reply = _whole(http, format=schema, messages=messages, options=options)
        assert isinstance(json.loads(reply["message"]["content"])["n"], int)


def test_a_bad_schema_is_refused(http: httpx.Client) -> None:
    answer = http.post("/api/chat", json=_chat(format={"type": "bogus"}))
    assert answer.status_code == 400
    assert "bogus" in answer.json()["error"]


@pytest.mark.parametrize("content", ["Say hi.", "What is <|im_end|>?"])
def test_logprobs(http: httpx.Client, content: str) -> None:
    messages = [{"role": "user", "content": content}]
    options = {**SHORT, "num_predict": 3}
    reply = _whole(http, messages=messages, logprobs=True, top_logprobs=2, options=options)
    assert len(reply["logprobs"]) == 3
    first = reply["logprobs"][0]
    assert set(first) == {"token", "logprob", "bytes", "top_logprobs"}
    assert bytes(first["bytes"]).decode() == first["token"]
    assert len(first["top_logprobs"]) == 2
    plain = _whole(http, messages=messages, logprobs=True, options=options)
    assert "top_logprobs" not in plain["logprobs"][0]


def test_special_tokens_that_people_type_are_letters(http: httpx.Client) -> None:
    """ENG-09: as control tokens they would be one token each."""

    def prompt_tokens(content: str) -> int:
        options = {**SHORT, "num_predict": 1}
        messages = [{"role": "user", "content": content}]
        count: int = _whole(http, messages=messages, options=options)["prompt_eval_count"]
        return count

    typed = prompt_tokens("a" + "<|im_start|>" * 20) - prompt_tokens("a")
    assert typed >= 20 * 5


def test_raw_takes_special_tokens_as_they_are(http: httpx.Client) -> None:
    reply = _whole(http, "/api/generate", prompt="<|im_start|>user", raw=True)
    assert reply["prompt_eval_count"] == 2


def test_truncate(http: httpx.Client) -> None:
    marker = {"role": "system", "content": "Be short."}
    history = [{"role": "user", "content": f"Number {n}."} for n in range(100)]
    messages = [marker, *history, *GREETING]
    options = {**SHORT, "num_ctx": 256}
    reply = _whole(http, messages=messages, options=options)
    assert 200 < reply["prompt_eval_count"] < 256
    answer = http.post("/api/chat", json=_chat(messages=messages, options=options, truncate=False))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(OVERFLOW)
    long = [{"role": "user", "content": "word " * 300}]
    answer = http.post("/api/chat", json=_chat(messages=long, options=options))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(OVERFLOW)
    raw = {"model": STARTER, "prompt": "word " * 300, "raw": True, "options": options}
    answer = http.post("/api/generate", json={**raw, "stream": False})
    assert answer.json()["prompt_eval_count"] == 255
    answer = http.post("/api/generate", json={**raw, "shift": False})
    assert answer.json()["error"].startswith(OVERFLOW)


def test_the_context_may_fill_up(http: httpx.Client) -> None:
    options = {"num_ctx": 64, "temperature": 0, "num_predict": 120, "stop": []}
    messages = [{"role": "user", "content": "Count to one thousand."}]
    bounded = _whole(http, messages=messages, options=options, shift=False)
    assert bounded["prompt_eval_count"] + bounded["eval_count"] <= 65
    shifted = _whole(http, messages=messages, options=options)
    assert shifted["eval_count"] > bounded["eval_count"]


def test_load_and_unload(http: httpx.Client) -> None:
    for path, asks in (("/api/chat", "messages"), ("/api/generate", "prompt")):
        body = {"model": STARTER, asks: [] if asks == "messages" else ""}
        answer = http.post(path, json=body)
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert (answer.json()["done"], answer.json()["done_reason"]) == (True, "load")
        (running,) = http.get("/api/ps").json()["models"]
        assert (running["name"], running["context_length"]) == (STARTER, 4096)
        assert running["size"] > 98_000_000
        answer = http.post(path, json={**body, "keep_alive": 0})
        assert answer.json()["done_reason"] == "unload"
        assert http.get("/api/ps").json() == {"models": []}


def test_keep_alive(http: httpx.Client) -> None:
    load = {"model": STARTER, "messages": []}
    http.post("/api/chat", json={**load, "keep_alive": -1})
    assert http.get("/api/ps").json()["models"][0]["expires_at"].startswith("2318")
    http.post("/api/chat", json={**load, "keep_alive": "50ms"})
    for _ in range(200):
        if not http.get("/api/ps").json()["models"]:
            break
    else:
        pytest.fail("the model stayed loaded")
    _whole(http, keep_alive=0)
    assert http.get("/api/ps").json() == {"models": []}


REFUSALS: list[tuple[str, dict[str, Any] | bytes, int, str]] = [
    ("/api/chat", b"", 400, "missing request body"),
    ("/api/chat", b"x", 400, "invalid character 'x' looking for beginning of value"),
    ("/api/chat", b'{"model":', 400, "unexpected EOF"),
    ("/api/chat", b"null", 400, "model is required"),
    ("/api/generate", b"null", 404, "model '' not found"),
    ("/api/chat", {"model": "a b"}, 400, "invalid model name"),
    ("/api/generate", {"model": "../m"}, 400, "invalid model name"),
    ("/api/chat", {"model": "Nope"}, 404, "model 'Nope' not found"),
    ("/api/generate", {"model": "Nope", "prompt": "x"}, 404, "model 'Nope' not found"),
    ("/api/chat", _chat(think=True), 400, f'"{STARTER}" does not support thinking'),
    ("/api/chat", _chat(think="loud"), 400, 'invalid think value: "loud"'),
    (
        "/api/chat",
        _chat(tools=[{"type": "function"}]),
        400,
        f"registry.ollama.ai/library/{STARTER} does not support tools",
    ),
    (
        "/api/chat",
        _chat(messages=[{"role": "user", "content": "x", "images": ["iVBORw=="]}]),
        400,
        f'"{STARTER}" does not support images',
    ),
    (
        "/api/generate",
        {"model": STARTER, "prompt": "x", "suffix": "y"},
        400,
        f"registry.ollama.ai/library/{STARTER} does not support insert",
    ),
    (
        "/api/generate",
        {"model": STARTER, "prompt": "x", "raw": True, "system": "y"},
        400,
        "raw mode does not support template, system, or context",
    ),
    ("/api/chat", _chat(keep_alive="10"), 400, 'time: missing unit in duration "10"'),
    ("/api/chat", _chat(options={"num_ctx": "x"}), 500, 'option "num_ctx" must be of type integer'),
    ("/api/chat", _chat(options={"num_ctx": 1}), 400, 'option "num_ctx" must be between 4 and'),
    ("/api/chat", _chat(options={"temperature": -3}), 400, 'option "temperature" must be between'),
    ("/api/chat", {"model": "too-many-layers", "messages": GREETING}, 500, "claims 100000 layers"),
    ("/api/chat", {"model": "page", "messages": GREETING}, 500, "web page, not a model"),
]


@pytest.mark.parametrize(("path", "body", "status", "says"), REFUSALS)
def test_refusals(
    http: httpx.Client, path: str, body: dict[str, Any] | bytes, status: int, says: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = http.post(path, content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/json; charset=utf-8",
    )
    assert list(answer.json()) == ["error"]
    assert says in answer.json()["error"]


def test_the_engine_survives_a_model_llama_cpp_refuses(
    http: httpx.Client, engine: EngineUnderTest
) -> None:
    names = [model["name"] for model in http.get("/api/tags").json()["models"]]
    (name,) = [name for name in names if name.startswith("no-layers-at-all-")]
    answer = http.post("/api/chat", json={"model": name, "messages": GREETING})
    assert answer.status_code == 500
    assert "llama.cpp could not load it" in answer.json()["error"]
    assert engine.alive
    assert _whole(http)["done"]


def test_a_prompt_far_too_long_is_refused_before_it_is_read(http: httpx.Client) -> None:
    """ENG-09: 400,000 special tokens."""
    messages = [{"role": "user", "content": "<|im_start|>" * 400_000}]
    answer = http.post("/api/chat", json=_chat(messages=messages))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(OVERFLOW)


def test_a_body_that_is_too_large(http: httpx.Client) -> None:
    large = b'{"model":"' + b"x" * (9 * 2**20) + b'"}'
    assert http.post("/api/chat", content=large).status_code == 413
    pieces = (large[start : start + 2**20] for start in range(0, len(large), 2**20))
    assert http.post("/api/chat", content=pieces).status_code == 413


def test_the_official_client(engine: EngineUnderTest) -> None:
    async def ask() -> None:
        async with ollama.AsyncClient(
            host=engine.url, headers=engine.headers, trust_env=False
        ) as client:
            whole = await client.chat(STARTER, GREETING, options=SHORT)
            text = ""
            stream = await client.chat(STARTER, GREETING, options=SHORT, stream=True)
            async with aclosing(stream) as parts:
                async for part in parts:
                    text += part.message.content or ""
            assert text == whole.message.content
            assert part.done_reason == "length"
            assert part.eval_count == 5
            generated = await client.generate(STARTER, "Say hi.", options=SHORT)
            assert generated.response == text
            with pytest.raises(ollama.ResponseError, match="not found"):
                await client.chat("nope", GREETING)

    asyncio.run(ask())
