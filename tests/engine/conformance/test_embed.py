"""A7: embeddings."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import BERT, created, refusal, uploaded, whole
from engine_process import STARTER
from tiny_models import tiny_bert

from gui.engine.gguf.reader import read_header


def _embed(http: httpx.Client, given: Any, model: str = BERT, **fields: Any) -> dict[str, Any]:
    return whole(http.post("/api/embed", json={"model": model, "input": given, **fields}))


def _near(one: list[float], other: list[float]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(math.isclose(a, b, abs_tol=1e-4) for a, b in pairs)


@covers("A7.shape", "A7.length-one", "A0.durations")
def test_the_answer(http: httpx.Client) -> None:
    answer = _embed(http, "a b c")
    keys = {"model", "embeddings", "total_duration", "load_duration", "prompt_eval_count"}
    assert set(answer) == keys
    assert answer["model"] == BERT
    (vector,) = answer["embeddings"]
    assert len(vector) == 64
    assert math.isclose(math.fsum(value * value for value in vector), 1, rel_tol=1e-5)
    assert answer["prompt_eval_count"] == 5
    assert all(type(answer[name]) is int for name in ("total_duration", "load_duration"))


@covers("A7.inputs")
def test_the_order_is_kept(http: httpx.Client) -> None:
    texts = [chr(ord("a") + number % 26) * (1 + number // 26) for number in range(70)]
    together = _embed(http, texts)["embeddings"]
    assert len(together) == 70
    for place in (0, 1, 25, 26, 63, 64, 69):
        (alone,) = _embed(http, texts[place])["embeddings"]
        assert _near(alone, together[place])
    assert not _near(together[0], together[1])


@covers("A7.load-only")
@pytest.mark.parametrize("body", [{}, {"input": ""}, {"input": []}, {"input": None}])
def test_no_input_loads(http: httpx.Client, body: dict[str, Any]) -> None:
    http.post("/api/embed", json={"model": BERT, "keep_alive": 0})
    answer = whole(http.post("/api/embed", json={"model": BERT, **body}))
    assert answer["embeddings"] == []
    assert "bert:latest" in {entry["name"] for entry in http.get("/api/ps").json()["models"]}


@covers("A7.length-one")
def test_dimensions(http: httpx.Client) -> None:
    (whole_vector,) = _embed(http, "a")["embeddings"]
    (cut,) = _embed(http, "a", dimensions=8)["embeddings"]
    assert len(cut) == 8
    assert math.isclose(math.fsum(value * value for value in cut), 1, rel_tol=1e-5)
    ratio = cut[0] / whole_vector[0]
    assert _near(cut, [value * ratio for value in whole_vector[:8]])


@covers("A7.bad-input")
@pytest.mark.parametrize("given", [1, True, {"a": "b"}, [1], ["a", None], [["a"]]])
def test_other_inputs(http: httpx.Client, given: Any) -> None:
    answer = http.post("/api/embed", json={"model": BERT, "input": given})
    assert refusal(answer) == (400, "invalid input type")


@covers("A7.truncate")
def test_a_text_that_is_too_long(http: httpx.Client) -> None:
    long = "a " * 500
    answer = _embed(http, [long, "b"])
    assert 100 < answer["prompt_eval_count"] <= 128 + 3
    body = {"model": BERT, "input": long, "truncate": False}
    says = "the input length exceeds the context length"
    assert refusal(http.post("/api/embed", json=body)) == (400, says)


@covers("A7.nan")
def test_a_vector_that_is_no_number(http: httpx.Client, tmp_path: Path) -> None:
    data = bytearray(tiny_bert(3))
    path = tmp_path / "bert.gguf"
    path.write_bytes(data)
    header = read_header(path)
    (norm,) = [item for item in header.tensors if item.name == "token_embd_norm.bias"]
    start = header.data_start + norm.offset
    data[start : start + norm.size] = struct.pack("<f", math.nan) * (norm.size // 4)
    created(http, "broken", files={"broken.gguf": uploaded(http, bytes(data))})
    answer = http.post("/api/embed", json={"model": "broken", "input": "a"})
    assert refusal(answer) == (400, "embedding contains NaN or Inf values")


@covers("A7.old-route")
def test_the_old_route(http: httpx.Client) -> None:
    answer = whole(http.post("/api/embeddings", json={"model": BERT, "prompt": "a b"}))
    assert set(answer) == {"embedding"}
    length = math.sqrt(math.fsum(value * value for value in answer["embedding"]))
    assert abs(length - 1) > 1e-3
    (unit,) = _embed(http, "a b")["embeddings"]
    assert _near([value / length for value in answer["embedding"]], unit)
    empty = whole(http.post("/api/embeddings", json={"model": BERT}))
    assert empty == {"embedding": []}


@covers("A0.embed-chat-model")
def test_a_chat_model_embeds_too(http: httpx.Client) -> None:
    near, same, far = _embed(http, ["a cat", "a cat", "17 + 4 = 21"], STARTER)["embeddings"]
    assert len(near) == 576
    assert _near(near, same)
    assert not _near(near, far)


@covers("E3.nulls")
def test_nulls(http: httpx.Client) -> None:
    nulls: dict[str, Any] = dict.fromkeys(("truncate", "dimensions", "keep_alive"))
    assert _embed(http, "a", BERT, options={"num_ctx": None, "stop": None}, **nulls)["embeddings"]


@covers("E4.methods", "A7.shape")
def test_the_official_client(official: ollama.Client) -> None:
    answer = official.embed(BERT, ["a", "b"], dimensions=4, truncate=True, keep_alive=60)
    assert [len(vector) for vector in answer.embeddings] == [4, 4]
    assert len(official.embeddings(BERT, "a").embedding) == 64
