"""Finding models: of the library, the starter, loose files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from gguf_files import SOUND, gguf, write
from store_samples import layer, made, model_store

from gui.engine.store import manifests, names
from gui.engine.store.details import details, human
from gui.engine.store.models import ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return model_store(tmp_path, write(tmp_path / "starter.gguf", gguf()))


def test_what_the_layers_say(store: ModelStore) -> None:
    blobs = store.library.blobs
    made(
        store.library,
        "m",
        layer(blobs, manifests.TEMPLATE, "{{ .Prompt }}"),
        layer(blobs, manifests.SYSTEM, "Be kind."),
        layer(blobs, manifests.PARAMS, {"temperature": 0.5}),
        layer(blobs, manifests.MESSAGES, [{"role": "user", "content": "hi"}, {"role": "x"}, 5]),
        layer(blobs, manifests.LICENSE, "MIT"),
        layer(blobs, manifests.LICENSE, "Apache"),
    )
    model = store.find(names.parse("M"))
    assert model is not None
    assert model.contents.template == "{{ .Prompt }}"
    assert model.contents.system == "Be kind."
    assert model.contents.parameters == {"temperature": 0.5}
    assert model.contents.messages == ({"role": "user", "content": "hi"},)
    assert model.license == "MIT\nApache"
    assert model.manifest is not None
    assert (model.size, model.digest) == (model.manifest.size, model.manifest.digest)
    assert model.weights == hashlib.sha256(gguf()).hexdigest()


@pytest.mark.parametrize("damaged", [b"not JSON", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_layers_that_make_no_sense_say_nothing(store: ModelStore, damaged: bytes) -> None:
    kinds = (manifests.PARAMS, manifests.MESSAGES)
    made(store.library, "m", *(layer(store.library.blobs, kind, damaged) for kind in kinds))
    model = store.find(names.parse("m"))
    assert model is not None
    assert model.contents.parameters == {}
    assert model.contents.messages == ()


def test_a_model_of_the_library_stands_before_a_loose_one(store: ModelStore) -> None:
    store.library.layout.root.mkdir(parents=True)
    write(store.library.layout.root / "m.gguf", gguf())
    loose = store.find(names.parse("m"))
    assert loose is not None
    assert loose.manifest is None
    made(store.library, "M")
    found = [model for model in store.models() if model.name.key == names.parse("m").key]
    assert [model.name.shortest for model in found] == ["M:latest"]


def test_a_blob_that_went_away_is_told(store: ModelStore) -> None:
    manifest = made(store.library, "m", layer(store.library.blobs, manifests.SYSTEM, "x"))
    assert (model := store.find(names.parse("m"))) is not None
    assert model.problem == ""
    store.library.blobs.path(manifest.of_type(manifests.SYSTEM)[0].digest).unlink()
    assert (model := store.find(names.parse("m"))) is not None
    assert "missing" in model.problem
    assert model.header is None


def test_a_replaced_model_is_read_again(store: ModelStore) -> None:
    blobs = store.library.blobs
    for words in ("one", "two", "six"):
        made(store.library, "m", layer(blobs, manifests.SYSTEM, words))
        model = store.find(names.parse("m"))
        assert model is not None
        assert model.contents.system == words


def test_damaged_models_do_not_hide_the_others(store: ModelStore) -> None:
    made(store.library, "good")
    made(store.library, "page", weights=b"<!doctype html>")
    for name in ("bad", "worse"):
        path = store.library.manifests.path(names.parse(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"{" if name == "bad" else b"\0" * 100)
    found = {model.name.shortest: model.problem for model in store.models()}
    assert found.keys() == {"good:latest", "page:latest", "smollm2:135m"}
    assert "web page" in found["page:latest"]
    assert found["good:latest"] == ""


def test_the_newest_comes_first(store: ModelStore) -> None:
    made(store.library, "old")
    made(store.library, "new")
    dates = [model.modified_at for model in store.models()]
    assert dates == sorted(dates, reverse=True)


def test_the_config_tells_the_details(store: ModelStore) -> None:
    blobs = store.library.blobs
    config = layer(
        blobs,
        manifests.CONFIG,
        {"model_type": "8.0B", "file_type": "Q4_K_M", "model_families": ["llama", "clip", 5]},
    )
    weights = layer(blobs, manifests.MODEL, gguf(SOUND))
    store.library.commit(names.parse("m"), manifests.build(config, (weights,)))
    model = store.find(names.parse("m"))
    assert model is not None
    assert details(model) == {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama", "clip"],
        "parameter_size": "8.0B",
        "quantization_level": "Q4_K_M",
    }


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (112_000, "112K"), (134_515_008, "134.52M"), (3_212_749_888, "3.2B")],
)
def test_counts_as_ollama_writes_them(number: int, shown: str) -> None:
    assert human(number) == shown
