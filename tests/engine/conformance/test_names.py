"""A0 and D1: how each endpoint refuses names, and what a model cannot do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    BERT,
    FILLER,
    GREETING,
    SEER,
    WEATHER,
    chat,
    created,
    refusal,
)
from engine_process import STARTER

INVALID = ("a b", "../m", "m:", ":t", "a/b/c/d", "my.ns/m", "글", "m" * 81)
FULL = f"registry.ollama.ai/library/{STARTER}"


def _ask(http: httpx.Client, path: str, body: dict[str, Any]) -> tuple[int, str]:
    method = "DELETE" if path.endswith("delete") else "POST"
    return refusal(http.request(method, path, json=body))


@covers(
    "A0.names-chat",
    "A0.names-generate",
    "A0.names-embed",
    "A0.names-embeddings",
    "A0.names-show",
    "A0.names-delete",
    "A0.names-pull",
    "A0.names-create",
)
@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("chat", 400, "model is required"),
        ("generate", 404, "model '' not found"),
        ("embed", 404, "model '' not found"),
        ("embeddings", 400, "model is required"),
        ("show", 400, "model is required"),
        ("delete", 400, "model is required"),
        ("pull", 400, "invalid model name"),
        ("push", 400, "model is required"),
        ("create", 400, "invalid model name"),
    ],
)
@pytest.mark.parametrize("body", [{}, {"model": ""}, {"model": None}])
def test_no_name(
    http: httpx.Client, path: str, status: int, says: str, body: dict[str, Any]
) -> None:
    assert _ask(http, f"/api/{path}", {**body, "from": STARTER}) == (status, says)


@covers(
    "A0.names-chat",
    "A0.names-generate",
    "A0.names-embed",
    "A0.names-embeddings",
    "A0.names-show",
    "A0.names-delete",
    "A0.names-pull",
    "A0.names-create",
    "D1.invalid",
)
@pytest.mark.parametrize(
    "path", ["chat", "generate", "embed", "embeddings", "show", "pull", "create", "delete"]
)
@pytest.mark.parametrize("name", INVALID)
def test_names_that_are_none(http: httpx.Client, path: str, name: str) -> None:
    body = {"model": name, "prompt": "x", "input": "x", "from": STARTER}
    says = f'name "{name}" is invalid' if path == "delete" else "invalid model name"
    assert _ask(http, f"/api/{path}", body) == (400, says)


@covers(
    "A0.names-chat",
    "A0.names-generate",
    "A0.names-embed",
    "A0.names-embeddings",
    "A0.names-show",
    "A0.names-delete",
)
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("chat", "model 'Nope' not found"),
        ("generate", "model 'Nope' not found"),
        ("embed", 'model "Nope" not found, try pulling it first'),
        ("embeddings", 'model "Nope" not found, try pulling it first'),
        ("show", "model 'Nope:latest' not found"),
        ("delete", "model 'Nope' not found"),
    ],
)
def test_names_of_nothing(http: httpx.Client, path: str, says: str) -> None:
    body = {"model": "Nope", "prompt": "x", "input": "x", "messages": GREETING}
    assert _ask(http, f"/api/{path}", body) == (404, says)


@covers("A0.names-copy")
@pytest.mark.parametrize(
    ("source", "destination", "status", "says"),
    [
        ("", "x", 400, 'source "" is invalid'),
        ("a b", "x", 400, 'source "a b" is invalid'),
        (STARTER, "", 400, 'destination "" is invalid'),
        (STARTER, "a b", 400, 'destination "a b" is invalid'),
        ("Nope", "x", 404, 'model "Nope" not found'),
    ],
)
def test_copying(http: httpx.Client, source: str, destination: str, status: int, says: str) -> None:
    body = {"source": source, "destination": destination}
    assert _ask(http, "/api/copy", body) == (status, says)


@covers("A0.lookup-case")
def test_a_model_is_found_in_any_case(http: httpx.Client) -> None:
    created(http, "Mixed:Case", **{"from": STARTER}, system="x")
    for name in ("mixed:case", "MIXED:CASE", "Mixed:Case", "library/mixed:Case"):
        assert chat(http, name)["model"] == name
        assert http.post("/api/show", json={"model": name}).json()["system"] == "x"
    created(http, "MIXED:case", **{"from": STARTER}, system="y")
    names = {entry["name"] for entry in http.get("/api/tags").json()["models"]}
    assert names & {"Mixed:Case", "MIXED:case", "mixed:case"} == {"Mixed:Case"}
    assert http.post("/api/show", json={"model": "mixed:case"}).json()["system"] == "y"


@covers("D1.valid")
@pytest.mark.parametrize(
    ("name", "shortest"),
    [
        ("_m", "_m:latest"),
        ("m.", "m.:latest"),
        ("User/m:V1.0", "User/m:V1.0"),
        ("hf.co/u/R-GGUF:Q4_K_M", "hf.co/u/R-GGUF:Q4_K_M"),
        ("localhost:5000/n/m", "localhost:5000/n/m:latest"),
        ("http://h:5000/n/m:t", "h:5000/n/m:t"),
        ("registry.ollama.ai/library/plain", "plain:latest"),
        ("m" * 80, "m" * 80 + ":latest"),
    ],
)
def test_valid_names(http: httpx.Client, name: str, shortest: str) -> None:
    created(http, name, **{"from": STARTER}, system="named")
    assert shortest in {entry["name"] for entry in http.get("/api/tags").json()["models"]}
    assert http.request("DELETE", "/api/delete", json={"model": name}).status_code == 200
    assert shortest not in {entry["name"] for entry in http.get("/api/tags").json()["models"]}


PNG = "iVBORw0KGgo="


@covers(
    "A0.no-thinking",
    "A0.bad-think",
    "A0.no-tools",
    "A0.no-insert",
    "A0.no-chat",
    "A0.no-vision",
    "A0.raw-conflicts",
    "A0.top-logprobs-range",
    "A0.bad-format",
)
@pytest.mark.parametrize(
    ("path", "fields", "status", "says"),
    [
        ("chat", {"think": True}, 400, f'"{STARTER}" does not support thinking'),
        ("generate", {"think": "low"}, 400, f'"{STARTER}" does not support thinking'),
        (
            "chat",
            {"think": "loud"},
            400,
            'invalid think value: "loud" (must be "high", "medium", "low", "max", true, or false)',
        ),
        ("chat", {"tools": [WEATHER]}, 400, f"{FULL} does not support tools"),
        ("generate", {"suffix": "x"}, 400, f"{FULL} does not support insert"),
        ("chat", {"model": BERT}, 400, f'"{BERT}" does not support chat'),
        ("generate", {"model": BERT}, 400, f'"{BERT}" does not support generate'),
        ("generate", {"images": [PNG]}, 400, f'"{STARTER}" does not support images'),
        *(
            (
                "generate",
                {"raw": True, **one},
                400,
                "raw mode does not support template, system, or context",
            )
            for one in ({"template": "x"}, {"system": "x"}, {"context": [1]})
        ),
        ("chat", {"top_logprobs": 21}, 400, "top_logprobs must be between 0 and 20"),
        ("generate", {"top_logprobs": -1}, 400, "top_logprobs must be between 0 and 20"),
        (
            "chat",
            {"format": "xml"},
            500,
            'invalid format: "xml"; expected "json" or a valid JSON Schema object',
        ),
        (
            "generate",
            {"format": 1},
            500,
            'invalid format: 1; expected "json" or a valid JSON Schema object',
        ),
    ],
)
def test_what_is_refused(
    http: httpx.Client, path: str, fields: dict[str, Any], status: int, says: str
) -> None:
    body = {"model": STARTER, "messages": GREETING, "prompt": "x", **fields}
    assert _ask(http, f"/api/{path}", body) == (status, says)


@covers("A0.no-thinking", "A0.no-tools", "A0.no-insert", "A0.bad-format")
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("chat", {"think": False}),
        ("generate", {"think": False}),
        ("chat", {"model": ABLE, "tools": [WEATHER], "think": "high"}),
        ("generate", {"model": FILLER, "suffix": "x"}),
        ("chat", {"model": SEER}),
        ("chat", {"format": ""}),
        ("chat", {"format": None}),
    ],
)
def test_what_is_not(http: httpx.Client, path: str, fields: dict[str, Any]) -> None:
    body = {"model": STARTER, "messages": GREETING, "prompt": "x", "stream": False, **fields}
    answer = http.post(f"/api/{path}", json={**body, "options": {"num_predict": 1}})
    assert answer.json().get("done"), answer.text


@covers("A0.bad-template", "A0.runner-errors")
@pytest.mark.parametrize(
    ("path", "fields", "status", "says"),
    [
        ("generate", {"template": "{{ if }}"}, 500, "template: :1: missing value for if"),
        ("generate", {"template": "{{ .Prompt"}, 500, "template: :1: unclosed action"),
        ("chat", {"format": {"type": "bogus"}}, 400, "bogus"),
    ],
)
def test_what_others_refuse(
    http: httpx.Client, path: str, fields: dict[str, Any], status: int, says: str
) -> None:
    body = {"model": STARTER, "messages": GREETING, "prompt": "x", **fields}
    refused, text = _ask(http, f"/api/{path}", body)
    assert refused == status
    assert says in text
