"""A registry process on loopback, and a models folder that pulls from it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine.registry.registry_process import RegistryProcess

from gui.engine.registry.client import Network, Patience
from gui.engine.registry.faults import RegistryError
from gui.engine.registry.keys import Keys
from gui.engine.registry.pull import Registries
from gui.engine.store import names
from gui.engine.store.library import Library


class Home:
    """A models folder; `waits` holds how long a pull wanted to wait between tries."""

    def __init__(self, folder: Path, models: Path | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.waits: list[float] = []
        self.library = Library(models or folder / "models")
        self.keys = Keys((), folder / "id_ed25519")
        self.network = Network({}, Patience(stall=0.3, save=0.02, sleep=self._sleep))
        self.registries = Registries(self.library, self.network, self.keys)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def with_network(self, **values: Any) -> None:
        fields = {"proxies": {}, "patience": self.network.patience} | values
        self.network = Network(**fields)
        self.registries = Registries(self.library, self.network, self.keys)

    def pull(self, name: str, *, insecure: bool = True) -> list[dict[str, Any]]:
        """The lines of a pull; raises RegistryError."""
        return asyncio.run(self.pulling(name, insecure=insecure))

    async def pulling(self, name: str, *, insecure: bool = True) -> list[dict[str, Any]]:
        pulled = self.registries.pull(names.parse(name), insecure=insecure)
        return [line async for line in pulled]

    def refused(self, name: str, *, insecure: bool = True) -> str:
        """Why a pull fails; no model and no blob may appear by it."""
        before = self.listed(), self.blobs()
        with pytest.raises(RegistryError) as problem:
            self.pull(name, insecure=insecure)
        assert (self.listed(), self.blobs() & before[1]) == before
        self.check()
        return str(problem.value)

    def listed(self) -> list[str]:
        return sorted(name.full for name in self.library.manifests.names())

    def blobs(self) -> set[str]:
        return set(self.library.blobs.digests())

    def partials(self) -> list[str]:
        return sorted(path.name for path in self.library.layout.blobs.glob("*-partial*"))

    def check(self) -> None:
        """Every blob is what its name says; every model has all of its blobs."""
        for digest in self.blobs():
            data = self.library.blobs.path(digest).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest.removeprefix("sha256:")
        for name in self.library.manifests.names():
            manifest = self.library.manifests.read(name)
            assert manifest is not None
            assert manifest.blobs <= self.blobs()


class Names:
    """DNS that says what it is told, the last answer for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): listed for name, listed in answers.items()}

    async def lookup(self, host: str, port: int) -> list[str]:
        listed = self.answers.get(host, [[host]])
        return listed.pop(0) if len(listed) > 1 else listed[0]


@pytest.fixture(scope="module")
def running_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    """One process for a file of tests."""
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as process:
        yield process


@pytest.fixture
def registry(running_registry: RegistryProcess) -> RegistryProcess:
    """That registry, without faults."""
    running_registry.faults()
    return running_registry


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty models folder."""
    return Home(tmp_path)
