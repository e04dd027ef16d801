"""Two engines on one folder, and engines that are killed: nothing half is ever visible."""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from engine_process import STARTER, EngineUnderTest
from store_samples import foreign_blob
from tiny_models import tiny_llama

from gui.engine.store.library import Library
from gui.engine.store.loose import starter_path

NIGHTLY = bool(os.environ.get("ONDOL_NIGHTLY"))
TURNS = 100
NAMES = tuple(f"127.0.0.1:9/shared/{letter}" for letter in "abc")
"""Whoever wants one that is not there asks a registry on this machine, where nobody listens."""
GONE = (
    *("no such file or directory", "not found", "file does not exist"),
    *("A file of this model is missing", "connection attempts failed"),
)
"""What may be said of a model that the other engine deletes at this moment."""
KILLS = 40 if NIGHTLY else 8


def sound(folder: Path) -> dict[str, bytes]:
    """The manifests of a folder, after checking that every blob is there and is what it says."""
    library = Library(folder)
    found: dict[str, bytes] = {}
    checked: set[str] = set()
    for name in library.manifests.names():
        manifest = library.manifests.read(name)
        assert manifest is not None
        found[name.shortest] = manifest.raw
        for digest in manifest.blobs - checked:
            with library.blobs.path(digest).open("rb") as file:
                assert f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" == digest
            checked.add(digest)
    return found


class Worker(threading.Thread):
    """Creates, copies and deletes models of three names at random."""

    def __init__(self, engine: EngineUnderTest, seed: int, upload: bytes) -> None:
        super().__init__()
        self._engine = engine
        self._random = random.Random(seed)
        self._upload = upload
        self.answers: list[tuple[str, int, str]] = []
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            with self._engine.client() as client:
                for _ in range(TURNS):
                    self._turn(client)
        except BaseException as problem:
            self.problem = problem

    def _turn(self, client: httpx.Client) -> None:
        dice = self._random
        model, other = dice.choice(NAMES), dice.choice(NAMES)
        kind = dice.choice(["persona", "file", "again", "copy", "delete", "delete", "tags", "show"])
        answer = self._ask(client, kind, model, other)
        last = answer.text.strip().splitlines()[-1:] or [""]
        self.answers.append((kind, answer.status_code, last[0]))

    def _ask(self, client: httpx.Client, kind: str, model: str, other: str) -> httpx.Response:
        system = {"system": self._random.choice(["one", "two"])}
        if kind == "persona":
            return client.post("/api/create", json={"model": model, "from": STARTER, **system})
        if kind == "file":
            digest = f"sha256:{hashlib.sha256(self._upload).hexdigest()}"
            client.post(f"/api/blobs/{digest}", content=self._upload)
            return client.post(
                "/api/create", json={"model": model, "files": {"a.gguf": digest}, **system}
            )
        if kind == "again":
            return client.post("/api/create", json={"model": model, "from": other, **system})
        if kind == "copy":
            return client.post("/api/copy", json={"source": other, "destination": model})
        if kind == "delete":
            return client.request("DELETE", "/api/delete", json={"model": model})
        if kind == "show":
            return client.post("/api/show", json={"model": model})
        return client.get("/api/tags")


