"""A10 and D2: copy, delete, and what that does on disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import chat, created, whole
from engine_process import STARTER, EngineUnderTest

FROM = {"from": STARTER}


@pytest.fixture
def models(engine: EngineUnderTest) -> Path:
    """The folder of models of that engine."""
    return engine.log.parent / "data" / "models"


def _manifest(models: Path, name: str, tag: str = "latest") -> Path:
    return models / "manifests" / "registry.ollama.ai" / "library" / name / tag


def _names(http: httpx.Client) -> set[str]:
    return {entry["name"] for entry in whole(http.get("/api/tags"))["models"]}


@covers("A10.copy", "A10.delete")
def test_a_copy_is_a_name_more(http: httpx.Client, models: Path) -> None:
    created(http, "original", **FROM, system="Original.")
    before = sorted((models / "blobs").iterdir())
    body = {"source": "original", "destination": "copied:v1"}
    answer = http.post("/api/copy", json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert sorted((models / "blobs").iterdir()) == before
    assert (
        _manifest(models, "copied", "v1").read_bytes() == _manifest(models, "original").read_bytes()
    )
    answer = http.request("DELETE", "/api/delete", json={"model": "original"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert "original:latest" not in _names(http)
    assert whole(http.post("/api/show", json={"model": "copied:v1"}))["system"] == "Original."
    assert chat(http, "copied:v1")["done"]


@covers("A10.delete")
def test_what_nobody_uses_goes(http: httpx.Client) -> None:
    created(http, "deleted", **FROM, system="To be deleted.")
    digest = "sha256:" + hashlib.sha256(b"To be deleted.").hexdigest()
    assert http.head(f"/api/blobs/{digest}").status_code == 200
    assert http.request("DELETE", "/api/delete", json={"name": "deleted"}).status_code == 200
    assert http.head(f"/api/blobs/{digest}").status_code == 404
    assert chat(http)["done"]


@covers("A10.delete")
def test_a_model_in_memory_is_deleted(http: httpx.Client) -> None:
    created(http, "busy", **FROM, system="Busy.", parameters={"num_ctx": 512})
    chat(http, "busy")
    assert http.request("DELETE", "/api/delete", json={"model": "busy"}).status_code == 200
    loaded = {entry["name"] for entry in whole(http.get("/api/ps"))["models"]}
    assert "busy:latest" not in loaded


TYPES = {
    "model": "application/vnd.ollama.image.model",
    "template": "application/vnd.ollama.image.template",
    "system": "application/vnd.ollama.image.system",
    "license": "application/vnd.ollama.image.license",
    "params": "application/vnd.ollama.image.params",
    "messages": "application/vnd.ollama.image.messages",
}


@covers("D2.layout", "D2.manifest", "D2.config", "A2.digest", "A2.size")
def test_how_a_model_is_on_disk(http: httpx.Client, models: Path) -> None:
    few = [{"role": "user", "content": "q"}]
    created(
        http,
        "disk",
        **FROM,
        template="{{ .Prompt }}",
        system="S",
        license="L",
        parameters={"top_k": 1},
        messages=few,
    )
    written = _manifest(models, "disk").read_bytes()
    manifest = json.loads(written)
    assert manifest["schemaVersion"] == 2
    assert manifest["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert manifest["config"]["mediaType"] == "application/vnd.docker.container.image.v1+json"
    layers: dict[str, Any] = {layer["mediaType"]: layer for layer in manifest["layers"]}
    assert set(layers) == set(TYPES.values())

    def content(layer: dict[str, Any]) -> bytes:
        data: bytes = (models / "blobs" / layer["digest"].replace(":", "-")).read_bytes()
        assert len(data) == layer["size"]
        assert "sha256:" + hashlib.sha256(data).hexdigest() == layer["digest"]
        return data

    assert content(layers[TYPES["template"]]) == b"{{ .Prompt }}"
    assert content(layers[TYPES["system"]]) == b"S"
    assert json.loads(content(layers[TYPES["params"]])) == {"top_k": 1}
    assert json.loads(content(layers[TYPES["messages"]])) == few
    assert content(layers[TYPES["model"]])[:4] == b"GGUF"
    config = json.loads(content(manifest["config"]))
    assert (config["model_format"], config["model_family"]) == ("gguf", "llama")
    assert (config["model_type"], config["file_type"]) == ("134.52M", "Q4_1")
    (entry,) = [
        one for one in http.get("/api/tags").json()["models"] if one["name"] == "disk:latest"
    ]
    assert entry["digest"] == hashlib.sha256(written).hexdigest()
    sizes = [layer["size"] for layer in manifest["layers"]]
    assert entry["size"] == sum(sizes) + manifest["config"]["size"]


@covers("D2.broken")
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schemaVersion":2}', b"\xff\xfe"])
def test_a_broken_manifest_is_passed_over(http: httpx.Client, models: Path, content: bytes) -> None:
    path = _manifest(models, "crooked")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        assert "crooked:latest" not in _names(http)
        answer = http.post("/api/chat", json={"model": "crooked"})
        assert answer.status_code == 404
    finally:
        path.unlink()


@covers("E4.methods", "A10.copy", "A10.delete")
def test_the_official_client(official: ollama.Client) -> None:
    assert official.copy(STARTER, "its-copy").status == "success"
    assert "its-copy:latest" in {model.model for model in official.list().models}
    assert official.delete("its-copy").status == "success"
    with pytest.raises(ollama.ResponseError, match="not found") as refused:
        official.delete("its-copy")
    assert refused.value.status_code == 404
