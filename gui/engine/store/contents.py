"""The small layers of a manifest: template, system, parameters, messages, licences, config."""

from __future__ import annotations

import json
from typing import Any

from gui.engine.store import manifests
from gui.engine.store.blobs import BlobStore
from gui.engine.store.manifests import Layer, Manifest
from gui.engine.store.stored import Contents

_LARGEST_TEXT = 16 * 2**20
_ROLES = ("system", "user", "assistant", "tool")


def read_contents(blobs: BlobStore, manifest: Manifest) -> Contents:
    """What the layers say; a layer that is missing or makes no sense says nothing."""

    def texts(*kinds: str) -> list[str]:
        return [_text(blobs, layer) for layer in manifest.of_type(*kinds)]

    def value(layer: Layer) -> Any:
        try:
            return json.loads(_text(blobs, layer))
        except (ValueError, RecursionError):
            return None

    templates = texts(manifests.TEMPLATE, manifests.PROMPT)
    systems = texts(manifests.SYSTEM)
    parameters: dict[str, Any] = {}
    for layer in manifest.of_type(manifests.PARAMS):
        read = value(layer)
        parameters |= read if isinstance(read, dict) else {}
    messages = [
        item
        for layer in manifest.of_type(manifests.MESSAGES)
        for item in _list(value(layer))
        if _is_message(item)
    ]
    config = value(manifest.config) if manifest.config.digest else {}
    return Contents(
        template=templates[-1] if templates else "",
        system=systems[-1] if systems else "",
        parameters=parameters,
        messages=tuple(messages),
        licenses=tuple(texts(manifests.LICENSE)),
        projectors=tuple(blobs.path(x.digest) for x in manifest.of_type(manifests.PROJECTOR)),
        adapters=tuple(blobs.path(x.digest) for x in manifest.of_type(manifests.ADAPTER)),
        config=config if isinstance(config, dict) else {},
    )


def _text(blobs: BlobStore, layer: Layer) -> str:
    try:
        with blobs.path(layer.digest).open("rb") as file:
            return file.read(_LARGEST_TEXT).decode("utf-8", "replace")
    except OSError:
        return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_message(item: object) -> bool:
    return (
        isinstance(item, dict)
        and item.get("role") in _ROLES
        and isinstance(item.get("content", ""), str)
    )
