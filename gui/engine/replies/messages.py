"""The messages and tools of a request, read with Go's strictness."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gui.engine.replies.fields import Fields, go_type, scrubbed
from gui.engine.wire import ApiError

Message = Mapping[str, Any]
"""role and content, and where they are there: thinking, images, tool_calls, tool_name,
tool_call_id. Images are base64 without a prefix."""

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
"""How PNG, JPEG, GIF and BMP begin: what llama.cpp decodes."""


def image_count(messages: Iterable[Message]) -> int:
    """How many images the messages carry."""
    return sum(len(message.get("images", ())) for message in messages)


def read_messages(items: Sequence[object]) -> tuple[Message, ...]:
    """The messages of a chat; raises ApiError."""
    return tuple(_message(item) for item in items)


def read_tools(items: Sequence[object]) -> tuple[Mapping[str, Any], ...]:
    """The tools of a chat; raises ApiError."""
    tools = []
    for item in items:
        fields = Fields(_object(item, "ChatRequest.tools", "api.Tool"), "Tool")
        function = fields.mapping("function")
        Fields(function, "ToolFunction").text("name")
        tools.append({"type": fields.text("type") or "function", "function": function})
    return tuple(tools)


def read_images(items: Sequence[object]) -> list[str]:
    """Pictures in base64, each checked to be one that can be decoded; raises ApiError."""
    images = []
    for item in items:
        if not isinstance(item, str):
            raise ApiError(
                400, f"json: cannot unmarshal {go_type(item)} into Go value of type string"
            )
        try:
            data = base64.b64decode(item, validate=True)
        except (binascii.Error, ValueError):
            raise ApiError(400, "illegal base64 data in an image") from None
        if not data.startswith(_PICTURES):
            raise ApiError(400, "an image is not PNG, JPEG, GIF or BMP")
        images.append(item)
    return images


def _message(value: object) -> Message:
    given = _object(value, "ChatRequest.messages", "api.Message")
    fields = Fields({key.lower(): item for key, item in given.items()}, "Message")
    message: dict[str, Any] = {
        "role": fields.text("role").lower(),
        "content": fields.text("content"),
    }
    optional = {
        "thinking": fields.text("thinking"),
        "images": read_images(fields.items("images")),
        "tool_calls": [_tool_call(item) for item in fields.items("tool_calls")],
        "tool_name": fields.text("tool_name"),
        "tool_call_id": fields.text("tool_call_id"),
    }
    return message | {name: item for name, item in optional.items() if item}


def _tool_call(value: object) -> dict[str, Any]:
    fields = Fields(_object(value, "Message.tool_calls", "api.ToolCall"), "ToolCall")
    function = Fields(fields.mapping("function"), "ToolCallFunction")
    call = {
        "index": function.whole("index"),
        "name": function.text("name"),
        "arguments": _clean(function.mapping("arguments")),
    }
    return {"id": fields.text("id"), "function": call}


def _object(value: object, where: str, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(
            400,
            f"json: cannot unmarshal {go_type(value)} into Go struct field {where} of type {kind}",
        )
    return value


def _clean(value: Any) -> Any:
    """`value` with every text scrubbed."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {scrubbed(key): _clean(item) for key, item in value.items()}
    return value