def test_mod_09_two_engines_on_one_folder(tmp_path: Path) -> None:
    """Concurrent creates, copies and deletions: refused or done, never half."""
    models = tmp_path / "shared"
    environment = {"OLLAMA_MODELS": str(models)}
    foreign = foreign_blob(Library(models), b"of Ollama")
    upload = tiny_llama(seed=5)
    with (
        EngineUnderTest(tmp_path / "one", environment) as one,
        EngineUnderTest(tmp_path / "two", environment) as two,
    ):
        workers = [Worker(one, 1, upload), Worker(two, 2, upload)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.problem for worker in workers] == [None, None]
        found = sound(models)
        for engine in (one, two):
            with engine.client() as client:
                listed = client.get("/api/tags").json()["models"]
                names = {model["name"] for model in listed} - {STARTER}
                assert names == found.keys()
                assert all(model["capabilities"] == ["completion"] for model in listed)
    answers = [answer for worker in workers for answer in worker.answers]
    assert len(answers) == 2 * TURNS
    for kind, status, last in answers:
        gone = any(words in last for words in GONE)
        done = status in (200, 404) and (kind == "tags" or '"error"' not in last)
        assert done or gone, (kind, status, last)
        if kind == "persona":
            assert last == '{"status":"success"}'
    assert sum(kind == "delete" and status == 200 for kind, status, _ in answers) > 5
    assert (models / "blobs" / foreign.replace(":", "-")).read_bytes() == b"of Ollama"


def test_mod_02_old_blobs_without_a_model_go_at_start(tmp_path: Path) -> None:
    """Only Ondol's own, only without OLLAMA_NOPRUNE, and only what no model needs."""
    models = tmp_path / "home" / "data" / "models"
    foreign = foreign_blob(Library(models), b"of Ollama")
    digests = {}
    for words in ("kept by nobody", "young"):
        digests[words] = f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"
    with EngineUnderTest(tmp_path / "home") as engine, engine.client() as client:
        for words, digest in digests.items():
            client.post(f"/api/blobs/{digest}", content=words.encode())
        client.post("/api/create", json={"model": "m", "from": STARTER, "system": "x"})
    before = sound(models)
    blobs = models / "blobs"
    young = digests["young"].replace(":", "-")
    for file in blobs.iterdir():
        if file.name != young and not file.samefile(_starter()):
            os.utime(file, (1, 1))
    with EngineUnderTest(tmp_path / "home", {"OLLAMA_NOPRUNE": "1"}):
        time.sleep(0.3)
    assert (blobs / digests["kept by nobody"].replace(":", "-")).is_file()
    with EngineUnderTest(tmp_path / "home"):
        end = time.monotonic() + 10
        while (blobs / digests["kept by nobody"].replace(":", "-")).exists():
            assert time.monotonic() < end
            time.sleep(0.02)
    assert (blobs / young).is_file()
    assert (blobs / foreign.replace(":", "-")).is_file()
    assert sound(models) == before


def _starter() -> Path:
    path = starter_path()
    assert path is not None
    return path


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_mod_07_kill_during_a_create(tmp_path: Path) -> None:
    """However far it had come, the model is whole or not there, the old one or the new one."""
    models = tmp_path / "home" / "data" / "models"
    data = tiny_llama(seed=6)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    dice = random.Random(3)
    outcomes: set[str] = set()
    for number in range(KILLS):
        engine = EngineUnderTest(tmp_path / "home")
        with engine.client() as client:
            client.post(f"/api/blobs/{digest}", content=data)
            thread = threading.Thread(target=_create_on, args=(client, digest, number))
            thread.start()
            time.sleep(dice.uniform(0.02, 0.15))
            engine.process.kill()
            engine.process.wait()
            thread.join()
        engine.close()
        found = sound(models)
        outcomes.add(json.dumps(sorted(found)))
    assert outcomes == {'["m:latest"]'} or len(outcomes) == 2
    with EngineUnderTest(tmp_path / "home") as engine, engine.client() as client:
        shown = client.post("/api/show", json={"model": "m"}).json()
        assert len(shown["license"]) == 50_000
        assert client.request("DELETE", "/api/delete", json={"model": "m"}).status_code == 200


def _create_on(client: httpx.Client, digest: str, number: int) -> None:
    """Make the same model anew until the engine is gone."""
    turn = 0
    while True:
        turn += 1
        body: dict[str, Any] = {"model": "m", "files": {"a.gguf": digest}}
        body |= {"system": f"{number}.{turn}" * 1000, "license": "x" * 50_000}
        try:
            client.post("/api/create", json=body)
        except httpx.HTTPError:
            return
