"""A model pushed to a registry, and pulled from there again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine.registry.conftest import Home
from engine.registry.registry_process import RegistryProcess

from gui.engine.registry import upload
from gui.engine.registry.faults import RegistryError
from gui.engine.registry.push import push
from gui.engine.store import names
from gui.engine.store.manifests import CONFIG, LICENSE, MODEL, Layer, build
from gui.engine.store.names import ModelName

WEIGHTS = b"weights" * 100_000


def made(home: Home, text: str, weights: bytes = WEIGHTS) -> ModelName:
    """A model in the folder."""
    name, blobs = names.parse(text), home.library.blobs
    layers = [
        Layer(kind, blobs.add(data), len(data))
        for kind, data in ((MODEL, weights), (LICENSE, b"free"), (CONFIG, b"{}"))
    ]
    home.library.commit(name, build(layers[2], (layers[0], layers[1])))
    return name


def pushed(home: Home, text: str) -> list[dict[str, Any]]:
    """The lines of a push; an error is the last one."""

    async def lines() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        try:
            pushing = push(home.registries, text, names.parse(text), insecure=True)
            async for line in pushing:
                found += [line]
        except RegistryError as problem:
            found.append({"error": str(problem)})
        return found

    return asyncio.run(lines())


def test_a_push_says_what_ollama_says_and_the_model_can_be_pulled(
    registry: RegistryProcess, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "_PIECE", 300_000)
    registry.faults(realm="SELF/token")
    text = f"{registry.host}/me/mine:1b"
    name = made(home, text)
    lines = pushed(home, text)
    statuses = list(dict.fromkeys(line["status"] for line in lines))
    manifest = home.library.manifests.read(name)
    assert manifest is not None
    digests = [layer.digest for layer in (*manifest.layers, manifest.config)]
    assert statuses == [
        "retrieving manifest",
        *(f"pushing {digest[7:19]}" for digest in digests),
        "pushing manifest",
        "success",
    ]
    of_weights = [line for line in lines if line.get("digest") == digests[0]]
    assert of_weights[-1]["completed"] == of_weights[-1]["total"] == len(WEIGHTS)
    assert registry.blob(digests[0]) == WEIGHTS
    patches = [r["headers"]["content-range"] for r in registry.requests if r["method"] == "PATCH"]
    assert patches[:3] == ["0-299999", "300000-599999", "600000-699999"]
    other = Home(tmp_path / "other")
    other.pull(text)
    assert other.blobs() == set(digests)
    registry.faults()
    assert pushed(home, text)[-1] == {"status": "success"}
    assert {r["method"] for r in registry.requests} == {"HEAD", "PUT"}


def test_a_piece_that_is_refused_for_now_is_sent_again(
    registry: RegistryProcess, home: Home
) -> None:
    text = f"{registry.host}/me/again:1b"
    made(home, text, WEIGHTS + b"again")
    registry.faults(patch_statuses=[503, 429])
    assert pushed(home, text)[-1] == {"status": "success"}
    assert home.waits == [1.0, 2.0]


def test_tok_02_an_upload_elsewhere_is_refused(registry: RegistryProcess, home: Home) -> None:
    text = f"{registry.host}/me/away:1b"
    made(home, text, WEIGHTS + b"away")
    registry.faults(upload_location=f"http://{registry.cdn}/v2/x/blobs/uploads/1")
    problem = pushed(home, text)[-1]["error"]
    assert registry.cdn in problem
    assert registry.host in problem
    assert [r for r in registry.requests if r["role"] == "cdn"] == []


def test_tok_01_a_realm_elsewhere_gets_nothing(registry: RegistryProcess, home: Home) -> None:
    text = f"{registry.host}/me/realm:1b"
    made(home, text)
    registry.faults(realm=f"http://{registry.cdn}/token")
    assert "does not match original host" in pushed(home, text)[-1]["error"]
    assert [r for r in registry.requests if r["role"] == "cdn"] == []


def test_a_model_that_is_not_there_cannot_be_pushed(home: Home) -> None:
    assert pushed(home, "127.0.0.1:1/me/none:1b") == [
        {"status": "retrieving manifest"},
        {"status": "couldn't retrieve manifest"},
        {"error": "model '127.0.0.1:1/me/none:1b' not found"},
    ]
