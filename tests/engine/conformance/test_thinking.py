"""A5 and A6: thinking, by a model that goes on with a pattern of thoughts."""

from __future__ import annotations

import json
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    LONGER,
    chat,
    created,
    generate,
    lines,
    rendered,
    thoughtful,
)
from engine_process import STARTER

BODY: dict[str, Any] = {"model": ABLE, "messages": thoughtful(), "options": LONGER}
SHOWN = "{{ .Think }}/{{ .ThinkLevel }}/{{ .IsThinkSet }}"
LEVELS = (
    "{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ end }}"
) + SHOWN


@covers("A5.think", "C4.think-tags")
def test_thinking_comes_before_the_answer(http: httpx.Client) -> None:
    *chunks, last = lines(http.post("/api/chat", json={**BODY, "think": True}))
    thinking = [chunk["message"].get("thinking", "") for chunk in chunks]
    content = [chunk["message"]["content"] for chunk in chunks]
    assert "".join(thinking) == "upper case"
    assert "".join(content) == "E"
    first_answer = next(place for place, text in enumerate(content) if text)
    assert not any(thinking[first_answer:])
    assert "thinking" not in last["message"]
    assert "thinking" not in chunks[first_answer]["message"]
    whole = chat(http, ABLE, messages=thoughtful(), options=LONGER, think=True)
    expected = {"role": "assistant", "content": "E", "thinking": "upper case"}
    assert whole["message"] == expected


@covers("A5.think-default")
def test_a_model_that_can_think_does(http: httpx.Client) -> None:
    for absent in ({}, {"think": None}):
        message = chat(http, ABLE, messages=thoughtful(), options=LONGER, **absent)["message"]
        assert (message.get("thinking"), message["content"]) == ("upper case", "E")


@covers("A5.think-off")
def test_nothing_is_taken_for_thinking(http: httpx.Client) -> None:
    message = chat(http, ABLE, messages=thoughtful(), options=LONGER, think=False)["message"]
    assert "thinking" not in message
    assert message["content"] == "<think>upper case</think>E"


@covers("A5.think-level", "C1.messages-data")
@pytest.mark.parametrize(
    ("think", "shown"),
    [
        (True, "true/medium/true"),
        (False, "false//true"),
        ("low", "true/low/true"),
        ("medium", "true/medium/true"),
        ("high", "true/high/true"),
        ("max", "true/max/true"),
    ],
)
def test_the_template_is_told(http: httpx.Client, think: bool | str, shown: str) -> None:
    created(http, "levels", **{"from": STARTER}, template=LEVELS)
    messages = [{"role": "user", "content": "x"}]
    assert rendered(http, "levels", messages, think=think) == shown


@covers("A5.think-default", "C1.messages-data")
def test_the_template_is_told_that_thinking_is_on(http: httpx.Client) -> None:
    created(http, "levels", **{"from": STARTER}, template=LEVELS)
    assert rendered(http, "levels", [{"role": "user", "content": "x"}]) == "true/medium/true"


@covers("A5.format-thinking")
def test_thinking_is_free_and_the_answer_keeps_the_format(http: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"letter": {"type": "string", "enum": ["E", "F"]}},
        "required": ["letter"],
    }
    body = {**BODY, "think": True, "format": schema}
    *chunks, last = lines(http.post("/api/chat", json=body))
    assert "".join(chunk["message"].get("thinking", "") for chunk in chunks) == "upper case"
    content = "".join(chunk["message"]["content"] for chunk in chunks)
    assert json.loads(content)["letter"] in ("E", "F")
    assert (last["done"], last["done_reason"]) == (True, "stop")
    assert last["eval_count"] > 10


@covers("A6.think")
def test_generate_thinks_too(http: httpx.Client) -> None:
    created(http, "pattern", **{"from": ABLE}, messages=thoughtful()[:-1])
    answer = generate(http, "pattern", prompt="e", options=LONGER, think=True)
    assert (answer["thinking"], answer["response"]) == ("upper case", "E")
    answer = generate(http, "pattern", prompt="e", options=LONGER, think=False)
    assert answer["response"] == "<think>upper case</think>E"


@covers("E4.methods", "A5.think")
def test_the_official_client(official: ollama.Client) -> None:
    messages = thoughtful()
    answer = official.chat(ABLE, messages, think=True, options=LONGER)
    assert (answer.message.thinking, answer.message.content) == ("upper case", "E")
    parts = list(official.chat(ABLE, messages, think="high", options=LONGER, stream=True))
    assert "".join(part.message.thinking or "" for part in parts) == "upper case"
    with pytest.raises(ollama.ResponseError, match="does not support thinking"):
        official.chat(STARTER, messages, think=True)
