"""D3 and A9: an engine of its own, set up by Ollama's variables."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    SHORT,
    TAGGED,
    chat,
    created,
    refusal,
    rendered,
    uploaded,
    whole,
)
from engine_process import EngineUnderTest, engine_environment
from tiny_models import tiny_llama

ROOT = Path(__file__).resolve().parents[3]
HI = [{"role": "user", "content": "hi"}]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder of somebody else, with a blob that nobody uses."""
    models = tmp_path_factory.mktemp("ollama") / "models"
    (models / "blobs").mkdir(parents=True)
    foreign = models / "blobs" / f"sha256-{hashlib.sha256(b'foreign').hexdigest()}"
    foreign.write_bytes(b"foreign")
    os.utime(foreign, (time.time() - 90_000,) * 2)
    return models


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[str]:
    """`ondol engine` with many variables set, some in quotes and blanks; its address."""
    home = tmp_path_factory.mktemp("alone")
    port = _free_port()
    variables = {
        "OLLAMA_HOST": f' "127.0.0.1:{port}" ',
        "OLLAMA_MODELS": str(folder),
        "OLLAMA_KEEP_ALIVE": "'10m'",
        "OLLAMA_CONTEXT_LENGTH": " 300 ",
        "OLLAMA_MAX_LOADED_MODELS": "1",
        "OLLAMA_GO_TEMPLATE": "0",
        "OLLAMA_ORIGINS": "https://a.example",
        "OLLAMA_DEBUG": "1",
    }
    log = home / "engine.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "gui", "engine"],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**engine_environment(home), **variables},
        ) as process,
    ):
        assert process.stdout is not None
        try:
            assert f"http://127.0.0.1:{port}" in process.stdout.readline().decode(), log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def bare(alone: str) -> Iterator[httpx.Client]:
    """A client of it, which needs no token."""
    with httpx.Client(base_url=alone, trust_env=False, timeout=60) as client:
        yield client


def _made(http: httpx.Client, name: str, seed: int) -> str:
    digest = uploaded(http, tiny_llama(seed, template=TAGGED))
    return created(http, name, files={"a.gguf": digest})


def _running(http: httpx.Client) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in whole(http.get("/api/ps"))["models"]}


@covers("D3.host", "D3.trimmed", "D3.keep-alive", "D3.context-length", "D3.max-loaded")
def test_the_defaults_are_the_environments(bare: httpx.Client) -> None:
    first, second = _made(bare, "first", 41), _made(bare, "second", 42)
    chat(bare, first)
    (entry,) = _running(bare).values()
    assert entry["context_length"] == 300
    left = datetime.fromisoformat(entry["expires_at"]) - datetime.now(UTC)
    assert 590 < left.total_seconds() <= 600
    chat(bare, second, options={**SHORT, "num_ctx": 200}, keep_alive=100)
    (entry,) = _running(bare).values()
    assert (entry["name"], entry["context_length"]) == ("second:latest", 200)


@covers("D3.go-template", "C4.native")
def test_the_files_own_template_counts(bare: httpx.Client) -> None:
    _made(bare, "plain", 43)
    created(bare, "go", **{"from": "plain"}, template="go: {{ .Prompt }}")
    assert rendered(bare, "go", HI) == "[user] hi\n[assistant] "


@covers("D2.ollama-models", "D2.layout")
def test_models_go_into_that_folder_and_foreign_blobs_stay(
    bare: httpx.Client, folder: Path
) -> None:
    _made(bare, "there", 44)
    assert (folder / "manifests" / "registry.ollama.ai" / "library" / "there" / "latest").is_file()
    bare.request("DELETE", "/api/delete", json={"model": "there"})
    foreign = folder / "blobs" / f"sha256-{hashlib.sha256(b'foreign').hexdigest()}"
    assert foreign.read_bytes() == b"foreign"


@covers("D3.origins", "D4.origin", "D4.host")
def test_pages_of_other_origins(bare: httpx.Client) -> None:
    for origin in ("https://a.example", "http://localhost:3000", "app://x"):
        answer = bare.get("/api/tags", headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
    refused = bare.get("/api/tags", headers={"Origin": "https://b.example"})
    assert (refused.status_code, refused.content) == (403, b"")
    refused = bare.get("/api/tags", headers={"Host": "b.example"})
    assert (refused.status_code, refused.content) == (403, b"")
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    assert bare.options("/api/chat", headers=headers).status_code == 204


@covers("D3.host", "E4.methods")
def test_the_official_client_finds_it_by_itself(
    alone: str, bare: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _made(bare, "found", 45)
    monkeypatch.setenv("OLLAMA_HOST", alone.removeprefix("http://"))
    with ollama.Client(trust_env=False) as client:
        assert "found:latest" in {model.model for model in client.list().models}
        assert client.chat("found", HI, options={"num_predict": 2}).done


ENDLESS: dict[str, Any] = {
    "messages": HI,
    "options": {"temperature": 0, "num_predict": 1_000_000, "stop": ["\0"]},
}


@covers("D3.parallel", "A0.queue-full")
def test_how_many_at_once_and_how_many_wait(tmp_path: Path) -> None:
    variables = {"OLLAMA_NUM_PARALLEL": "2", "OLLAMA_MAX_QUEUE": "1"}
    with EngineUnderTest(tmp_path / "home", variables) as engine, engine.client() as http:
        body = {"model": _made(http, "busy", 46), **ENDLESS}
        with contextlib.ExitStack() as streams:
            chunks = []  # a stream whose iterator is dropped is closed
            for _ in range(2):
                answer = streams.enter_context(http.stream("POST", "/api/chat", json=body))
                chunks.append(answer.iter_lines())
            assert all(next(lines) for lines in chunks)
            waiting = threading.Thread(target=_until_served, args=(engine, body))
            waiting.start()
            time.sleep(0.5)
            says = "server busy, please try again.  maximum pending requests exceeded"
            assert refusal(http.post("/api/chat", json=body)) == (503, says)
        waiting.join(timeout=30)
        assert not waiting.is_alive()


def _until_served(engine: EngineUnderTest, body: dict[str, Any]) -> None:
    """Wait in the queue until a first line comes, then leave."""
    with engine.client() as http, http.stream("POST", "/api/chat", json=body) as answer:
        next(answer.iter_lines())


@covers("A9.prune", "D3.noprune")
@pytest.mark.parametrize(
    ("noprune", "age", "stays"), [("", 7200, False), ("", 60, True), ("1", 7200, True)]
)
def test_blobs_that_nobody_uses(tmp_path: Path, noprune: str, age: int, stays: bool) -> None:
    home, data = tmp_path / "home", b"used by nobody"
    with EngineUnderTest(home) as engine, engine.client() as http:
        digest = uploaded(http, data)
    blob = home / "data" / "models" / "blobs" / digest.replace(":", "-")
    os.utime(blob, (time.time() - age,) * 2)
    with EngineUnderTest(home, {"OLLAMA_NOPRUNE": noprune}) as engine, engine.client() as http:
        for _ in range(20 if stays else 200):
            if not blob.exists():
                break
            time.sleep(0.05)
        assert blob.exists() == stays
        assert http.head("/").status_code == 200
