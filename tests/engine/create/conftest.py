"""A store in a folder of its own, with a tiny starter."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_files import write
from store_samples import model_store
from tiny_models import tiny_llama

from gui.engine.store.models import ModelStore


@pytest.fixture(scope="session")
def tiny() -> bytes:
    """A model that runs."""
    return tiny_llama()


@pytest.fixture
def store(tmp_path: Path, tiny: bytes) -> ModelStore:
    """A store whose starter is that model, without a licence."""
    made = model_store(tmp_path, write(tmp_path / "starter.gguf", tiny))
    made._starter_license = ""
    return made
