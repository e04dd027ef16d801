"""A6: generate."""

from __future__ import annotations

from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    COUNTS,
    DURATIONS,
    FILLER,
    SHORT,
    TINY,
    chat,
    created,
    generate,
    lines,
    whole,
)
from engine_process import STARTER

BODY: dict[str, Any] = {"model": STARTER, "prompt": "Say hi.", "options": SHORT}


def _rendered(http: httpx.Client, model: str, **fields: Any) -> str:
    answer = generate(http, model, _debug_render_only=True, **fields)
    text: str = answer["_debug_info"]["rendered_template"]
    return text


@covers("A6.chunk", "A6.context")
def test_the_chunks(http: httpx.Client) -> None:
    *chunks, last = lines(http.post("/api/generate", json=BODY))
    for chunk in chunks:
        assert set(chunk) == {"model", "created_at", "response", "done"}
    assert set(last) == set(chunks[0]) | {"done_reason", "context"} | COUNTS | DURATIONS
    assert (last["response"], last["done_reason"]) == ("", "length")
    answer = generate(http)
    assert answer["response"] == "".join(chunk["response"] for chunk in chunks)
    assert answer["context"] == last["context"]
    assert len(last["context"]) == last["prompt_eval_count"] + last["eval_count"]


@covers("A6.context")
def test_a_context_is_gone_on_from(http: httpx.Client) -> None:
    first = generate(http, prompt="My name is Ada.")
    second = generate(http, prompt="And?", context=first["context"])
    assert second["prompt_eval_count"] > first["prompt_eval_count"] + first["eval_count"]
    assert second["context"][: len(first["context"])] == first["context"]


@covers("A6.raw")
def test_raw(http: httpx.Client) -> None:
    answer = generate(http, prompt="<|im_start|>user", raw=True)
    assert answer["prompt_eval_count"] == 2
    assert "context" not in answer
    assert _rendered(http, ABLE, prompt="{{ .Prompt }}", raw=True) == "{{ .Prompt }}"


@covers("A6.load")
@pytest.mark.parametrize("stream", [True, False])
def test_loading_and_unloading(http: httpx.Client, stream: bool) -> None:
    body = {"model": TINY, "stream": stream}
    for more, reason in (({}, "load"), ({"keep_alive": 0}, "unload")):
        answer = whole(http.post("/api/generate", json={**body, **more}))
        assert (answer["done"], answer["done_reason"], answer["response"]) == (True, reason, "")


@covers("A6.as-chat")
def test_a_prompt_is_a_chat_of_one_turn(http: httpx.Client) -> None:
    messages = [{"role": "user", "content": "Say hi."}]
    assert generate(http)["response"] == chat(http, messages=messages)["message"]["content"]
    few = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    created(http, "generating", **{"from": ABLE}, system="S", messages=few)
    turns = "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n"
    end = "<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n"
    system = "<|im_start|>system\n{}<|im_end|>\n"
    assert _rendered(http, "generating", prompt="x") == system.format("S") + turns + end
    text = _rendered(http, "generating", prompt="x", system="T")
    assert text == system.format("T") + turns + end


@covers("A6.suffix")
def test_a_gap(http: httpx.Client) -> None:
    text = _rendered(http, FILLER, prompt="a(", suffix=")b", system="not shown")
    assert text == "<PRE>a(<SUF>)b<MID>"
    assert generate(http, FILLER, prompt="a(", suffix=")b")["eval_count"]


@covers("A6.template")
def test_a_template_of_the_request(http: httpx.Client) -> None:
    text = _rendered(http, ABLE, prompt="x", system="S", template="[{{ .System }}|{{ .Prompt }}]")
    assert text == "[S|x]"
    assert generate(http, template="{{ .Prompt }}", prompt="a")["prompt_eval_count"] < 4


@covers("E4.methods", "A6.context", "A6.suffix")
def test_the_official_client(official: ollama.Client) -> None:
    answer = official.generate(STARTER, "Say hi.", options=SHORT)
    parts = list(official.generate(STARTER, "Say hi.", options=SHORT, stream=True))
    assert "".join(part.response or "" for part in parts) == answer.response
    assert list(answer.context or ()) == list(parts[-1].context or ())
    again = official.generate(STARTER, "And?", context=answer.context, options=SHORT)
    assert len(again.context or ()) > len(answer.context or ())
    assert official.generate(FILLER, "a", suffix="b", options=SHORT).done
    assert official.generate(STARTER, "a", raw=True, options=SHORT).context is None
    assert official.generate(STARTER, "x", template="{{ .Prompt }}", options=SHORT).done
