"""A0: options, their types, defaults and whose count."""

from __future__ import annotations

from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import GREETING, SHORT, TINY, chat, created, refusal
from engine_process import STARTER

DEFAULTS: dict[str, Any] = {
    "num_ctx": 4096,
    "num_batch": 512,
    "num_gpu": -1,
    "main_gpu": 0,
    "num_thread": 0,
    "num_keep": 4,
    "top_k": 40,
    "top_p": 0.9,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repeat_last_n": 64,
    "temperature": 0.8,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "stop": [],
    "draft_num_predict": 4,
}
SAMPLED = {"seed": 42, "num_predict": 12}


def _said(http: httpx.Client, **options: Any) -> str:
    text: str = chat(http, options=options)["message"]["content"]
    return text


@covers("A0.options-defaults")
def test_the_defaults_are_ollamas(http: httpx.Client) -> None:
    """The same seed and the written-out defaults give the same words; other values do not."""
    plain = _said(http, **SAMPLED)
    assert _said(http, **SAMPLED, **DEFAULTS) == plain
    for name, other in (("temperature", 5.0), ("top_k", 1), ("repeat_penalty", 50.0)):
        assert _said(http, **SAMPLED, **{name: other}) != plain, name


GONE = {"mirostat": 0, "mirostat_tau": 5.0, "mirostat_eta": 0.1, "tfs_z": 1.0, "numa": True}


@covers("A0.options-unknown", "A0.options-null")
def test_what_is_not_known_or_null_is_passed_over(http: httpx.Client) -> None:
    plain = _said(http, **SHORT)
    more = {"no_such": {"x": 1}, "low_vram": "x", "num_gqa": 1, "use_mlock": 3}
    assert _said(http, **SHORT, **GONE, **more) == plain
    assert _said(http, **SHORT, top_k=None, stop=None, num_ctx=None, use_mmap=None) == plain


@covers("A0.options-whole")
def test_whole_numbers_may_have_decimals(http: httpx.Client) -> None:
    options = {**SHORT, "num_predict": 3.9, "seed": 1.0, "num_ctx": 4096.5}
    assert chat(http, options=options)["eval_count"] == 3


@covers("A0.options-wrong-type")
@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("num_ctx", "x", "of type integer"),
        ("seed", True, "of type integer"),
        ("temperature", "0.5", "of type float32"),
        ("use_mmap", 1, "of type boolean"),
        ("stop", "x", "of type array"),
        ("stop", [1], "of an array of strings"),
    ],
)
def test_wrong_types(http: httpx.Client, name: str, value: Any, kind: str) -> None:
    for path in ("/api/chat", "/api/generate", "/api/embed", "/api/embeddings"):
        body = {"model": STARTER, "messages": GREETING, "prompt": "x", "input": "x"}
        answer = http.post(path, json={**body, "options": {name: value}})
        assert refusal(answer) == (500, f'option "{name}" must be {kind}')


@covers("A0.options-merge")
def test_whose_options_count(http: httpx.Client) -> None:
    parameters = {"num_predict": 3, "temperature": 0, "seed": 1, "num_ctx": 1024}
    created(http, "parametrised", **{"from": STARTER}, parameters=parameters)
    assert chat(http, "parametrised", options={})["eval_count"] == 3
    assert chat(http, "parametrised", options={"num_predict": 2})["eval_count"] == 2
    entries = {one["name"]: one for one in http.get("/api/ps").json()["models"]}
    assert entries["parametrised:latest"]["context_length"] == 1024
    http.post("/api/generate", json={"model": "parametrised", "keep_alive": 0})


@covers("A0.num-ctx-capped")
def test_the_context_is_cut_to_the_models(http: httpx.Client) -> None:
    chat(http, TINY, options={**SHORT, "num_ctx": 100_000})
    entries = {one["name"]: one for one in http.get("/api/ps").json()["models"]}
    assert entries["tiny:latest"]["context_length"] == 512


@covers("E3.nulls", "A0.options-merge")
def test_options_of_the_official_client(official: ollama.Client) -> None:
    every = ollama.Options(seed=1, temperature=0, num_predict=4, top_k=None, stop=["\0"], numa=True)
    answer = official.chat(STARTER, GREETING, options=every, keep_alive=60)
    assert answer.eval_count == 4
