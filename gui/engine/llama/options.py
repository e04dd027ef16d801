"""Ollama's options: their types, ranges and defaults, and what llama.cpp calls them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.engine.llama.cores import default_threads, usable_cores
from gui.engine.wire import ApiError

_INT32 = 2**31 - 1
_LONGEST_CONTEXT = 2**24
_MOST_STOPS = 256
_LONGEST_STOP = 4096

# The whole batch must be evaluated before a stop is noticed. On a CPU 128 tokens take as
# long one by one batch as four at once (209 and 210 tokens/s), so a stop comes four times sooner.
_LARGEST_BATCH = 128


@dataclass(frozen=True, slots=True)
class _Spec:
    kind: str
    default: Any = None
    low: float = -(2**31)
    high: float = _INT32


# Source of names, types and defaults: Ollama 0.33, api/types.go. The ranges are ours:
# outside them llama.cpp refuses, or aborts the process (num_ctx 1).
_SPECS: dict[str, _Spec] = {
    "num_ctx": _Spec("integer", 4096, 4, _LONGEST_CONTEXT),
    "num_batch": _Spec("integer", 512, 1, 65536),
    "num_gpu": _Spec("integer", -1, -1, 10_000),
    "main_gpu": _Spec("integer", 0),
    "use_mmap": _Spec("boolean"),
    "num_thread": _Spec("integer", 0, 0, 4096),
    "draft_num_predict": _Spec("integer", 4),
    "num_keep": _Spec("integer", 4, -1, _INT32),
    "seed": _Spec("integer", -1, -(2**63), 2**63 - 1),
    "num_predict": _Spec("integer", -1, -2, _INT32),
    "top_k": _Spec("integer", 40, -1, _INT32),
    "top_p": _Spec("float32", 0.9, 0, 1),
    "min_p": _Spec("float32", 0.0, 0, 1),
    "typical_p": _Spec("float32", 1.0, 0, 1),
    "repeat_last_n": _Spec("integer", 64, -1, _INT32),
    "temperature": _Spec("float32", 0.8, 0, 100),
    "repeat_penalty": _Spec("float32", 1.0, 0.01, 100),
    "presence_penalty": _Spec("float32", 0.0, -100, 100),
    "frequency_penalty": _Spec("float32", 0.0, -100, 100),
    "stop": _Spec("array", ()),
}


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """What llama.cpp must know when it loads a model; another value means loading anew."""

    num_ctx: int
    num_batch: int
    num_thread: int
    num_gpu: int


def read_options(value: object) -> dict[str, Any]:
    """Every option with its value, from the `options` of a request; raises ApiError.

    Unknown names and nulls are passed over, whole numbers are cut from any number.
    """
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        raise ApiError(400, "json: cannot unmarshal options into Go value of type map")
    options = {name: spec.default for name, spec in _SPECS.items()}
    for name, given in value.items():
        if given is not None and name in _SPECS:
            options[name] = _read(name, _SPECS[name], given)
    return options


def _read(name: str, spec: _Spec, given: object) -> Any:
    if spec.kind == "boolean":
        if not isinstance(given, bool):
            raise _wrong_type(name, spec.kind)
        return given
    if spec.kind == "array":
        return _read_stops(name, given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _wrong_type(name, spec.kind)
    if not spec.low <= given <= spec.high or not math.isfinite(given):
        raise ApiError(400, f'option "{name}" must be between {spec.low} and {spec.high}')
    return int(given) if spec.kind == "integer" else float(given)


def _read_stops(name: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise _wrong_type(name, "array")
    if not all(isinstance(item, str) for item in given):
        raise ApiError(500, f'option "{name}" must be of an array of strings')
    if len(given) > _MOST_STOPS or any(len(item) > _LONGEST_STOP for item in given):
        raise ApiError(400, f'option "{name}" must have at most {_MOST_STOPS} short strings')
    return tuple(item for item in given if item)


def _wrong_type(name: str, kind: str) -> ApiError:
    return ApiError(500, f'option "{name}" must be of type {kind}')


def load_settings(options: Mapping[str, Any], train_ctx: int) -> LoadSettings:
    """What loading needs; the context is cut to what the model was trained for."""
    return LoadSettings(
        num_ctx=min(options["num_ctx"], train_ctx) if train_ctx else options["num_ctx"],
        num_batch=min(options["num_batch"], _LARGEST_BATCH),
        num_thread=min(options["num_thread"], usable_cores()) or default_threads(),
        num_gpu=options["num_gpu"],
    )


def token_limit(options: Mapping[str, Any], num_ctx: int, prompt: int, *, shift: bool) -> int:
    """How many tokens a reply may have: Ollama bounds "no limit" to ten contexts."""
    room = max(num_ctx - prompt, 1)
    wanted: int = options["num_predict"]
    if wanted == -2:
        return room
    if wanted < 0:
        wanted = 10 * num_ctx
    return wanted if shift else min(wanted, room)


def sampling_arguments(options: Mapping[str, Any], num_ctx: int) -> dict[str, Any]:
    """The options of one reply under llama.cpp's names."""
    seed: int = options["seed"]
    last: int = options["repeat_last_n"]
    return {
        "temperature": options["temperature"],
        "top_k": options["top_k"],
        "top_p": options["top_p"],
        "min_p": options["min_p"],
        "typical_p": options["typical_p"],
        "repeat_penalty": options["repeat_penalty"],
        "repeat_last_n": num_ctx if last < 0 else min(last, num_ctx),
        "presence_penalty": options["presence_penalty"],
        "frequency_penalty": options["frequency_penalty"],
        "n_keep": min(options["num_keep"], num_ctx),
        "seed": -1 if seed < 0 else seed % 2**32,
        "stop": list(options["stop"]),
    }
