"""A model in a few words, as its config has them and `details` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gui.engine.gguf.facts import HeaderFacts
from gui.engine.store.stored import StoredModel


def config_of(header: HeaderFacts, parts: Sequence[HeaderFacts] = ()) -> dict[str, Any]:
    """What the config of a model says about its files; `parts` are projectors."""
    family = header.architecture
    families = [family, *(part.architecture for part in parts)]
    lengths = {
        "context_length": header.context_length,
        "embedding_length": header.number("embedding_length"),
    }
    return {
        "model_format": "gguf",
        "model_family": family,
        "model_families": list(dict.fromkeys(families)),
        "model_type": human(header.parameters),
        "file_type": header.quantization,
        **{key: value for key, value in lengths.items() if value},
    }


def details(model: StoredModel) -> dict[str, Any]:
    """The six fields of `details` that are always there; the config knows better than the file."""
    own = config_of(model.header) if model.header else {}
    known = {**own, **{key: value for key, value in model.contents.config.items() if value}}
    return {
        "parent_model": "",
        "format": _text(known, "model_format", "gguf"),
        "family": _text(known, "model_family"),
        "families": _texts(known.get("model_families")),
        "parameter_size": _text(known, "model_type"),
        "quantization_level": _text(known, "file_type", "unknown"),
    }


def human(number: int) -> str:
    """A count as Ollama writes it: 134.52M, 3.2B."""
    if number >= 10**9:
        return f"{number / 1e9:.1f}B".replace(".0B", "B")
    if number >= 10**6:
        return f"{number / 1e6:.2f}M".replace(".00M", "M")
    return f"{number / 1e3:.0f}K" if number >= 1000 else str(number)


def _text(known: dict[str, Any], key: str, default: str = "") -> str:
    value = known.get(key)
    return value if isinstance(value, str) and value else default


def _texts(value: object) -> list[str] | None:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str) and item] or None
