"""OpenAI's request bodies as Ollama's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gui.engine.openai.fields import Fields, go_dynamic_type
from gui.engine.openai.messages import read_messages
from gui.engine.wire import ApiError

# Ollama has fewer levels than OpenAI; the nearest one is taken.
_EFFORTS: dict[str, bool | str] = {
    "none": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "max",
    "ultra": "max",
    "max": "max",
}
_SAME_OPTIONS = ("frequency_penalty", "presence_penalty")


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A body for `/api/chat` or `/api/generate`, and how the answer is wanted."""

    body: dict[str, Any]
    stream: bool
    include_usage: bool

    @property
    def model(self) -> str:
        """The model as it was asked for."""
        return str(self.body["model"])


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """A body for `/api/embed`, and whether the vectors are wanted in base64."""

    body: dict[str, Any]
    in_base64: bool

    @property
    def model(self) -> str:
        """The model as it was asked for."""
        return str(self.body["model"])


def read_chat(value: object) -> TextRequest:
    """The body of `/v1/chat/completions`; raises ApiError."""
    fields = Fields(value, "ChatCompletionRequest")
    messages = fields.items("messages")
    if not messages:
        raise ApiError(400, "[] is too short - 'messages'")
    _refuse_several(fields, "n")
    limit = fields.integer("max_completion_tokens")
    body: dict[str, Any] = {
        "model": fields.text("model"),
        "messages": read_messages(messages),
        "stream": True,
        "options": _options(fields, fields.integer("max_tokens") if limit is None else limit),
        **_format(fields),
        **_tools(fields),
        **_think(fields),
    }
    if fields.flag("logprobs"):
        body["logprobs"] = True
    if (top := fields.integer("top_logprobs")) is not None:
        body["top_logprobs"] = top
    return _text_request(fields, body)


def read_completion(value: object) -> TextRequest:
    """The body of `/v1/completions`; raises ApiError."""
    fields = Fields(value, "CompletionRequest")
    _refuse_several(fields, "n")
    _refuse_several(fields, "best_of")
    if fields.flag("echo"):
        raise ApiError(400, "echo is not supported")
    body: dict[str, Any] = {
        "model": fields.text("model"),
        "prompt": _prompt(fields.get("prompt")),
        "stream": True,
        "options": _options(fields, fields.integer("max_tokens")),
    }
    if suffix := fields.text("suffix"):
        body["suffix"] = suffix
    if (top := fields.integer("logprobs")) is not None:
        body |= {"logprobs": True, "top_logprobs": top}
    return _text_request(fields, body)


def read_embedding(value: object) -> EmbeddingRequest:
    """The body of `/v1/embeddings`; raises ApiError."""
    fields = Fields(value, "EmbedRequest")
    encoding = fields.text("encoding_format")
    if encoding.lower() not in ("", "float", "base64"):
        raise ApiError(
            400,
            f"Invalid value for 'encoding_format' = {encoding}. "
            "Supported values: ['float', 'base64'].",
        )
    body: dict[str, Any] = {"model": fields.text("model"), "input": _input(fields.get("input"))}
    if dimensions := fields.integer("dimensions"):
        if dimensions < 0:
            raise ApiError(400, "dimensions must be positive")
        body["dimensions"] = dimensions
    return EmbeddingRequest(body, in_base64=encoding.lower() == "base64")


def _text_request(fields: Fields, body: dict[str, Any]) -> TextRequest:
    include_usage = fields.inner("stream_options").flag("include_usage")
    return TextRequest(body, stream=fields.flag("stream"), include_usage=include_usage)


def _refuse_several(fields: Fields, name: str) -> None:
    if fields.integer(name) not in (None, 1):
        raise ApiError(400, f"{name} must be 1: one choice is all that is supported")


def _options(fields: Fields, limit: int | None) -> dict[str, Any]:
    """Ollama's options; what is absent has OpenAI's default, not the model's."""
    options: dict[str, Any] = {
        "temperature": _or_one(fields.number("temperature")),
        "top_p": _or_one(fields.number("top_p")),
    }
    for name in _SAME_OPTIONS:
        if (number := fields.number(name)) is not None:
            options[name] = number
    if (seed := fields.integer("seed")) is not None:
        options["seed"] = seed
    if limit is not None:
        options["num_predict"] = limit
    if fields.has("stop"):
        options["stop"] = _stops(fields.get("stop"))
    return options


def _or_one(number: float | None) -> float:
    return 1.0 if number is None else number


def _stops(value: Any) -> list[str]:
    stops: list[str] = value if isinstance(value, list) else [value]
    for stop in stops:
        if not isinstance(stop, str):
            raise ApiError(400, f"invalid type for 'stop' field: {go_dynamic_type(stop)}")
    return stops


def _format(fields: Fields) -> dict[str, Any]:
    wanted = fields.inner("response_format")
    kind = wanted.text("type").strip().lower()
    if kind in ("", "text"):
        return {}
    if kind == "json_object":
        return {"format": "json"}
    schema = wanted.inner("json_schema")
    if kind != "json_schema" or not schema.has("schema"):
        raise ApiError(400, "response_format must be text, json_object or a json_schema")
    if not isinstance(schema.get("schema"), dict):
        raise ApiError(400, "response_format.json_schema.schema must be an object")
    return {"format": schema.get("schema")}


def _tools(fields: Fields) -> dict[str, Any]:
    """The tools the model may call; none with `tool_choice` none.

    Other choices cannot be forced on a model, so they mean "auto", as with Ollama.
    """
    tools = fields.items("tools")
    for tool in tools:
        if Fields(tool, "Tool").text("type") != "function":
            raise ApiError(400, "tools must be of type function")
    return {"tools": tools} if tools and fields.get("tool_choice") != "none" else {}


def _think(fields: Fields) -> dict[str, Any]:
    """`reasoning.effort` or `reasoning_effort`, the first one if both are there."""
    nested = fields.inner("reasoning").text("effort")
    effort = nested if fields.has("reasoning") else fields.text("reasoning_effort")
    if not effort:
        return {}
    if effort not in _EFFORTS:
        *others, last = (f'"{name}"' for name in _EFFORTS)
        choices = f"{', '.join(others)}, or {last}"
        raise ApiError(400, f"invalid reasoning value: '{effort}' (must be {choices})")
    return {"think": _EFFORTS[effort]}


def _prompt(value: object) -> str:
    """A prompt, or a list of one; several, or tokens, are refused."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ApiError(400, "prompt must be a string or a list of one string")
    return value


def _input(value: Any) -> list[str]:
    """Texts to embed; an empty text is one, no text at all is refused."""
    if value is None or value == []:
        raise ApiError(400, "invalid input")
    texts: list[str] = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise ApiError(400, "invalid input type")
    return texts
