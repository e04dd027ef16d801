"""Request bodies as frozen values, with the refusals Ollama gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.engine.durations import read_keep_alive
from gui.engine.llama.options import read_options
from gui.engine.wire import ApiError

_THINK_LEVELS = ("high", "medium", "low", "max")
_DEEPEST_SCHEMA = 64
_LARGEST_SCHEMA = 64 * 1024
_GO_TYPES = {str: "string", bool: "bool", list: "array", dict: "object"}


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """What chat and generate have in common."""

    model: str
    stream: bool
    schema: Mapping[str, Any] | None
    keep_alive: float
    options: Mapping[str, Any]
    think: bool | str | None
    truncate: bool
    shift: bool
    logprobs: bool
    top_logprobs: int


@dataclass(frozen=True, slots=True)
class ChatRequest(ReplyRequest):
    """The body of `/api/chat`."""

    messages: tuple[Mapping[str, Any], ...]
    has_images: bool
    has_tools: bool


@dataclass(frozen=True, slots=True)
class GenerateRequest(ReplyRequest):
    """The body of `/api/generate`."""

    prompt: str
    system: str
    suffix: str
    template: str
    raw: bool
    has_context: bool
    has_images: bool


def decode_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, its keys in lower case; raises ApiError.

    As Go's decoder does: only the first value counts, null is an empty object.
    """
    text = body.decode("utf-8", "replace").lstrip(" \t\r\n")
    if not text:
        raise ApiError(400, "missing request body")
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    try:
        value, _ = decoder.raw_decode(text)
    except json.JSONDecodeError as problem:
        raise ApiError(400, _go_syntax_error(text, problem.pos)) from None
    except RecursionError:
        raise ApiError(400, "exceeded max depth") from None
    except ValueError:
        raise ApiError(400, "json: cannot unmarshal number: out of range") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError(
            400, f"json: cannot unmarshal {_go_type(value)} into Go value of type struct"
        )
    return {key.lower(): item for key, item in value.items()}


def _refuse_constant(name: str) -> float:
    raise ApiError(400, f"invalid character '{name[0]}' looking for beginning of value")


def _go_syntax_error(text: str, position: int) -> str:
    unclosed = text.startswith('"', position) and '"' not in text[position + 1 :]
    if position >= len(text.rstrip()) or unclosed:
        return "unexpected EOF"
    return f"invalid character {text[position]!r} looking for beginning of value"


def _go_type(value: object) -> str:
    return _GO_TYPES.get(type(value), "number")


class _Fields:
    """Typed reading of an object; an absent or null field has its default."""

    def __init__(self, value: Mapping[str, Any], struct: str) -> None:
        self._value = value
        self._struct = struct

    def get(self, name: str) -> Any:
        return self._value.get(name)

    def text(self, name: str) -> str:
        return _scrubbed(self._typed(name, str, "string", ""))

    def flag(self, name: str, *, default: bool = False) -> bool:
        value: bool = self._typed(name, bool, "bool", default)
        return value

    def items(self, name: str) -> list[Any]:
        value: list[Any] = self._typed(name, list, "array", [])
        return value

    def whole(self, name: str) -> int:
        value = self._value.get(name)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, value, "int")
        return value

    def _typed(self, name: str, kind: type, go_kind: str, default: Any) -> Any:
        value = self._value.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise self._wrong(name, value, go_kind)
        return value

    def _wrong(self, name: str, value: object, go_kind: str) -> ApiError:
        where = f"{self._struct}.{name} of type {go_kind}"
        return ApiError(
            400, f"json: cannot unmarshal {_go_type(value)} into Go struct field {where}"
        )


def _scrubbed(text: str) -> str:
    """`text` with half surrogate pairs replaced, as Go's decoder does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_model(body: Mapping[str, Any]) -> str:
    """The name of the model in a body, under either of its keys."""
    fields = _Fields(body, "ShowRequest")
    return fields.text("model") or fields.text("name")


def read_chat(body: Mapping[str, Any]) -> ChatRequest:
    """The body of `/api/chat`; raises ApiError."""
    fields = _Fields(body, "ChatRequest")
    messages = [_message(item) for item in fields.items("messages")]
    return ChatRequest(
        **_common(fields),
        messages=tuple(message for message, _ in messages),
        has_images=any(has_images for _, has_images in messages),
        has_tools=bool(fields.items("tools")),
    )


def read_generate(body: Mapping[str, Any]) -> GenerateRequest:
    """The body of `/api/generate`; raises ApiError."""
    fields = _Fields(body, "GenerateRequest")
    return GenerateRequest(
        **_common(fields),
        prompt=fields.text("prompt"),
        system=fields.text("system"),
        suffix=fields.text("suffix"),
        template=fields.text("template"),
        raw=fields.flag("raw"),
        has_context=bool(fields.items("context")),
        has_images=bool(fields.items("images")),
    )


def _common(fields: _Fields) -> dict[str, Any]:
    top_logprobs = fields.whole("top_logprobs")
    if not 0 <= top_logprobs <= 20:
        raise ApiError(400, "top_logprobs must be between 0 and 20")
    return {
        "model": fields.text("model"),
        "stream": fields.flag("stream", default=True),
        "schema": _schema(fields.get("format")),
        "keep_alive": read_keep_alive(fields.get("keep_alive")),
        "options": read_options(fields.get("options")),
        "think": _think(fields.get("think")),
        "truncate": fields.flag("truncate", default=True),
        "shift": fields.flag("shift", default=True),
        "logprobs": fields.flag("logprobs"),
        "top_logprobs": top_logprobs,
    }


def _message(value: object) -> tuple[dict[str, Any], bool]:
    """One message for llama.cpp, and whether it carries images."""
    if not isinstance(value, dict):
        raise ApiError(
            400,
            f"json: cannot unmarshal {_go_type(value)} into Go struct field "
            "ChatRequest.messages of type api.Message",
        )
    fields = _Fields({key.lower(): item for key, item in value.items()}, "Message")
    message = {"role": fields.text("role").lower(), "content": fields.text("content")}
    return message, bool(fields.items("images"))


def _think(value: object) -> bool | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _THINK_LEVELS:
        return value
    shown = value if isinstance(value, str) else json.dumps(value)
    choices = '"high", "medium", "low", "max", true, or false'
    raise ApiError(400, f'invalid think value: "{shown}" (must be {choices})')


def _schema(value: object) -> Mapping[str, Any] | None:
    """The JSON schema a reply must follow, None for free text."""
    if value is None or value == "":
        return None
    if value == "json":
        return {"type": "object"}
    if not isinstance(value, dict):
        raise ApiError(
            500,
            f'invalid format: {json.dumps(value)}; expected "json" or a valid JSON Schema object',
        )
    if _depth(value) > _DEEPEST_SCHEMA:
        raise ApiError(400, f"format: the schema is nested deeper than {_DEEPEST_SCHEMA} levels")
    if len(json.dumps(value)) > _LARGEST_SCHEMA:
        raise ApiError(400, f"format: the schema is larger than {_LARGEST_SCHEMA // 1024} kB")
    return value


def _depth(value: object) -> int:
    """How deeply lists and objects are nested, counted no further than is refused."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST_SCHEMA:
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        depth += bool(level)
    return depth
