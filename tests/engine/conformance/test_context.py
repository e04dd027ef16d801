"""A0: what happens when a conversation is longer than the context."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    LONG_TEXT,
    SEER,
    SHORT,
    TINY,
    chat,
    generate,
    refusal,
    rendered,
)
from engine_process import STARTER
from png_files import png_bytes

SMALL = {**SHORT, "num_ctx": 256}
TOO_LONG = (
    "the prompt is longer than the context length currently available to the model; "
    "shorten the prompt, adjust the context length in settings, or use a model with a "
    "longer context length"
)
SYSTEM = {"role": "system", "content": "Be short."}
LAST = {"role": "user", "content": "The last."}
TURNS = [{"role": "user", "content": f"Turn {number}."} for number in range(60)]
LONG = [{"role": "user", "content": LONG_TEXT}]


def _refused(http: httpx.Client, path: str, **fields: Any) -> tuple[int, str]:
    body = {"model": STARTER, "messages": LONG, "prompt": LONG_TEXT, "options": SMALL}
    return refusal(http.post(path, json={**body, **fields}))


@covers("A0.truncate")
@pytest.mark.parametrize("model", [STARTER, ABLE])
def test_the_oldest_turns_go(http: httpx.Client, model: str) -> None:
    alternating = [
        {**turn, "role": ("user", "assistant")[number % 2]} for number, turn in enumerate(TURNS)
    ]
    messages = [alternating[0], SYSTEM, *alternating[1:], LAST]
    text = rendered(http, model, messages, options=SMALL)
    assert "Be short." in text
    assert "The last." in text
    assert "Turn 59." in text
    assert "Turn 0." not in text
    kept = [number for number in range(60) if f"Turn {number}." in text]
    assert kept == list(range(kept[0], 60))
    assert 100 < chat(http, model, messages=messages, options=SMALL)["prompt_eval_count"] < 256


@covers("A0.truncate-false")
@pytest.mark.parametrize("model", [STARTER, ABLE])
def test_nothing_may_go(http: httpx.Client, model: str) -> None:
    messages = [SYSTEM, *({**turn, "role": "tool"} for turn in TURNS), LAST]
    body = {"model": model, "messages": messages, "truncate": False}
    assert _refused(http, "/api/chat", **body) == (400, TOO_LONG)
    assert _refused(http, "/api/generate", model=model, truncate=False) == (400, TOO_LONG)


@covers("A0.overflow-native", "A0.overflow-no-shift")
def test_one_turn_is_too_long(http: httpx.Client) -> None:
    assert _refused(http, "/api/chat") == (400, TOO_LONG)
    for path in ("/api/chat", "/api/generate"):
        for model in (STARTER, ABLE):
            assert _refused(http, path, model=model, shift=False) == (400, TOO_LONG)
    assert _refused(http, "/api/generate", raw=True, shift=False) == (400, TOO_LONG)


@covers("A0.overflow-cut")
def test_one_turn_is_cut(http: httpx.Client) -> None:
    """Of a Go template and of a raw prompt: the beginning and the end are kept."""
    answer = chat(http, ABLE, messages=LONG, options=SMALL)
    assert 200 < answer["prompt_eval_count"] < 256
    answer = generate(http, prompt=LONG_TEXT, raw=True, options=SMALL)
    assert 200 < answer["prompt_eval_count"] < 256


@covers("A0.shift", "A0.no-shift")
def test_a_reply_beyond_the_context(http: httpx.Client) -> None:
    """By a model that never ends, and by one that goes on with a pattern."""
    options = {**SHORT, "num_ctx": 64, "num_predict": 100, "stop": []}
    shifted = chat(http, TINY, options=options)
    assert shifted["eval_count"] == 100
    bounded = chat(http, TINY, options=options, shift=False)
    assert 60 < bounded["prompt_eval_count"] + bounded["eval_count"] <= 65
    assert bounded["done_reason"] == "length"
    fields: dict[str, Any] = {"prompt": "a b " * 10, "raw": True, "options": options}
    assert generate(http, **fields)["eval_count"] == 100
    bounded = generate(http, **fields, shift=False)
    assert 60 < bounded["prompt_eval_count"] + bounded["eval_count"] <= 65
    assert bounded["done_reason"] == "length"


@covers("A0.truncate-images")
def test_an_image_counts_as_768_tokens(http: httpx.Client) -> None:
    """Three images are more than 2048 tokens, two are less: the first turn goes."""
    picture = base64.b64encode(png_bytes(28, 28, (0, 0, 255))).decode()
    turns = [
        {"role": "user", "content": "a", "images": [picture]},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c", "images": [picture]},
        {"role": "assistant", "content": "d"},
        {"role": "user", "content": "e", "images": [picture]},
    ]
    options = {**SHORT, "num_ctx": 2048}
    the_rest = chat(http, SEER, messages=turns[1:], options=options)["prompt_eval_count"]
    cut = chat(http, SEER, messages=turns, options=options)["prompt_eval_count"]
    assert cut == the_rest


@covers("A0.num-ctx-vision")
def test_a_model_that_sees_has_room_for_images(http: httpx.Client) -> None:
    chat(http, SEER, options={**SHORT, "num_ctx": 300})
    entries = {one["name"]: one for one in http.get("/api/ps").json()["models"]}
    assert entries["seer:latest"]["context_length"] == 2048
