"""One real engine with the starter model for all tests that only talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from engine_process import EngineUnderTest
from gguf_files import SOUND, gguf, write


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    """An engine process; besides the starter it has three damaged models."""
    home = tmp_path_factory.mktemp("engine")
    models = home / "data" / "models"
    models.mkdir(parents=True)
    # ENG-01: 361 bytes that abort llama.cpp.
    write(models / "too-many-layers.gguf", gguf({**SOUND, "llama.block_count": 100_000}))
    write(models / "no layers at all.gguf", gguf())
    write(models / "page.gguf", b"<!DOCTYPE html><html><body>404</body></html>")
    with EngineUnderTest(home) as running:
        yield running


@pytest.fixture
def http(engine: EngineUnderTest) -> Iterator[httpx.Client]:
    """A client of that engine, with its token."""
    with engine.client() as client:
        yield client
