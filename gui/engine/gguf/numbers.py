"""The numbers of a model that llama.cpp does arithmetic with before it looks at them.

A zero among them divides by zero, an odd one fails an assertion: both end the process.
Tensors that are missing or of the wrong shape are not looked for here: llama.cpp says so
itself and lives. Source: llama.cpp's llama-model.cpp, llama-graph.cpp and ggml.c, 2026.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from gui.engine.gguf import types
from gui.engine.gguf.families import EVEN_HEADS, FULLY_TURNED, SOME_WITHOUT_HEADS
from gui.engine.gguf.header import DamagedModel, GgufHeader

_INT32 = 2**31 - 1
_MOST_EXPERTS = 512  # LLAMA_MAX_EXPERTS
_WIDEST = 2**24
_GROUPS = "attention.head_count_kv"

_BOUNDS: dict[str, tuple[int, int]] = {
    "block_count": (1, types.MOST_LAYERS),
    "context_length": (1, _INT32),
    "embedding_length": (1, _WIDEST),
    "feed_forward_length": (0, _WIDEST),
    "vocab_size": (1, _WIDEST),
    "attention.head_count": (0, 65_536),
    _GROUPS: (0, 65_536),
    "attention.key_length": (1, 65_536),
    "attention.value_length": (1, 65_536),
    "attention.sliding_window": (0, _INT32),
    "rope.dimension_count": (0, 65_536),
    "expert_count": (0, _MOST_EXPERTS),
    "expert_used_count": (0, _MOST_EXPERTS),
    "expert_group_count": (0, _MOST_EXPERTS),
    "expert_group_used_count": (0, _MOST_EXPERTS),
    "leading_dense_block_count": (0, types.MOST_LAYERS),
    "nextn_predict_layers": (0, types.MOST_LAYERS - 1),
    "pooling_type": (0, 4),
    "wkv.head_size": (1, 65_536),
    "rope.scaling.original_context_length": (0, _INT32),
}
"""Between what the whole numbers of an architecture must lie; lists: each of them."""

_SAID = {
    "block_count": "it claims {} layers",
    "context_length": "it claims a context of {} tokens",
}
_ROPE_SCALINGS = ("none", "linear", "yarn", "longrope")


def check_numbers(header: GgufHeader) -> None:
    """Raises DamagedModel for a number of the architecture that cannot be."""
    for key, (low, high) in _BOUNDS.items():
        _check_bounds(header, key, low, high)
    check_fractions(header)
    _check_groups(header)
    _check_widths(header)
    _check_experts(header)
    scaling = header.of_architecture("rope.scaling.type")
    if scaling is not None and scaling not in _ROPE_SCALINGS:
        raise _impossible("rope.scaling.type", scaling)
    if header.number("nextn_predict_layers") >= (header.number("block_count") or types.MOST_LAYERS):
        raise _impossible("nextn_predict_layers", header.number("nextn_predict_layers"))


def check_fractions(header: GgufHeader) -> None:
    """Raises DamagedModel for a fraction that is no number, or an epsilon below nought."""
    start = f"{header.architecture}."
    for key, value in header.metadata.items():
        if not key.startswith(start) or not isinstance(value, float):
            continue
        if math.isnan(value) or (key.endswith("epsilon") and not 0 <= value < math.inf):
            raise _impossible(key.removeprefix(start), value)


def _check_bounds(header: GgufHeader, key: str, low: int, high: int) -> None:
    value = header.of_architecture(key)
    if value is None:
        return
    field = header.fields[f"{header.architecture}.{key}"]
    kind = field.items if field.kind == types.ARRAY else field.kind
    if kind not in types.WHOLE_NUMBERS:
        raise _impossible(key, value)
    for item in field.values if field.kind == types.ARRAY else (value,):
        if not low <= item <= high:
            raise _impossible(key, item)


def _check_groups(header: GgufHeader) -> None:
    """In each layer every head of keys serves as many heads of queries."""
    heads, groups = _layers(header, "attention.head_count"), _layers(header, _GROUPS)
    never_none = header.architecture in EVEN_HEADS - SOME_WITHOUT_HEADS
    if never_none and (0 in heads or 0 in groups):
        raise _impossible(_GROUPS, 0)
    pairs: Iterable[tuple[int, int]] = zip_longest(heads, groups, fillvalue=0)
    if len(heads) == 1 or len(groups) == 1:
        pairs = ((head, group) for head in heads for group in groups)
    for head, group in pairs:
        if head and group and head % group:
            raise _impossible(_GROUPS, group)


def _layers(header: GgufHeader, key: str) -> tuple[int, ...]:
    """The values of a list, or the one value for all layers; none if it is not there."""
    field = header.fields.get(f"{header.architecture}.{key}")
    if field is None:
        return ()
    return field.values if field.kind == types.ARRAY else (header.number(key),)


def _check_widths(header: GgufHeader) -> None:
    """How wide a head is, and how much of it the rope turns."""
    heads, turned = header.number("attention.head_count"), header.number("rope.dimension_count")
    keys, values = header.number("attention.key_length"), header.number("attention.value_length")
    if heads and not (keys and values):
        width, rest = divmod(header.number("embedding_length"), heads)
        if rest:
            raise _impossible("attention.head_count", heads)
        keys, values = keys or width, values or width
    if header.architecture in EVEN_HEADS and keys != values:
        raise _impossible("attention.key_length", keys)
    if turned % 2 or (keys and turned > keys):
        raise _impossible("rope.dimension_count", turned)
    stated = header.of_architecture("rope.dimension_count") is not None
    if keys and stated and turned != keys and header.architecture in FULLY_TURNED:
        raise _impossible("rope.dimension_count", turned)


def _check_experts(header: GgufHeader) -> None:
    experts, used = header.number("expert_count"), header.number("expert_used_count")
    if not isinstance(header.of_architecture("expert_used_count"), list) and (
        used > experts or (experts and not used)
    ):
        raise _impossible("expert_used_count", used)
    groups, chosen = header.number("expert_group_count"), header.number("expert_group_used_count")
    if (groups and groups >= experts) or (
        groups > 1 and (experts % groups or not 0 < chosen < groups)
    ):
        raise _impossible("expert_group_count", groups)


def _impossible(key: str, value: Any) -> DamagedModel:
    shown = f"{value}"[:80]
    return DamagedModel(_SAID.get(key, f"its {key} is {{}}").format(shown))
