"""Version, tags, ps and show, byte by byte."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import ollama
import pytest
from engine_process import STARTER, EngineUnderTest
from tiny_models import tiny_llama, tiny_projector

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


@pytest.fixture
def made(http: httpx.Client) -> Iterator[dict[str, Any]]:
    """What `/api/show` says of a model that has everything but a projector."""
    body: dict[str, Any] = {
        "model": "shown-model:Q1",
        "from": STARTER,
        "template": "{{ .System }}\n{{ .Prompt }}",
        "system": '"quoted" from the start',
        "license": "MIT",
        "parameters": {"temperature": 0.7, "num_ctx": 4096, "stop": ["<a>", " b"]},
        "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}],
        "renderer": "r",
        "parser": "p",
        "requires": "0.14.0",
    }
    assert http.post("/api/create", json=body).text.endswith('{"status":"success"}\n')
    yield http.post("/api/show", json={"name": "shown-model:q1"}).json()
    http.request("DELETE", "/api/delete", json={"model": "shown-model:q1"})


def test_show_tells_everything(made: dict[str, Any], http: httpx.Client) -> None:
    assert made["template"] == "{{ .System }}\n{{ .Prompt }}"
    assert made["system"] == '"quoted" from the start'
    assert made["messages"][1] == {"role": "assistant", "content": "ho"}
    assert made["requires"] == "0.14.0"
    assert made["license"].endswith("\nMIT")
    assert made["details"]["parent_model"] == STARTER
    assert made["capabilities"] == ["completion"]
    assert made["parameters"].splitlines() == [
        "num_ctx                        4096",
        'stop                           "<a>"',
        'stop                           " b"',
        "temperature                    0.7",
    ]
    assert "projector_info" not in made
    assert datetime.fromisoformat(made["modified_at"]).tzinfo is not None
    newest = http.get("/api/tags").json()["models"][0]
    assert newest["name"] == "shown-model:Q1"
    assert newest["details"]["parent_model"] == ""


def test_show_writes_a_modelfile_that_can_be_read(made: dict[str, Any]) -> None:
    head, _, body = made["modelfile"].partition("\n\n")
    assert head.splitlines()[-1] == "# FROM shown-model:Q1"
    assert re.match(r"FROM /.*/blobs/sha256-[0-9a-f]{64}\n", body)
    instructions = body.split("\n", 1)[1]
    assert instructions.startswith(
        'TEMPLATE """{{ .System }}\n{{ .Prompt }}"""\n'
        'SYSTEM """"quoted" from the start"""\n'
        "RENDERER r\nPARSER p\n"
        "PARAMETER num_ctx 4096\n"
        "PARAMETER stop <a>\n"
        'PARAMETER stop """ b"""\n'
        "PARAMETER temperature 0.7\n"
        'LICENSE """SmolLM2-135M-Instruct by Hugging Face'
    )
    assert instructions.endswith(
        "LICENSE MIT\nMESSAGE user hi\nMESSAGE assistant ho\nREQUIRES 0.14.0\n"
    )


def test_show_with_a_system_and_options_of_the_request(
    made: dict[str, Any], http: httpx.Client
) -> None:
    body = {"model": "shown-model:q1", "system": "mine", "options": {"seed": 5, "num_ctx": 8}}
    shown = http.post("/api/show", json=body).json()
    assert shown["system"] == "mine"
    assert "seed                           5\n" in shown["parameters"]
    assert "num_ctx                        8\n" in shown["parameters"]
    assert shown["modelfile"] == made["modelfile"]


def test_a_bare_file_has_no_template_of_its_own(http: httpx.Client) -> None:
    shown = http.post("/api/show", json={"model": STARTER}).json()
    assert "TEMPLATE" not in shown["modelfile"]
    assert not {"system", "messages", "parameters", "requires"} & shown.keys()


def test_projectors_are_shown(http: httpx.Client) -> None:
    files = {}
    for name, data in (("m.gguf", tiny_llama(seed=11)), ("eyes.gguf", tiny_projector())):
        files[name] = f"sha256:{hashlib.sha256(data).hexdigest()}"
        http.post(f"/api/blobs/{files[name]}", content=data)
    http.post("/api/create", json={"model": "seeing-model", "files": files})
    shown = http.post("/api/show", json={"model": "seeing-model"}).json()
    assert shown["projector_info"]["general.architecture"] == "clip"
    assert shown["details"]["families"] == ["llama", "clip"]
    assert "vision" in shown["capabilities"]
    assert shown["modelfile"].count("\nFROM /") == 2
    assert http.request("DELETE", "/api/delete", json={"model": "seeing-model"}).is_success


def test_ps_tells_what_is_in_memory(http: httpx.Client) -> None:
    http.post("/api/generate", json={"model": STARTER, "options": {"num_ctx": 512}})
    (loaded,) = [one for one in http.get("/api/ps").json()["models"] if one["name"] == STARTER]
    assert loaded["context_length"] == 512
    assert loaded["size_vram"] == 0
    assert loaded["size"] > 80 * 2**20
    assert loaded["details"]["family"] == "llama"
    assert datetime.fromisoformat(loaded["expires_at"]).timestamp() > time.time() + 200
    http.post("/api/generate", json={"model": STARTER, "keep_alive": 0})
    assert STARTER not in [one["name"] for one in http.get("/api/ps").json()["models"]]


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
