"""Which messages make a prompt: the model's own before those of the request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gui.engine.replies.messages import Message
from gui.engine.replies.requests import GenerateRequest
from gui.engine.store.stored import Contents


def of_chat(contents: Contents, messages: Sequence[Message]) -> list[Message]:
    """The messages of a chat; the model's SYSTEM gives way to a system message at the start."""
    starts_with_system = bool(messages) and messages[0]["role"] == "system"
    system = "" if starts_with_system else contents.system
    return [*_system(system), *contents.messages, *messages]


def of_generate(contents: Contents, request: GenerateRequest) -> list[Message]:
    """The messages that a prompt stands for."""
    prompt: dict[str, Any] = {"role": "user", "content": request.prompt}
    if request.images:
        prompt["images"] = list(request.images)
    return [*_system(request.system or contents.system), *contents.messages, prompt]


def _system(text: str) -> list[Message]:
    return [{"role": "system", "content": text}] if text else []


def as_openai(message: Message) -> dict[str, Any]:
    """The message as llama.cpp takes it."""
    content: Any = message.get("content", "")
    if images := message.get("images"):
        pictures = [
            {"type": "image_url", "image_url": {"url": f"data:image/*;base64,{image}"}}
            for image in images
        ]
        content = [*pictures, {"type": "text", "text": content}]
    shaped: dict[str, Any] = {"role": message["role"], "content": content}
    if thinking := message.get("thinking"):
        shaped["reasoning_content"] = thinking
    if calls := message.get("tool_calls"):
        shaped["tool_calls"] = [_call(number, call) for number, call in enumerate(calls)]
    if message["role"] == "tool":
        shaped["tool_call_id"] = message.get("tool_call_id") or "call_0"
        if name := message.get("tool_name"):
            shaped["name"] = name
    return shaped


def _call(number: int, call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    return {
        "type": "function",
        "id": call.get("id") or f"call_{number}",
        "function": {
            "name": function["name"],
            "arguments": json.dumps(function["arguments"], ensure_ascii=False),
        },
    }
