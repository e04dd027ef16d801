"""Embeddings: texts as vectors."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gui.engine.llama.options import embedding_settings, read_options
from gui.engine.llama.runtime import LoadedModel, Runtime, to_end
from gui.engine.replies.requests import EmbedRequest
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError

_TOO_LONG = "the input length exceeds the context length"
_AT_ONCE = 64
"""Texts handed to llama.cpp together, so that a client who leaves is noticed."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors as the model gives them, in the order of the texts; times in nanoseconds."""

    vectors: tuple[list[float], ...]
    tokens: int
    total_duration: int
    load_duration: int


async def embedded(runtime: Runtime, model: StoredModel, request: EmbedRequest) -> Embedded:
    """The texts of the request as vectors; raises ApiError.

    A chat model, which Ollama refuses here, gives the mean over its tokens.
    """
    started = time.perf_counter_ns()
    defaults = runtime.limits.defaults
    stored = model.contents.parameters
    options = read_options(request.options, stored, defaults.context_length)
    settings = embedding_settings(
        options,
        model.train_ctx,
        defaults,
        mean_pooling=not _pools(model),
    )
    keep_alive = runtime.keep_alive(request.keep_alive)
    async with runtime.using(model, settings, keep_alive) as loaded:
        load = time.perf_counter_ns() - started
        tokens = await to_end(asyncio.to_thread(_tokens, loaded, request))
        vectors: list[list[float]] = []
        for first in range(0, len(tokens), _AT_ONCE):
            some = tokens[first : first + _AT_ONCE]
            vectors += await to_end(asyncio.to_thread(loaded.llama.embed, some))
    for vector in vectors:
        if not all(map(_is_finite, vector)):
            raise ApiError(400, "embedding contains NaN or Inf values")
    count = sum(len(item) for item in tokens)
    return Embedded(tuple(vectors), count, time.perf_counter_ns() - started, load)


def _is_finite(value: float | None) -> bool:
    """Whether it is a number; llama.cpp writes those that are none as null."""
    return value is not None and math.isfinite(value)


def _pools(model: StoredModel) -> bool:
    """Whether the model says how it makes one vector of many; 0 stands for not at all."""
    return bool(model.header and model.header.number("pooling_type"))


def _tokens(loaded: LoadedModel, request: EmbedRequest) -> list[list[int]]:
    """The tokens of each text, cut to the context if the request allows it."""
    room = loaded.settings.num_ctx
    listed = []
    for text in request.texts:
        (marked,) = loaded.vocabulary.marked([{"content": text}])
        tokens = loaded.llama.tokenize(loaded.vocabulary.parts(marked["content"]))
        if len(tokens) > room:
            if not request.truncate:
                raise ApiError(400, _TOO_LONG)
            tokens = tokens[:room]
        if not tokens:
            raise ApiError(400, "an input is empty")
        listed.append(tokens)
    return listed


def embed_answer(request: EmbedRequest, result: Embedded) -> dict[str, Any]:
    """The object of `/api/embed`: vectors of length one, also after `dimensions` cut them."""
    size = request.dimensions
    cut = [vector[:size] if size > 0 else vector for vector in result.vectors]
    return {
        "model": request.model,
        "embeddings": [normalised(vector) for vector in cut],
        "total_duration": result.total_duration,
        "load_duration": result.load_duration,
        "prompt_eval_count": result.tokens,
    }


def embeddings_answer(result: Embedded) -> Mapping[str, Any]:
    """The object of `/api/embeddings`: one vector as the model gives it."""
    return {"embedding": result.vectors[0] if result.vectors else []}


def normalised(vector: Sequence[float]) -> list[float]:
    """`vector` at length one; one of zeros stays."""
    length = math.sqrt(math.fsum(value * value for value in vector))
    return [value / length for value in vector] if length else list(vector)
