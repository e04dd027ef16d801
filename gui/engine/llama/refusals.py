"""llama.cpp's refusals as ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gui.engine.wire import ApiError

_CONTEXT_EXCEEDED = "exceed_context_size_error"

CONTEXT_EXCEEDED = (
    "the prompt is longer than the context length currently available to the model; "
    "shorten the prompt, adjust the context length in settings, or use a model with a "
    "longer context length"
)
"""Ollama's sentence for a prompt that does not fit."""


def refusal_of(error: Mapping[str, Any]) -> ApiError:
    """The `error` object of an answer of llama.cpp as an error of ours."""
    if error.get("type") == _CONTEXT_EXCEEDED:
        return ApiError(400, CONTEXT_EXCEEDED)
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return ApiError(status, str(error.get("message", "llama.cpp refused the request")))
