"""A5 and A6: log probabilities."""

from __future__ import annotations

import math
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import ABLE, GREETING, SHORT, lines, whole
from engine_process import STARTER

WANTED: dict[str, Any] = {"logprobs": True, "top_logprobs": 3, "options": SHORT, "think": False}


@covers("A5.logprobs", "A5.logprobs-whole", "A6.logprobs")
@pytest.mark.parametrize("path", ["/api/chat", "/api/generate"])
@pytest.mark.parametrize("model", [STARTER, ABLE])
def test_each_token_has_its_own(http: httpx.Client, path: str, model: str) -> None:
    """Of a model with its file's own template, and of one with a Go template."""
    body = {"model": model, "messages": GREETING, "prompt": "Say hi.", **WANTED}
    chunks = lines(http.post(path, json=body))
    streamed = [entry for chunk in chunks for entry in chunk.get("logprobs", ())]
    answer = whole(http.post(path, json={**body, "stream": False}))
    assert len(answer["logprobs"]) == len(streamed) == answer["eval_count"]
    said = answer["message"]["content"] if path == "/api/chat" else answer["response"]
    assert b"".join(bytes(entry["bytes"]) for entry in answer["logprobs"]).decode() == said
    for entry in answer["logprobs"]:
        assert set(entry) == {"token", "logprob", "bytes", "top_logprobs"}
        assert bytes(entry["bytes"]).decode() == entry["token"]
        tops = [one["logprob"] for one in entry["top_logprobs"]]
        assert len(tops) == 3
        assert tops == sorted(tops, reverse=True)
        assert math.isclose(tops[0], entry["logprob"])
        assert all(value <= 0 for value in tops)


@covers("A5.logprobs")
@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ({"logprobs": True}, {"token", "logprob", "bytes"}),
        ({"logprobs": True, "top_logprobs": 0}, {"token", "logprob", "bytes"}),
        ({"logprobs": False}, None),
        ({}, None),
    ],
)
def test_only_what_was_asked_for(
    http: httpx.Client, fields: dict[str, Any], keys: set[str] | None
) -> None:
    body = {"model": STARTER, "messages": GREETING, "options": SHORT, "stream": False}
    answer = whole(http.post("/api/chat", json={**body, **fields}))
    if keys is None:
        assert "logprobs" not in answer
    else:
        assert all(set(entry) == keys for entry in answer["logprobs"])


@covers("A5.logprobs", "E4.methods")
def test_the_official_client(official: ollama.Client) -> None:
    answer = official.chat(STARTER, GREETING, logprobs=True, top_logprobs=2, options=SHORT)
    assert len(answer.logprobs or ()) == 5
    first = (answer.logprobs or ())[0]
    assert len(first.top_logprobs or ()) == 2
    parts = official.generate(
        STARTER, "Say hi.", logprobs=True, top_logprobs=1, options=SHORT, stream=True
    )
    assert sum(len(part.logprobs or ()) for part in parts) == 5
