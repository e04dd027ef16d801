"""Request bodies as frozen values, with the refusals Ollama gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.engine.durations import read_keep_alive
from gui.engine.llama.options import check_options
from gui.engine.replies.fields import Fields
from gui.engine.replies.formats import read_format
from gui.engine.replies.messages import Message, read_images, read_messages, read_tools
from gui.engine.wire import ApiError

_THINK_LEVELS = ("high", "medium", "low", "max")
_MOST_CONTEXT = 2**20


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """What chat and generate have in common."""

    model: str
    stream: bool
    schema: Mapping[str, Any] | None
    keep_alive: float | None
    """Seconds; None leaves it to the engine, below zero is for ever."""
    options: Mapping[str, Any]
    """What was given, typed; the model's own options and defaults are not in it."""
    think: bool | str | None
    truncate: bool
    shift: bool
    logprobs: bool
    top_logprobs: int
    render_only: bool


@dataclass(frozen=True, slots=True)
class ChatRequest(ReplyRequest):
    """The body of `/api/chat`."""

    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...]

    @property
    def has_images(self) -> bool:
        """Whether any message carries one."""
        return any(message.get("images") for message in self.messages)


@dataclass(frozen=True, slots=True)
class GenerateRequest(ReplyRequest):
    """The body of `/api/generate`."""

    prompt: str
    system: str
    suffix: str
    template: str
    raw: bool
    context: tuple[int, ...]
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """The body of `/api/embed`; `texts` is None for an input that only loads the model."""

    model: str
    texts: tuple[str, ...]
    truncate: bool
    dimensions: int
    keep_alive: float | None
    options: Mapping[str, Any]


def read_model(body: Mapping[str, Any]) -> str:
    """The name of the model in a body, under either of its keys."""
    fields = Fields(body, "ShowRequest")
    return fields.text("model") or fields.text("name")


def read_chat(body: Mapping[str, Any]) -> ChatRequest:
    """The body of `/api/chat`; raises ApiError."""
    fields = Fields(body, "ChatRequest")
    return ChatRequest(
        **_common(fields),
        messages=read_messages(fields.items("messages")),
        tools=read_tools(fields.items("tools")),
    )


def read_generate(body: Mapping[str, Any]) -> GenerateRequest:
    """The body of `/api/generate`; raises ApiError."""
    fields = Fields(body, "GenerateRequest")
    return GenerateRequest(
        **_common(fields),
        prompt=fields.text("prompt"),
        system=fields.text("system"),
        suffix=fields.text("suffix"),
        template=fields.text("template"),
        raw=fields.flag("raw"),
        context=_tokens(fields.items("context")),
        images=tuple(read_images(fields.items("images"))),
    )


def read_embed(body: Mapping[str, Any]) -> EmbedRequest:
    """The body of `/api/embed`; raises ApiError."""
    fields = Fields(body, "EmbedRequest")
    given = fields.get("input")
    texts = [given] if isinstance(given, str) and given else given or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ApiError(400, "invalid input type")
    return EmbedRequest(
        model=fields.text("model"),
        texts=tuple(texts),
        truncate=fields.flag("truncate", default=True),
        dimensions=fields.whole("dimensions"),
        keep_alive=_keep_alive(fields),
        options=check_options(fields.get("options")),
    )


def read_embeddings(body: Mapping[str, Any]) -> EmbedRequest:
    """The body of `/api/embeddings`, the old route; raises ApiError."""
    fields = Fields(body, "EmbeddingRequest")
    prompt = fields.text("prompt")
    return EmbedRequest(
        model=fields.text("model"),
        texts=(prompt,) if prompt else (),
        truncate=True,
        dimensions=0,
        keep_alive=_keep_alive(fields),
        options=check_options(fields.get("options")),
    )


def _common(fields: Fields) -> dict[str, Any]:
    top_logprobs = fields.whole("top_logprobs")
    if not 0 <= top_logprobs <= 20:
        raise ApiError(400, "top_logprobs must be between 0 and 20")
    return {
        "model": fields.text("model"),
        "stream": fields.flag("stream", default=True),
        "schema": read_format(fields.get("format")),
        "keep_alive": _keep_alive(fields),
        "options": check_options(fields.get("options")),
        "think": _think(fields.get("think")),
        "truncate": fields.flag("truncate", default=True),
        "shift": fields.flag("shift", default=True),
        "logprobs": fields.flag("logprobs"),
        "top_logprobs": top_logprobs,
        "render_only": fields.flag("_debug_render_only"),
    }


def _keep_alive(fields: Fields) -> float | None:
    value = fields.get("keep_alive")
    return None if value is None else read_keep_alive(value)


def _tokens(items: list[Any]) -> tuple[int, ...]:
    sound = len(items) <= _MOST_CONTEXT and all(type(item) is int for item in items)
    if not sound or any(not 0 <= item < 2**31 for item in items):
        raise ApiError(400, "context is not a list of tokens")
    return tuple(items)


def _think(value: object) -> bool | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _THINK_LEVELS:
        return value
    shown = value if isinstance(value, str) else json.dumps(value)
    choices = '"high", "medium", "low", "max", true, or false'
    raise ApiError(400, f'invalid think value: "{shown}" (must be {choices})')
