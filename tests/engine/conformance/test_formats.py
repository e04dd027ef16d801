"""A5 and A6: replies held to JSON, and to a schema."""

from __future__ import annotations

import json
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import ABLE, chat, generate, lines, refusal
from engine_process import STARTER

OPTIONS = {"temperature": 0, "seed": 1, "num_predict": 60}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "age": {"type": "integer", "minimum": 0, "maximum": 99},
    },
    "required": ["kind", "age"],
    "additionalProperties": False,
}
PETS: list[dict[str, Any]] = [
    {"role": role, "content": content}
    for role, content in (
        ("user", "Tom"),
        ("assistant", '{"kind": "cat", "age": 3}'),
        ("user", "Rex"),
        ("assistant", '{"kind": "dog", "age": 5}'),
        ("user", "Kitty"),
    )
]


def _check(text: str) -> None:
    value = json.loads(text)
    assert value["kind"] in ("cat", "dog")
    assert isinstance(value["age"], int)
    assert set(value) == {"kind", "age"}


@covers("A5.format-schema", "A6.format")
@pytest.mark.parametrize("model", [STARTER, ABLE])
def test_a_schema_is_followed(http: httpx.Client, model: str) -> None:
    """By a model with its file's own template, and by one with a Go template."""
    fields: dict[str, Any] = {"format": SCHEMA, "options": OPTIONS, "think": False}
    answer = chat(http, model, messages=PETS, **fields)
    _check(answer["message"]["content"])
    assert answer["done_reason"] == "stop"
    chunks = lines(http.post("/api/chat", json={"model": model, "messages": PETS, **fields}))
    _check("".join(chunk["message"]["content"] for chunk in chunks))


@covers("A6.format")
def test_generate_keeps_it_too(http: httpx.Client) -> None:
    pet = '\nTom: {"kind": "cat", "age": 3}\nRex: {"kind": "dog", "age": 5}\nKitty: '
    answer = generate(http, prompt=pet, raw=True, format=SCHEMA, options=OPTIONS)
    _check(answer["response"])


@covers("A5.format-json")
def test_json(http: httpx.Client) -> None:
    answer = chat(http, messages=PETS, format="json", options=OPTIONS)
    assert isinstance(json.loads(answer["message"]["content"]), dict)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"type": "bogus"}, "bogus"),
    ({"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a|b$"}}}, "pattern"),
    ({"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}}, "$ref"),
]


@covers("A5.format-broken", "A0.runner-errors")
@pytest.mark.parametrize("model", [STARTER, ABLE])
@pytest.mark.parametrize(("schema", "says"), BROKEN)
def test_a_schema_that_does_not_compile_is_refused(
    http: httpx.Client, model: str, schema: dict[str, Any], says: str
) -> None:
    """ENG-11: it must not become a reply that is held to nothing."""
    body = {"model": model, "messages": PETS, "prompt": "x", "format": schema, "options": OPTIONS}
    for path in ("/api/chat", "/api/generate"):
        status, text = refusal(http.post(path, json=body))
        assert status == 400
        assert says in text


@covers("A5.format-schema", "E4.methods")
def test_the_official_client(official: ollama.Client) -> None:
    answer = official.chat(STARTER, PETS, format=SCHEMA, options=OPTIONS)
    _check(answer.message.content or "")
