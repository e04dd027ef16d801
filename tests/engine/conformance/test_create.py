"""A8 and C5: create."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    ABLE_TEMPLATE,
    SHORT,
    TAGGED,
    TINY,
    chat,
    created,
    lines,
    refusal,
    uploaded,
    whole,
)
from engine_process import STARTER
from tiny_models import split_files, tiny_llama, tiny_lora, tiny_projector

FROM = {"from": STARTER}
TYPES = "F32, F16, Q4_K_S, Q4_K_M, Q8_0"


def _show(http: httpx.Client, model: str) -> dict[str, Any]:
    return whole(http.post("/api/show", json={"model": model}))


def _statuses(http: httpx.Client, name: str, **fields: Any) -> list[str]:
    progress = lines(http.post("/api/create", json={"model": name, **fields}))
    return [line["status"] for line in progress]


def _kinds(statuses: list[str]) -> list[str]:
    return [re.sub("sha256:[0-9a-f]{64}", "D", status) for status in statuses]


NEW, OLD = "creating new layer D", "using existing layer D"


@covers("A8.from", "A8.status-order", "A8.layer-lines")
def test_the_lines_of_a_model_from_another(http: httpx.Client) -> None:
    fields: dict[str, Any] = {**FROM}
    fields |= {"template": "{{ .Prompt }} of lines", "system": "Lines.", "license": "Mine."}
    fields |= {"parameters": {"top_k": 7}, "messages": [{"role": "user", "content": "lines"}]}
    http.request("DELETE", "/api/delete", json={"model": "lines"})
    first = _kinds(_statuses(http, "lines", **fields))
    assert first[-2:] == ["writing manifest", "success"]
    assert set(first[:-2]) == {NEW, OLD}
    assert first[:-2].count(NEW) == 5
    second = _kinds(_statuses(http, "lines", **fields))
    assert second == [OLD] * len(first[:-2]) + ["writing manifest", "success"]
    assert lines(http.post("/api/create", json={"model": "lines", **fields}))[-1] == {
        "status": "success"
    }


@covers("A8.files", "A8.status-order", "A8.layer-lines")
def test_the_lines_of_a_model_from_a_file(http: httpx.Client) -> None:
    digest = uploaded(http, tiny_llama(11, template=TAGGED))
    progress = lines(http.post("/api/create", json={"model": "filed", "files": {"a.gguf": digest}}))
    statuses = _kinds([line["status"] for line in progress])
    assert statuses == [
        "parsing GGUF",
        "validating GGUF model",
        "verifying conversion",
        OLD,
        "writing manifest",
        "success",
    ]
    validating = progress[1]
    assert validating["digest"] == "0" * 19
    assert validating["completed"] == validating["total"] > 0
    assert chat(http, "filed")["eval_count"] == 5


@covers("A8.files")
def test_what_is_in_a_file_counts_not_its_name(http: httpx.Client) -> None:
    weights, eyes = (
        uploaded(http, tiny_llama(11, template=TAGGED)),
        uploaded(http, tiny_projector()),
    )
    created(http, "unnamed", files={"zzz": eyes, "folder/aaa": weights})
    assert _show(http, "unnamed")["capabilities"] == ["completion", "vision"]


@covers("A8.from-wins")
def test_from_counts_before_files(http: httpx.Client) -> None:
    digest = uploaded(http, tiny_llama())
    created(http, "both", **FROM, files={"tiny.gguf": digest})
    assert _show(http, "both")["details"]["parameter_size"] == "134.52M"


@covers("A8.from", "A8.replaced", "A8.empty-keeps", "A8.parameters", "A8.messages", "A8.licenses")
def test_what_a_model_takes_over(http: httpx.Client) -> None:
    created(
        http,
        "parent",
        **FROM,
        template="{{ .System }}{{ .Prompt }}",
        system="Old.",
        license="First.",
        parameters={"top_k": 1, "stop": ["a", "b"], "anything": "goes"},
        messages=[{"role": "user", "content": "old"}],
        renderer="x",
        requires="0.14.0",
    )
    created(http, "child", **{"from": "parent"}, template="", system="", messages=[], license=[])
    parent, child = _show(http, "parent"), _show(http, "child")
    for key in ("template", "system", "parameters", "messages", "license", "requires"):
        assert child[key] == parent[key], key
    assert "RENDERER x" in child["modelfile"]
    created(
        http,
        "grandchild",
        **{"from": "child"},
        template="{{ .Prompt }}",
        system="New.",
        license=["Second."],
        parameters={"top_k": 2, "stop": ["c"]},
        messages=[{"role": "user", "content": "new"}],
    )
    shown = _show(http, "grandchild")
    assert (shown["template"], shown["system"]) == ("{{ .Prompt }}", "New.")
    assert shown["messages"] == [{"role": "user", "content": "new"}]
    assert shown["license"].endswith("First.\nSecond.")
    parameters = [line.split(maxsplit=1) for line in shown["parameters"].splitlines()]
    assert sorted(parameters) == [["anything", '"goes"'], ["stop", '"c"'], ["top_k", "2"]]


@covers("A8.config")
def test_what_goes_into_the_config(http: httpx.Client) -> None:
    info = {"model_family": "fam", "parameter_size": "7B", "quantization_level": "Q9"}
    created(http, "told", **FROM, renderer="r", parser="p", requires="v1.2.3", info=info)
    shown = _show(http, "told")
    assert "RENDERER r\nPARSER p\n" in shown["modelfile"]
    assert shown["requires"] == "1.2.3"
    details = shown["details"]
    assert (details["family"], details["parameter_size"]) == ("fam", "7B")
    assert details["quantization_level"] == "Q9"


@covers("A8.split")
def test_parts_become_one(http: httpx.Client, tmp_path: Path) -> None:
    data = tiny_llama(12, template=TAGGED)
    parts = split_files(data, 3, tmp_path)
    files = {path.name: uploaded(http, path.read_bytes()) for path in parts}
    created(http, "joined", files=files)
    created(http, "unsplit", files={"one.gguf": uploaded(http, data)})
    said = [chat(http, name)["message"] for name in ("joined", "unsplit")]
    assert said[0] == said[1]
    del files[parts[1].name]
    status, text = refusal(http.post("/api/create", json={"model": "x", "files": files}))
    assert (status, "2" in text) == (400, True)


@covers("A8.parts")
def test_an_adapter_is_a_layer_and_is_used(http: httpx.Client) -> None:
    adapter = uploaded(http, tiny_lora(strength=4.0))
    created(http, "adapted", **{"from": TINY}, adapters={"lora.gguf": adapter})
    assert re.search("^ADAPTER /", _show(http, "adapted")["modelfile"], re.MULTILINE)
    options = {**SHORT, "num_predict": 16}
    plain, adapted = (chat(http, name, options=options)["message"] for name in (TINY, "adapted"))
    assert plain != adapted


@covers("A8.refusals", "A8.no-adapters", "A8.missing-blob", "A8.quantize", "A8.pull-first")
@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({}, 400, "neither 'from' or 'files' was specified"),
        ({"from": "a b"}, 400, "invalid model name"),
        ({"files": {}}, 400, "unknown type"),
        ({**FROM, "adapters": {}}, 400, "unknown type"),
        ({"files": {"/a": "sha256:" + "0" * 64}}, 400, "file path must be relative"),
        ({"files": {"../a": "sha256:" + "0" * 64}}, 400, "file path must be relative"),
        ({"files": {"a": ""}}, 400, "invalid digest format"),
        ({"files": {"a": "sha256:0"}}, 400, "invalid digest format"),
        (
            {**FROM, "template": "{{ if }}"},
            400,
            "template error: template: :1: missing value for if",
        ),
        ({**FROM, "draft_quantize": "q8_0"}, 400, "--draft-quantize requires a DRAFT model"),
        (
            {"files": {"a.gguf": "sha256:" + "0" * 64}},
            500,
            f"open sha256-{'0' * 64}: no such file or directory",
        ),
        (
            {**FROM, "quantize": "q3_x"},
            500,
            f"unsupported quantization type q3_x - supported types are {TYPES}",
        ),
        (
            {**FROM, "quantize": "q8_0"},
            500,
            "quantization is only supported for F16, BF16 and F32 models",
        ),
    ],
)
def test_what_is_refused(
    http: httpx.Client, fields: dict[str, Any], status: int, says: str
) -> None:
    answer = http.post("/api/create", json={"model": "refused", **fields})
    assert refusal(answer) == (status, says)
    assert http.post("/api/show", json={"model": "refused"}).status_code == 404


@covers("A8.refusals", "A8.quantize")
def test_what_cannot_be_done_here_is_said(http: httpx.Client) -> None:
    zeros = {"a": "sha256:" + "0" * 64}
    refused: list[tuple[dict[str, Any], str]] = [
        ({**FROM, "remote_host": "x"}, "this machine"),
        ({**FROM, "draft_files": zeros}, "draft models are not supported"),
        ({"from": TINY, "quantize": "Q8_0"}, "cannot quantize"),
        ({"files": {"a.safetensors": uploaded(http, b"\x08\0\0\0\0\0\0\0{}      ")}}, "GGUF"),
    ]
    for fields, says in refused:
        status, text = refusal(http.post("/api/create", json={"model": "refused", **fields}))
        assert status in (400, 501)
        assert says in text
    text_file = uploaded(http, b"just text, no model at all")
    answer = http.post("/api/create", json={"model": "refused", "files": {"a.gguf": text_file}})
    assert refusal(answer)[0] in (400, 500)


@covers("A8.overwrite")
def test_a_name_is_made_again(http: httpx.Client) -> None:
    created(http, "again", **FROM, system="The very first.")
    digest = "sha256:" + hashlib.sha256(b"The very first.").hexdigest()
    assert http.head(f"/api/blobs/{digest}").status_code == 200
    created(http, "again", **FROM, system="The second.")
    assert _show(http, "again")["system"] == "The second."
    assert http.head(f"/api/blobs/{digest}").status_code == 404


@covers("E4.methods", "A8.from")
def test_the_official_client(official: ollama.Client, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_llama(16))
    digest = official.create_blob(path)
    assert digest == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    statuses = [part.status for part in official.create("up", files={"t": digest}, stream=True)]
    assert statuses[0] == "parsing GGUF"
    assert statuses[-1] == "success"
    made = official.create(
        "persona-up",
        from_="up",
        template=ABLE_TEMPLATE,
        system="S",
        license=["L"],
        parameters={"temperature": 0, "stop": ["x"]},
        messages=[{"role": "user", "content": "q"}],
    )
    assert made.status == "success"
    assert official.show("persona-up").template == ABLE_TEMPLATE
    assert official.chat("persona-up", [], keep_alive=0).done_reason == "unload"
    assert official.create("child-up", from_="up", files={}).status == "success"
    with pytest.raises(ollama.ResponseError, match="unknown type"):
        official.create("child-up", from_="up", adapters={})
    assert official.show(ABLE).template == ABLE_TEMPLATE
