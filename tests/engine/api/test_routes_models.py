"""Version, tags, ps and show, byte by byte."""

from __future__ import annotations

import asyncio
import hashlib
import json

import httpx
import ollama
import pytest
from engine_process import STARTER, EngineUnderTest

from gui.engine.store.loose import starter_path


def test_recognised_as_ollama(http: httpx.Client) -> None:
    answer = http.get("/")
    assert (answer.status_code, answer.text) == (200, "Ollama is running")
    assert http.head("/").status_code == 200
    assert http.head("/api/tags").status_code == 200


def test_version_is_the_announced_one(http: httpx.Client, engine: EngineUnderTest) -> None:
    answer = http.get("/api/version")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == {"version": engine.announcement["version"]}


@pytest.mark.parametrize("path", ["/nope", "/api", "/api/chat/", "/../etc/passwd", "/%2e%2e/x"])
def test_unknown_paths(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.text) == (404, "404 page not found")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/tags"), ("GET", "/api/chat")])
def test_wrong_methods(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.text) == (405, "405 method not allowed")


def test_the_starter_is_listed_with_its_true_digest(http: httpx.Client) -> None:
    models = {model["name"]: model for model in http.get("/api/tags").json()["models"]}
    starter = models[STARTER]
    path = starter_path()
    assert path is not None
    with path.open("rb") as file:
        assert starter["digest"] == hashlib.file_digest(file, "sha256").hexdigest()
    assert starter["model"] == STARTER
    assert starter["size"] == path.stat().st_size
    assert starter["capabilities"] == ["completion"]
    assert starter["details"] == {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "134.52M",
        "quantization_level": "Q4_1",
        "context_length": 8192,
        "embedding_length": 576,
    }


def test_files_in_the_models_folder_are_listed(http: httpx.Client) -> None:
    models = {model["name"]: model for model in http.get("/api/tags").json()["models"]}
    assert "capabilities" not in models["page:latest"]
    assert any(name.startswith("no-layers-at-all-") for name in models)


def test_show_tells_the_licence(http: httpx.Client) -> None:
    shown = http.post("/api/show", json={"model": "SMOLLM2:135m"}).json()
    assert "Apache License, Version 2.0" in shown["license"]
    assert "TERMS AND CONDITIONS" in shown["license"]
    assert shown["capabilities"] == ["completion"]
    assert "<|im_start|>" in shown["template"]
    info = shown["model_info"]
    assert info["general.architecture"] == "llama"
    assert info["llama.context_length"] == 8192
    assert info["tokenizer.ggml.tokens"] == []
    assert "general.name" not in info
    assert "tokenizer.chat_template" not in info
    assert {"name", "type", "shape"} == set(shown["tensors"][0])
    assert "/" not in shown["modelfile"].split("FROM ")[1].split("\n")[0]


def test_show_verbose_gives_the_vocabulary(http: httpx.Client) -> None:
    shown = http.post("/api/show", json={"model": STARTER, "verbose": True}).json()
    assert len(shown["model_info"]["tokenizer.ggml.tokens"]) == 49152


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, "model is required"),
        ({"model": "a b"}, 400, "invalid model name"),
        ({"model": "Nope"}, 404, "model 'Nope:latest' not found"),
        ({"model": "too-many-layers"}, 500, "damaged or not supported: it claims 100000 layers"),
        ({"model": "page"}, 500, "this is a web page, not a model"),
    ],
)
def test_show_refusals(http: httpx.Client, body: dict[str, str], status: int, says: str) -> None:
    answer = http.post("/api/show", json=body)
    assert answer.status_code == status
    assert says in answer.json()["error"]


def test_the_official_client_reads_it_all(engine: EngineUnderTest) -> None:
    async def ask() -> None:
        async with ollama.AsyncClient(
            host=engine.url, headers=engine.headers, trust_env=False
        ) as client:
            listed = await client.list()
            assert STARTER in [model.model for model in listed.models]
            shown = await client.show(STARTER)
            assert shown.modelinfo
            assert (await client.ps()).models is not None

    asyncio.run(ask())


def test_json_is_pure_ascii(http: httpx.Client) -> None:
    content = http.post("/api/show", json={"model": STARTER, "verbose": True}).content
    assert content.isascii()
    assert not set(b"<>&") & set(content)
    json.loads(content)
