"""The tiny models as files, written once."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_files import write
from tiny_models import tiny_bert, tiny_llama, tiny_lora, tiny_projector


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By kind: model, embedding, adapter, projector."""
    folder = tmp_path_factory.mktemp("tiny")
    contents = {
        "model": tiny_llama(),
        "embedding": tiny_bert(),
        "adapter": tiny_lora(),
        "projector": tiny_projector(),
    }
    return {kind: write(folder / f"{kind}.gguf", data) for kind, data in contents.items()}
