"""What a server says of its models, read with tolerance."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from faults import answers
from faults.readers import ask
from faults.server import FaultServer

from gui.errors import LineTooLong, ModelNotFound, NotOllama, StreamCut
from gui.models import bodies
from gui.models.client import ModelClient
from gui.records import Endpoint, LoadedModel, ModelInfo, ServerKind


def _models(entries: object) -> tuple[ModelInfo, ...]:
    with FaultServer({"/api/tags": answers.http_json({"models": entries})}) as server:
        return ask(server, ModelClient.list_models)


def test_list_keeps_what_the_ollama_package_drops() -> None:
    with FaultServer() as server:
        (model,) = ask(server, ModelClient.list_models)
    assert model.name == "m:latest"
    assert model.capabilities == ("completion",)
    assert (model.family, model.quantization, model.size) == ("llama", "Q4_K_M", 1000)


def test_net_29_ten_thousand_models() -> None:
    entries = [{"name": f"m{n}:latest", "size": n} for n in range(10_000)]
    assert len(_models(entries)) == 10_000


def test_net_29_odd_entries() -> None:
    odd: list[Any] = [
        None,
        5,
        "x",
        {},
        {"name": 5, "model": "by-model:1"},
        {"name": "../../etc/passwd"},
        {"name": "<b>html</b>\nline"},
        {"name": "twice"},
        {"name": "twice", "size": 9},
        {"name": "x" * 10_000},
        {"name": "sizes", "size": -1, "details": {"context_length": "many"}},
        {"name": "floats", "size": 1.5, "modified_at": 7, "digest": None},
        {"name": "\ud83d"},
        {"name": "lists", "capabilities": ["vision", 5, None], "details": []},
    ]
    found = {model.name: model for model in _models(odd)}
    assert list(found) == [
        "by-model:1",
        "../../etc/passwd",
        "<b>html</b>\nline",
        "twice",
        "sizes",
        "floats",
        "\ufffd",
        "lists",
    ]
    assert found["sizes"].size == found["sizes"].context_length == found["twice"].size == 0
    assert found["lists"].capabilities == ("vision",)


@pytest.mark.parametrize("entries", [None, {}, "x", 5])
def test_list_that_is_none(entries: object) -> None:
    assert _models(entries) == ()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"not json", b"[" * 100_000, b'{"version":5}', b'{"ok":true}']
)
def test_version_of_something_else(body: bytes) -> None:
    with (
        FaultServer({"/api/version": answers.http_body(body)}) as server,
        pytest.raises(NotOllama, match=server.name),
    ):
        ask(server, ModelClient.version)


def test_show() -> None:
    with FaultServer() as server:
        model = ask(server, lambda client: client.show("m"))
        assert server.last("/api/show").json == {"model": "m"}
    assert (model.name, model.context_length, model.license) == ("m", 8192, "Free for all.")


def test_show_without_details() -> None:
    with FaultServer({"/api/show": answers.http_json({"license": ["a", "b"]})}) as server:
        assert ask(server, lambda client: client.show("m")) == ModelInfo("m", license="a\nb")


def test_show_of_an_unknown_model() -> None:
    missing = answers.http_json({"error": "model 'x:latest' not found"}, "404 Not Found")
    with (
        FaultServer({"/api/show": missing}) as server,
        pytest.raises(ModelNotFound, match="x:latest"),
    ):
        ask(server, lambda client: client.show("x"))


def test_loaded_and_unload() -> None:
    routes = {
        "/api/ps": answers.http_json({"models": [{"name": "m:latest", "expires_at": 5}]}),
        "/api/generate": answers.http_json(
            {"model": "m", "response": "", "done": True, "done_reason": "unload"}
        ),
    }
    with FaultServer(routes) as server:
        assert ask(server, ModelClient.loaded) == (LoadedModel("m:latest"),)
        ask(server, lambda client: client.unload("m"))
        assert server.last("/api/generate").json["keep_alive"] == 0


def test_document_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_DOCUMENT", 2**20)
    endless = [answers.head(content_type="application/json"), *[b" " * 2**19] * 3]
    with FaultServer({"/api/tags": endless}) as server, pytest.raises(LineTooLong):
        ask(server, ModelClient.list_models)


def test_document_cut() -> None:
    cut = [answers.head("200 OK", "Content-Length: 99", content_type="application/json"), b"{"]
    with FaultServer({"/api/tags": cut}) as server, pytest.raises(StreamCut):
        ask(server, ModelClient.list_models)


def test_path_prefix_is_kept() -> None:
    with FaultServer({"/ollama/api/version": answers.http_json({"version": "1"})}) as server:

        async def version() -> str:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, f"{server.url}/ollama"))
            try:
                return await client.version()
            finally:
                await client.aclose()

        assert asyncio.run(version()) == "1"
