"""The messages of a chat: parts joined, images taken out, tool calls decoded."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from typing import Any

from gui.engine.openai.fields import Fields, go_dynamic_type
from gui.engine.wire import ApiError

_IMAGE = re.compile(r"data:(?:image/(?:jpeg|jpg|png|webp))?;base64,")
_TEXT_PARTS = {"text": "text", "input_text": "text", "refusal": "refusal"}
_IMAGE_PARTS = {"image_url", "input_image"}
_REMOTE_IMAGE = "image URLs are not currently supported, please use base64 encoded data instead"


def read_messages(values: Iterable[object]) -> list[dict[str, Any]]:
    """OpenAI's messages as those of `/api/chat`; raises ApiError.

    Every message stays one: its text parts are joined by an empty line, its images
    follow in order. `developer` is what newer models of OpenAI call `system`.
    """
    found: list[dict[str, Any]] = []
    tool_names: dict[str, str] = {}
    for value in values:
        message = _message(Fields(value, "Message"), tool_names)
        for call in message.get("tool_calls", ()):
            if "id" in call:
                tool_names[call["id"]] = call["function"]["name"]
        found.append(message)
    return found


def _message(fields: Fields, tool_names: dict[str, str]) -> dict[str, Any]:
    role = fields.text("role").lower()
    text, images = _content(fields)
    message: dict[str, Any] = {
        "role": "system" if role == "developer" else role,
        "content": text,
    }
    if images:
        message["images"] = images
    if thinking := fields.text("reasoning"):
        message["thinking"] = thinking
    if calls := fields.items("tool_calls"):
        message["tool_calls"] = [_tool_call(Fields(call, "ToolCall")) for call in calls]
    if role == "tool":
        message |= _origin(fields, tool_names)
    return message


def _origin(fields: Fields, tool_names: dict[str, str]) -> dict[str, str]:
    """What the result of a tool belongs to; the name is looked up by the id if it must be."""
    call_id = fields.text("tool_call_id")
    name = fields.text("name") or tool_names.get(call_id, "")
    origin = {"tool_call_id": call_id, "tool_name": name}
    return {key: value for key, value in origin.items() if value}


def _content(fields: Fields) -> tuple[str, list[str]]:
    """The text of a message, and its images in base64."""
    content = fields.get("content")
    if isinstance(content, str):
        return content, []
    if isinstance(content, list):
        return _parts(content)
    if content is None and fields.has("tool_calls"):
        return "", []
    raise ApiError(400, f"invalid message content type: {go_dynamic_type(content)}")


def _parts(values: list[object]) -> tuple[str, list[str]]:
    texts: list[str] = []
    images: list[str] = []
    for value in values:
        if not isinstance(value, dict):
            raise ApiError(400, "invalid message format")
        part = Fields(value, "ContentPart")
        kind = part.text("type")
        if kind in _TEXT_PARTS and isinstance(part.get(_TEXT_PARTS[kind]), str):
            texts.append(part.text(_TEXT_PARTS[kind]))
        elif kind in _IMAGE_PARTS:
            images.append(_image(part.get("image_url")))
        else:
            raise ApiError(400, "invalid message format")
    return "\n\n".join(texts), images


def _image(value: object) -> str:
    """The base64 of an image; `value` is a data URI or an object with one."""
    url = Fields(value, "ImageURL").get("url") if isinstance(value, dict) else value
    if not isinstance(url, str):
        raise ApiError(400, "invalid message format")
    if url.startswith(("http://", "https://")):
        raise ApiError(400, _REMOTE_IMAGE)
    head = _IMAGE.match(url)
    if head is None:
        raise ApiError(400, "invalid image input")
    data = url[head.end() :]
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(400, "invalid message format") from None
    return data


def _tool_call(fields: Fields) -> dict[str, Any]:
    function = fields.inner("function")
    called = {
        "name": function.text("name"),
        "arguments": _arguments(function.text("arguments")),
    }
    call_id = fields.text("id")
    return {"id": call_id, "function": called} if call_id else {"function": called}


def _arguments(text: str) -> dict[str, Any]:
    """The arguments of a call; models that have none to give write nothing or null."""
    try:
        value = json.loads(text or "{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        value = text
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError(400, "invalid tool call arguments")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
