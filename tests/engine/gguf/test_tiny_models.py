"""The tiny models are real: llama.cpp loads and runs each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_files import write
from gguf_loader import Died, Loader
from tiny_models import split_files, tiny_llama, tiny_lora, tiny_projector

from gui.engine.gguf.reader import read_header
from gui.engine.store.loose import starter_path


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Loader:
    with Loader(tmp_path_factory.mktemp("loader")) as running:
        yield running


@pytest.fixture(scope="module")
def said(loader: Loader, tiny: dict[str, Path]) -> str:
    """What the plain model says."""
    return loader.load("model", tiny["model"], tiny["model"])


def test_the_model_talks(said: str, loader: Loader, tmp_path: Path) -> None:
    assert len(said.removeprefix("ran ")) >= 8
    assert "\ufffd" not in said
    other = write(tmp_path / "m.gguf", tiny_llama(seed=2))
    assert loader.load("model", other, other) not in (said, "ran ")


def test_the_same_seed_is_the_same_model() -> None:
    assert tiny_llama(3) == tiny_llama(3) != tiny_llama(4)


def test_every_header_is_read(tiny: dict[str, Path]) -> None:
    assert {kind: read_header(path).architecture for kind, path in tiny.items()} == {
        "model": "llama",
        "embedding": "bert",
        "adapter": "llama",
        "projector": "clip",
    }
    assert all(path.stat().st_size < 2**20 for path in tiny.values())


def test_embeddings(loader: Loader, tiny: dict[str, Path]) -> None:
    answer = loader.load("embedding", tiny["embedding"], tiny["model"])
    assert answer == "ran 64 numbers"


def test_the_adapter_changes_what_is_said(said: str, loader: Loader, tiny: dict[str, Path]) -> None:
    changed = loader.load("adapter", tiny["adapter"], tiny["model"])
    assert changed.startswith("ran ")
    assert changed != said


def test_the_projector_sees_colours(loader: Loader, tiny: dict[str, Path]) -> None:
    red, again, blue = (
        loader.load("projector", tiny["projector"], tiny["model"], colour)
        for colour in ((255, 0, 0), (255, 0, 0), (0, 0, 255))
    )
    assert red.startswith("ran ")
    assert red == again != blue


def test_the_starter_takes_an_adapter_and_a_projector(loader: Loader, tmp_path: Path) -> None:
    starter = starter_path()
    assert starter is not None
    plain = loader.load("model", starter, starter)
    lora = write(tmp_path / "l.gguf", tiny_lora(blocks=30, embedding=576))
    changed = loader.load("adapter", lora, starter)
    assert changed.startswith("ran ")
    assert changed != plain
    eyes = write(tmp_path / "p.gguf", tiny_projector(576))
    assert loader.load("projector", eyes, starter).startswith("ran ")


def test_the_model_in_parts_says_the_same(said: str, loader: Loader, tmp_path: Path) -> None:
    first, *_ = split_files(tiny_llama(), 3, tmp_path)
    assert loader.load("model", first, first) == said


def test_a_refusal_is_an_answer(loader: Loader, tiny: dict[str, Path]) -> None:
    answer = loader.load("model", tiny["projector"], tiny["model"])
    assert answer.startswith("refused: This model file is damaged or not supported")


def test_the_loader_notices_a_death(tmp_path: Path, tiny: dict[str, Path]) -> None:
    """A projector that the reader refuses ends llama.cpp: else the fuzz test could not fail."""
    broken = tiny_projector(extra={"clip.vision.attention.layer_norm_epsilon": -1.0})
    path = write(tmp_path / "p.gguf", broken)
    with Loader(tmp_path) as loader:
        with pytest.raises(Died, match=r"-6: [^$]*eps >= 0"):
            loader.load("projector", path, tiny["model"])
        assert loader.load("model", tiny["model"], tiny["model"]).startswith("ran ")
