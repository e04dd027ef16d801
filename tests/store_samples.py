"""A models folder for tests: models made by hand, and what lies in the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gguf_files import gguf

from gui.engine.store import manifests, names
from gui.engine.store.blobs import BlobStore
from gui.engine.store.digests import DigestCache
from gui.engine.store.library import Library
from gui.engine.store.manifests import Layer, Manifest
from gui.engine.store.models import ModelStore


def library(folder: Path, **settings: Any) -> Library:
    """A library in `folder`."""
    return Library(folder / "models", **settings)


def model_store(folder: Path, starter: Path | None = None) -> ModelStore:
    """A store in `folder`."""
    return ModelStore(library(folder), DigestCache(folder / "digests.json"), starter)


def layer(blobs: BlobStore, kind: str, data: bytes | str | dict[str, Any] | list[Any]) -> Layer:
    """A layer with its blob on disk."""
    if isinstance(data, dict | list):
        data = json.dumps(data)
    content = data.encode() if isinstance(data, str) else data
    return Layer(kind, blobs.add(content), len(content))


def made(store: Library, name: str, *layers: Layer, weights: bytes | None = None) -> Manifest:
    """A model of the library: weights, a config and these layers."""
    model = layer(store.blobs, manifests.MODEL, gguf() if weights is None else weights)
    config = layer(store.blobs, manifests.CONFIG, {"model_format": "gguf"})
    manifest = manifests.build(config, (model, *layers))
    store.commit(names.parse(name), manifest)
    return manifest


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Everything below `folder`: files with their bytes, links with their targets."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "folder"
    return found


def foreign_blob(store: Library, data: bytes) -> str:
    """A blob that Ollama wrote: it is there, but Ondol knows nothing of it."""
    digest = store.blobs.add(data)
    lines = (store.layout.own / "written").read_text().splitlines()
    (store.layout.own / "written").write_text("".join(f"{x}\n" for x in lines if x != digest))
    return digest
