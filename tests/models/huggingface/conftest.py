"""A hub in a process of its own, and repositories in it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from models.huggingface import hub_server

from gui.models.huggingface.hub import Hub, no_token
from gui.records import HubFile, HubListing

REVISION = "c0ffee" + "0" * 34


class HubUnderTest:
    """The process, and what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.repos: dict[str, dict[str, Any]] = {}
        self._save()
        self.process = subprocess.Popen(
            [sys.executable, hub_server.__file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.urls: dict[str, str] = json.loads(self.process.stdout.readline())
        self._http = httpx.Client(trust_env=False)

    def reset(self) -> None:
        self.repos = {}
        self._save()
        shutil.rmtree(self.folder / "files", ignore_errors=True)
        self.fail()

    def add(self, name: str, files: dict[str, bytes], **told: Any) -> None:
        """Have a repository; `told` overrides what the hub says of it."""
        for path, data in files.items():
            file = self.folder / "files" / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        listed = {path: {"lfs": path.endswith(".gguf")} for path in files}
        self.repos[name] = {"sha": REVISION, "files": listed} | told
        self._save()

    def fail(self, **faults: Any) -> None:
        """Fail as told from now on; counters begin at 0."""
        self._http.post(f"{self.urls['hub']}/_faults", json=faults)

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self._http.get(f"{self.urls['hub']}/_stats").json()
        return stats

    def requests(self, role: str = "hub") -> list[dict[str, Any]]:
        return [asked for asked in self.stats()["requests"] if asked["role"] == role]

    def close(self) -> None:
        self._http.close()
        self.process.communicate()

    def _save(self) -> None:
        (self.folder / "repos.json").write_text(json.dumps(self.repos))


@pytest.fixture(scope="session")
def hub_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubUnderTest]:
    process = HubUnderTest(tmp_path_factory.mktemp("hub"))
    yield process
    process.close()


@pytest.fixture
def served(hub_process: HubUnderTest, monkeypatch: pytest.MonkeyPatch) -> HubUnderTest:
    """The hub without repositories and faults; no proxy, no token of the environment."""
    hub_process.reset()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HF_ENDPOINT", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return hub_process


@pytest.fixture
def hub(served: HubUnderTest) -> Hub:
    return Hub(served.urls["hub"], no_token)


async def good_token() -> str | None:
    return hub_server.GOOD_TOKEN


@pytest.fixture
def known_hub(served: HubUnderTest) -> Hub:
    """The hub, asked with a token that it knows."""
    return Hub(served.urls["hub"], good_token)


def weights(size: int, seed: int = 1) -> bytes:
    return b"GGUF" + random.Random(seed).randbytes(size - 4)


async def first_choice(hub: Hub, repo: str) -> tuple[HubListing, HubFile]:
    listing = await hub.files(repo)
    return listing, listing.files[0]
