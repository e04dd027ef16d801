"""One server for all commands that only talk to it, and a registry it can pull from."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from engine.registry.registry_process import RegistryProcess
from engine_process import STARTER
from terminal.running import Alone


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    server = Alone(tmp_path_factory.mktemp("alone"))
    yield server
    server.close()


@pytest.fixture
def server(running_server: Alone) -> Iterator[Alone]:
    """An engine with the starter model alone, where commands look for Ollama."""
    yield running_server
    with httpx.Client(base_url=running_server.url, trust_env=False, timeout=30.0) as http:
        for model in http.get("/api/tags").json()["models"]:
            if model["name"] != STARTER:
                http.request("DELETE", "/api/delete", json={"model": model["name"]})


@pytest.fixture(scope="session")
def running_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as process:
        yield process


@pytest.fixture
def registry(running_registry: RegistryProcess) -> RegistryProcess:
    """A registry on loopback, without faults."""
    running_registry.faults()
    return running_registry
