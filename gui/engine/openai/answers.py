"""Ollama's answers as OpenAI's objects."""

from __future__ import annotations

import base64
import json
import secrets
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gui.engine.store.names import ModelName

CHAT_ID = "chatcmpl-"
COMPLETION_ID = "cmpl-"


class ListedModel(Protocol):
    """What is told about a model; `modified_at` is in seconds since the epoch."""

    @property
    def name(self) -> ModelName:
        """Its name."""

    @property
    def modified_at(self) -> float:
        """When its file was last written."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all objects of one reply have in common; `created` is in seconds."""

    prefix: str
    model: str
    mark: str = field(default_factory=lambda: secrets.token_hex(12))
    created: int = field(default_factory=lambda: int(time.time()))

    def put_on(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        """An object of that kind with these choices."""
        return {
            "id": self.prefix + self.mark,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": "fp_ollama",
            "choices": choices,
        }


def chat_completion(stamp: Stamp, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All chunks of `/api/chat` as one `chat.completion`."""
    messages = [part["message"] for part in parts]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(one.get("content", "") for one in messages),
    }
    if thinking := "".join(one.get("thinking", "") for one in messages):
        message["reasoning"] = thinking
    if calls := [call for one in messages for call in tool_calls(one)]:
        message["tool_calls"] = calls
    choice: dict[str, Any] = {
        "index": 0,
        "message": message,
        "finish_reason": finish_reason(parts[-1], called=bool(calls)),
    }
    if entries := _all_logprobs(parts):
        choice["logprobs"] = chat_logprobs(entries)
    return {**stamp.put_on("chat.completion", [choice]), "usage": usage(parts[-1])}


def text_completion(stamp: Stamp, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All chunks of `/api/generate` as one `text_completion`."""
    choice: dict[str, Any] = {
        "index": 0,
        "text": "".join(part.get("response", "") for part in parts),
        "finish_reason": finish_reason(parts[-1], called=False),
    }
    if entries := _all_logprobs(parts):
        choice["logprobs"] = completion_logprobs(entries, 0)
    return {**stamp.put_on("text_completion", [choice]), "usage": usage(parts[-1])}


def finish_reason(chunk: Mapping[str, Any], *, called: bool) -> str | None:
    """Why the reply ended, None if it goes on; `called` if it has a tool call.

    What Ollama says about loading a model is "stop" here: clients know no other reason.
    """
    if not chunk.get("done"):
        return None
    if called:
        return "tool_calls"
    return "length" if chunk.get("done_reason") == "length" else "stop"


def usage(chunk: Mapping[str, Any]) -> dict[str, int]:
    """The token counts of the last chunk."""
    prompt, completion = chunk.get("prompt_eval_count", 0), chunk.get("eval_count", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def tool_calls(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls of a message; their arguments are JSON in a string."""
    return [
        {
            "id": call.get("id") or f"call_{secrets.token_hex(4)}",
            "type": "function",
            "function": {
                "name": call["function"]["name"],
                "arguments": _compact(call["function"].get("arguments") or {}),
            },
        }
        for call in message.get("tool_calls") or ()
    ]


def chat_logprobs(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Log probabilities as chats have them."""
    content = [{**entry, "top_logprobs": entry.get("top_logprobs", [])} for entry in entries]
    return {"content": content}


def completion_logprobs(entries: Sequence[Mapping[str, Any]], offset: int) -> dict[str, Any]:
    """Log probabilities as completions have them; the first token is at sign `offset`."""
    offsets = []
    for entry in entries:
        offsets.append(offset)
        offset += len(entry["token"])
    return {
        "tokens": [entry["token"] for entry in entries],
        "token_logprobs": [entry["logprob"] for entry in entries],
        "top_logprobs": [
            {top["token"]: top["logprob"] for top in entry.get("top_logprobs", ())}
            for entry in entries
        ],
        "text_offset": offsets,
    }


def embedding_list(model: str, answer: Mapping[str, Any], *, in_base64: bool) -> dict[str, Any]:
    """The answer of `/api/embed`; base64 is of little-endian floats of 32 bits."""
    vectors = answer.get("embeddings") or []
    count = answer.get("prompt_eval_count", 0)
    data = [
        {
            "object": "embedding",
            "embedding": _packed(vector) if in_base64 else vector,
            "index": index,
        }
        for index, vector in enumerate(vectors)
    ]
    counts = {"prompt_tokens": count, "total_tokens": count}
    return {"object": "list", "data": data, "model": model, "usage": counts}


def model_list(models: Iterable[ListedModel]) -> dict[str, Any]:
    """The answer of `/v1/models`."""
    return {"object": "list", "data": [model_object(one, one.name.shortest) for one in models]}


def model_object(model: ListedModel, shown: str) -> dict[str, Any]:
    """One model under the name that is `shown`; it is owned by its namespace."""
    return {
        "id": shown,
        "object": "model",
        "created": int(model.modified_at),
        "owned_by": model.name.namespace,
    }


def _all_logprobs(parts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for part in parts for entry in part.get("logprobs") or ()]


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _packed(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
