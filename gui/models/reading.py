"""Answers about models, read with tolerance: what a server says oddly is left out.

The lists are read as raw JSON, since the ollama package drops the capabilities and refuses
a whole list for one odd value. Shapes: Ollama's API.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gui.models.lines import storable_text
from gui.records import LoadedModel, ModelInfo

_MAX_NAME = 600
"""Longer than host, namespace, model and tag of a model's name can be together."""
_FOREVER_SECONDS = 50 * 365 * 86400
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def models(answer: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The models of `/api/tags`, in their order, each once."""
    return tuple(
        replace(
            _described(name, entry),
            digest=text(entry, "digest"),
            size=count(entry, "size"),
            context_length=count(object_in(entry, "details"), "context_length"),
        )
        for name, entry in _entries(answer)
    )


def loaded(answer: Mapping[str, Any]) -> tuple[LoadedModel, ...]:
    """The models of `/api/ps`."""
    return tuple(
        LoadedModel(
            name=name,
            size=count(entry, "size"),
            size_vram=count(entry, "size_vram"),
            expires_at=_expiry(text(entry, "expires_at")),
            context_length=count(entry, "context_length"),
        )
        for name, entry in _entries(answer)
    )


def shown(name: str, answer: Mapping[str, Any]) -> ModelInfo:
    """The model of `/api/show`, its licence among the rest."""
    metadata = object_in(answer, "model_info")
    architecture = text(metadata, "general.architecture")
    return replace(
        _described(name, answer),
        context_length=count(metadata, f"{architecture}.context_length"),
        license=license_of(answer),
    )


def license_of(answer: Mapping[str, Any]) -> str:
    """The licence of `/api/show`: a text, or several."""
    licenses = answer.get("license")
    return "\n".join(texts([licenses] if isinstance(licenses, str) else licenses))


def text(entry: Mapping[str, Any], key: str) -> str:
    """A text that can be stored and shown; "" for what is none."""
    value = entry.get(key)
    return storable_text(value) if isinstance(value, str) else ""


def texts(value: Any) -> tuple[str, ...]:
    """The texts in a list."""
    items: Iterable[Any] = value if isinstance(value, list) else ()
    return tuple(storable_text(item) for item in items if isinstance(item, str))


def count(entry: Mapping[str, Any], key: str) -> int:
    """A size or a count; 0 for what cannot be one."""
    value = entry.get(key)
    return value if type(value) is int and 0 < value < 2**63 else 0


def object_in(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object; an empty one for what is none."""
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _entries(answer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a list that have a usable name, each name once."""
    entries = answer.get("models")
    seen: set[str] = set()
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        name = text(entry, "name") or text(entry, "model")
        if name and len(name) <= _MAX_NAME and name not in seen:
            seen.add(name)
            yield name, entry


def _described(name: str, entry: Mapping[str, Any]) -> ModelInfo:
    """What lists and details say in the same words."""
    details = object_in(entry, "details")
    return ModelInfo(
        name=name,
        modified_at=text(entry, "modified_at"),
        family=text(details, "family"),
        parameter_size=text(details, "parameter_size"),
        quantization=text(details, "quantization_level"),
        capabilities=texts(entry.get("capabilities")),
        parent=text(details, "parent_model"),
    )


def _expiry(when: str) -> float | None:
    """Seconds since the epoch; None for never, which Ollama writes as a year far away."""
    try:
        # Go writes up to nine digits of a second, Python reads six.
        moment = datetime.fromisoformat(_FRACTION.sub(r".\1", when)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment < time.time() + _FOREVER_SECONDS else None
