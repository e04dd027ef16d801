"""`DELETE /api/partials`: what unfinished pulls left goes, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from engine.registry.conftest import Home
from engine_process import EngineUnderTest
from filelock import FileLock

from gui.engine.registry import discard
from gui.engine.registry.discard import discard_partials

DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def _partial(home: Home, digest: str, *, is_own: bool = True) -> None:
    layout, blobs = home.library.layout, home.library.blobs
    layout.blobs.mkdir(parents=True, exist_ok=True)
    layout.own.mkdir(parents=True, exist_ok=True)
    layout.partial(digest).write_bytes(b"half")
    layout.part(digest, 0).write_bytes(b"{}")
    if is_own:
        blobs.note_own(digest)


def _discard(home: Home, *digests: str) -> list[str]:
    return asyncio.run(discard_partials(home.library, digests))


def test_only_what_was_named_goes(home: Home) -> None:
    _partial(home, DIGEST)
    _partial(home, OTHER)
    whole = home.library.blobs.add(b"whole")
    assert _discard(home, DIGEST, DIGEST, whole) == [DIGEST]
    assert all(OTHER[7:] in name for name in home.partials())
    assert home.blobs() == {whole}
    assert _discard(home, DIGEST) == []


def test_what_ollama_downloads_into_a_shared_folder_stays(home: Home) -> None:
    _partial(home, DIGEST, is_own=False)
    assert _discard(home, DIGEST) == []
    assert len(home.partials()) == 2


def test_what_is_still_brought_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discard, "PATIENCE", 0.1)
    _partial(home, DIGEST)
    with FileLock(home.library.layout.pull_lock(DIGEST)):
        assert _discard(home, DIGEST) == []
    assert len(home.partials()) == 2
    assert _discard(home, DIGEST) == [DIGEST]


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home: Path = tmp_path_factory.mktemp("engine")
    with EngineUnderTest(home) as engine, engine.client() as client:
        yield client


@pytest.mark.parametrize(
    ("digests", "status"),
    [
        ([], 200),
        ([DIGEST], 200),
        (["sha256:../../x"], 400),
        ([5], 400),
        ("x", 400),
        ([DIGEST, "sha256:" + "a" * 63], 400),
    ],
)
def test_mod_01_over_http(http: httpx.Client, digests: object, status: int) -> None:
    answer = http.request("DELETE", "/api/partials", json={"digests": digests})
    assert answer.status_code == status
    assert answer.json() == {"digests": []} if status == 200 else "error" in answer.json()
