"""Manifests: which blobs make a model. Read with distrust, written whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.engine.store import names
from gui.engine.store.layout import DIGEST, InvalidDigest, Layout, parse_digest
from gui.engine.store.names import ModelName
from gui.files import write_whole

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.ollama.image."

MODEL = _LAYER + "model"
PROJECTOR = _LAYER + "projector"
ADAPTER = _LAYER + "adapter"
TEMPLATE = _LAYER + "template"
PROMPT = _LAYER + "prompt"
"""An old kind of template layer."""
SYSTEM = _LAYER + "system"
PARAMS = _LAYER + "params"
MESSAGES = _LAYER + "messages"
LICENSE = _LAYER + "license"

LARGEST_MANIFEST = 4 * 2**20
_MOST_LAYERS = 10_000
_LARGEST_SIZE = 2**62


class DamagedManifest(ValueError):
    """The bytes are not a manifest; says why."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One blob of a model. `digest` is checked, `size` is in bytes."""

    media_type: str
    digest: str
    size: int
    origin: str = ""
    """The model this layer was taken over from (`from` in JSON)."""

    def as_json(self) -> dict[str, Any]:
        """The layer as it stands in a manifest."""
        fields = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        return {**fields, "from": self.origin} if self.origin else fields


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model as a list of blobs; `raw` are the bytes that its digest is of."""

    config: Layer
    layers: tuple[Layer, ...]
    raw: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex without a prefix, as `/api/tags` shows it."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def blobs(self) -> frozenset[str]:
        """The digests of everything the model needs."""
        return frozenset(layer.digest for layer in (*self.layers, self.config) if layer.digest)

    @property
    def size(self) -> int:
        """Bytes of all layers and the config together."""
        return sum(layer.size for layer in (*self.layers, self.config))

    def of_type(self, *media_types: str) -> tuple[Layer, ...]:
        """The layers of these kinds, in their order."""
        return tuple(layer for layer in self.layers if layer.media_type in media_types)


def build(config: Layer, layers: tuple[Layer, ...]) -> Manifest:
    """A manifest of our own."""
    value = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.as_json(),
        "layers": [layer.as_json() for layer in layers],
    }
    return Manifest(config, layers, json.dumps(value, separators=(",", ":")).encode())


def parse(raw: bytes) -> Manifest:
    """The manifest in `raw`; raises DamagedManifest. No digest leaves here unchecked."""
    if len(raw) > LARGEST_MANIFEST:
        raise DamagedManifest("the manifest is too large")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise DamagedManifest("the manifest is not JSON") from None
    if not isinstance(value, dict):
        raise DamagedManifest("the manifest is not an object")
    listed = value.get("layers") or []
    if not isinstance(listed, list) or len(listed) > _MOST_LAYERS:
        raise DamagedManifest("the manifest has no usable list of layers")
    config = value.get("config") or {}
    if not isinstance(config, dict):
        raise DamagedManifest("the manifest has no usable config")
    whole = _layer(config) if config.get("digest") else Layer(CONFIG, "", 0)
    return Manifest(whole, tuple(_layer(item) for item in listed), raw)


def _layer(value: object) -> Layer:
    if not isinstance(value, Mapping):
        raise DamagedManifest("a layer is not an object")
    media_type, digest, size = value.get("mediaType"), value.get("digest"), value.get("size")
    origin = value.get("from")
    if not isinstance(media_type, str) or not isinstance(digest, str):
        raise DamagedManifest("a layer has no kind or no digest")
    if type(size) is not int or not 0 <= size < _LARGEST_SIZE:
        raise DamagedManifest("a layer has no possible size")
    try:
        checked = parse_digest(digest)
    except InvalidDigest:
        raise DamagedManifest("a layer has an invalid digest") from None
    return Layer(media_type, checked, size, origin if isinstance(origin, str) else "")


def _at_depth(folder: Path, depth: int) -> Iterator[Path]:
    """What lies so many folders below; those that another engine takes away meanwhile are empty.

    `Path.glob` fails when a folder goes between being seen and being read.
    """
    try:
        children = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for child in children:
        if depth > 1:
            yield from _at_depth(child, depth - 1)
        else:
            yield child


def _files_below(folder: Path) -> Iterator[Path]:
    """Every file, however deep; raises OSError for a folder that is there and cannot be read."""

    def refuse(problem: OSError) -> None:
        if not isinstance(problem, FileNotFoundError):
            raise problem

    for here, _, files in os.walk(folder, onerror=refuse, followlinks=True):
        for file in files:
            path = Path(here, file)
            if path.is_file():
                yield path


class ManifestStore:
    """The manifests below a models folder. Every method may block on the disk."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def names(self) -> Iterator[ModelName]:
        """Every name that has a manifest, whole or damaged."""
        for path in _at_depth(self._layout.manifests, 4):
            parts = path.relative_to(self._layout.manifests).parts
            with contextlib.suppress(names.InvalidName):
                name = names.parse(f"{'/'.join(parts[:3])}:{parts[3]}")
                if name.parts == parts and path.is_file():
                    yield name

    def resolve(self, name: ModelName) -> ModelName | None:
        """The stored name that `name` means, whatever its case; None if there is none."""
        if self._layout.manifest(name).is_file():
            return name
        return next((stored for stored in self.names() if stored.key == name.key), None)

    def spelling(self, name: ModelName) -> ModelName:
        """`name` with its parts spelled as a stored name has them: no two differ in case only."""

        def in_common(stored: ModelName) -> int:
            pairs = zip(stored.parts, name.parts, strict=True)
            return next((at for at, (a, b) in enumerate(pairs) if a.lower() != b.lower()), 4)

        nearest = max(self.names(), key=in_common, default=name)
        known = in_common(nearest)
        return ModelName(*nearest.parts[:known], *name.parts[known:])

    def mentioned(self) -> set[str]:
        """Every digest in any file among the manifests; raises OSError.

        Files that are damaged, or written by a later Ollama, count too: what they need
        must not be taken for rubbish.
        """
        found: set[str] = set()
        for file in _files_below(self._layout.manifests):
            with contextlib.suppress(FileNotFoundError):  # deleted just now
                text = file.read_bytes().decode("latin-1")
                found.update(parse_digest(match) for match in DIGEST.findall(text))
        return found

    def path(self, name: ModelName) -> Path:
        """The file of a manifest, there or not; raises InvalidName."""
        return self._layout.manifest(name)

    def read(self, name: ModelName) -> Manifest | None:
        """The manifest under exactly this name, None if there is none; raises DamagedManifest."""
        try:
            with self._layout.manifest(name).open("rb") as file:
                return parse(file.read(LARGEST_MANIFEST + 1))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, name: ModelName, manifest: Manifest) -> None:
        """Make the model visible under `name`; raises OSError."""
        path = self._layout.manifest(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, manifest.raw.decode(), 0o644)

    def remove(self, name: ModelName) -> None:
        """Take the manifest away, and folders that are empty then; raises OSError."""
        path = self._layout.manifest(name)
        path.unlink()
        with contextlib.suppress(OSError):
            for folder in list(path.parents)[:3]:
                folder.rmdir()
