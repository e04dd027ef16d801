"""Ollama's options: their types, ranges and defaults, and what llama.cpp calls them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gui.engine.llama.cores import default_threads, usable_cores
from gui.engine.wire import ApiError

_INT32 = 2**31 - 1
_LONGEST_CONTEXT = 2**24
_SMALLEST_SEEING = 2048
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
    num_gpu: int = -1
    main_gpu: int = 0
    use_mmap: bool | None = None
    parallel: int = 1
    """Replies at once; each has a context of `num_ctx` tokens."""
    embedding: bool = False
    mean_pooling: bool = False
    """Embeddings of a model that was not made for them: the mean over its tokens."""
    flash_attention: bool | None = None
    kv_cache_type: str = ""


@dataclass(frozen=True, slots=True)
class EngineDefaults:
    """What the engine's environment says for every model; zero and None leave it to us."""

    context_length: int = 0
    parallel: int = 1
    flash_attention: bool | None = None
    kv_cache_type: str = ""
    go_templates: bool = True
    """Whether a model's template in Go's language is used where it has one."""


def check_options(value: object) -> dict[str, Any]:
    """The options of a request that are known and not null, typed; raises ApiError.

    Whole numbers are cut from any number.
    """
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        raise ApiError(400, "json: cannot unmarshal options into Go value of type map")
    return {
        name: _read(name, _SPECS[name], given)
        for name, given in value.items()
        if given is not None and name in _SPECS
    }


def read_options(
    value: object, stored: Mapping[str, Any] | None = None, context_length: int = 0
) -> dict[str, Any]:
    """Every option with its value: the request's, else the model's own, else the default.

    `context_length` is the default of num_ctx, 0 for Ollama's. Raises ApiError.
    """
    options = {name: spec.default for name, spec in _SPECS.items()}
    if context_length:
        options["num_ctx"] = context_length
    return {**options, **check_options(stored), **check_options(value)}


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
    if not isinstance(given, list | tuple):
        raise _wrong_type(name, "array")
    if not all(isinstance(item, str) for item in given):
        raise ApiError(500, f'option "{name}" must be of an array of strings')
    if len(given) > _MOST_STOPS or any(len(item) > _LONGEST_STOP for item in given):
        raise ApiError(400, f'option "{name}" must have at most {_MOST_STOPS} short strings')
    return tuple(item for item in given if item)


def _wrong_type(name: str, kind: str) -> ApiError:
    return ApiError(500, f'option "{name}" must be of type {kind}')


def load_settings(
    options: Mapping[str, Any],
    train_ctx: int,
    defaults: EngineDefaults | None = None,
    *,
    sees: bool = False,
) -> LoadSettings:
    """What loading needs; the context is cut to what the model was trained for.

    A model that `sees` has room for two images at least.
    """
    defaults = defaults or EngineDefaults()
    wanted = max(options["num_ctx"], _SMALLEST_SEEING) if sees else options["num_ctx"]
    return LoadSettings(
        num_ctx=min(wanted, train_ctx) if train_ctx else wanted,
        num_batch=min(options["num_batch"], _LARGEST_BATCH),
        num_thread=min(options["num_thread"], usable_cores()) or default_threads(),
        num_gpu=options["num_gpu"],
        main_gpu=options["main_gpu"],
        use_mmap=options["use_mmap"],
        parallel=defaults.parallel,
        flash_attention=defaults.flash_attention,
        kv_cache_type=defaults.kv_cache_type,
    )


def embedding_settings(
    options: Mapping[str, Any], train_ctx: int, defaults: EngineDefaults, *, mean_pooling: bool
) -> LoadSettings:
    """What loading for embeddings needs: a whole input must fit into one batch."""
    settings = load_settings(options, train_ctx, defaults)
    return replace(
        settings,
        num_batch=settings.num_ctx,
        parallel=1,
        embedding=True,
        mean_pooling=mean_pooling,
        kv_cache_type="",
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
