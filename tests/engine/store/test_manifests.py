"""Manifests: read with distrust, written as Ollama writes them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import library, made

from gui.engine.store import manifests, names
from gui.engine.store.manifests import DamagedManifest, Layer

HEX = "ab" * 32
LAYER: dict[str, Any] = {"mediaType": manifests.MODEL, "digest": f"sha256:{HEX}", "size": 5}


def written(**fields: Any) -> bytes:
    return json.dumps({"schemaVersion": 2, "config": LAYER, "layers": [LAYER], **fields}).encode()


def test_a_manifest_is_read_back_as_it_was_built() -> None:
    config = Layer(manifests.CONFIG, f"sha256:{'1' * 64}", 3)
    layer = Layer(manifests.MODEL, f"sha256:{HEX}", 5, "smollm2:135m")
    built = manifests.build(config, (layer,))
    assert manifests.parse(built.raw) == built
    value = json.loads(built.raw)
    assert value["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert value["layers"] == [{**LAYER, "from": "smollm2:135m"}]
    assert built.size == 8
    assert built.digest == hashlib.sha256(built.raw).hexdigest()
    assert built.blobs == {config.digest, layer.digest}


def test_mod_05_config_and_layer_may_share_a_digest_but_not_hide_one() -> None:
    shared = manifests.parse(written())
    assert shared.blobs == {f"sha256:{HEX}"}


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "sha256:../../../etc/passwd"},
        {"digest": f"sha256:{HEX}/.."},
        {"digest": f"sha512:{HEX}"},
        {"digest": 5},
        {"digest": None},
        {"size": -1},
        {"size": 2**70},
        {"size": 1.5},
        {"size": True},
        {"size": None},
        {"mediaType": None},
    ],
)
def test_mod_01_damaged_layers_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DamagedManifest):
        manifests.parse(written(layers=[{**LAYER, **change}]))


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"null", b"[]", b"{", b"\xff", b"5", b'{"layers": 5}', b'{"config": [1]}'),
        b"[" * 100_000,
        b'{"layers": [null]}',
        json.dumps({"layers": [LAYER] * 10_001}).encode(),
        b" " * (manifests.LARGEST_MANIFEST + 1),
    ],
)
def test_what_is_no_manifest(raw: bytes) -> None:
    with pytest.raises(DamagedManifest):
        manifests.parse(raw)


@given(st.binary(max_size=200))
def test_mod_01_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(DamagedManifest):
        manifests.parse(raw)


def test_mod_01_case_twins_are_one_model(tmp_path: Path) -> None:
    store = library(tmp_path)
    made(store, "User/Model:V1")
    made(store, "user/model:v1")
    made(store, "USER/MODEL:other")
    assert sorted(name.shortest for name in store.manifests.names()) == [
        "User/Model:V1",
        "User/Model:other",
    ]
    stored = store.manifests.resolve(names.parse("uSER/mODEL:v1"))
    assert stored is not None
    assert stored.shortest == "User/Model:V1"
    assert store.manifests.resolve(names.parse("user/model")) is None


def test_folders_go_with_their_last_model(tmp_path: Path) -> None:
    store = library(tmp_path)
    made(store, "localhost:5000/a/b:c")
    made(store, "localhost:5000/a/d:e")
    store.manifests.remove(names.parse("localhost:5000/a/b:c"))
    host = store.layout.manifests / "localhost:5000"
    assert [path.name for path in (host / "a").iterdir()] == ["d"]
    store.manifests.remove(names.parse("localhost:5000/a/d:e"))
    assert not host.exists()


def test_files_that_are_no_manifests_have_no_name(tmp_path: Path) -> None:
    store = library(tmp_path)
    made(store, "m")
    folder = store.layout.manifests / "registry.ollama.ai" / "library" / "m"
    (folder / ".half.part").write_text("{}")
    (folder / "sub").mkdir()
    (store.layout.manifests / "stray").write_text("")
    (folder / "white space").write_text("{}")
    assert [name.shortest for name in store.manifests.names()] == ["m:latest"]
    assert store.manifests.read(names.parse("m:sub")) is None


def test_mod_09_folders_that_go_while_they_are_read_are_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another engine deletes the last tag of a model between two steps of a listing."""
    store = library(tmp_path).manifests
    for model in ("a", "b"):
        file = store.path(names.parse(model))
        file.parent.mkdir(parents=True)
        file.write_bytes(written())
    listed = Path.iterdir

    def listed_then_gone(folder: Path) -> Iterator[Path]:
        children = list(listed(folder))
        if folder.name == "library":
            shutil.rmtree(folder / "a")
        return iter(children)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "iterdir", listed_then_gone)
        assert [name.model for name in store.names()] == ["b"]
    assert store.mentioned() == {f"sha256:{HEX}"}
