"""Replies to images that a template of ours placed: llama.cpp takes them on its listener only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gui.engine.llama.refusals import refusal_of
from gui.engine.wire import ApiError

OnChunk = Callable[[Mapping[str, Any]], bool]
"""Takes one chunk of a reply; True stops the reply."""

_SECONDS = 600.0  # until the images and the prompt are read
_EVENT = b"data: "


def stream_completion(port: int, key: str, body: Mapping[str, Any], on_chunk: OnChunk) -> None:
    """Generate on the listener at `port`; the chunks have the shape of OpenAI's API.

    Closing the connection stops llama.cpp. Raises ApiError.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/completions", json.dumps(body).encode(), headers)
        response = connection.getresponse()
        if response.status >= 400:
            raise refusal_of(_error_in(response.read()))
        for event in _events(response):
            if "error" in event:
                raise refusal_of(event["error"])
            if on_chunk(_as_openai(event)):
                return
    except (OSError, http.client.HTTPException) as problem:
        raise ApiError(500, f"llama.cpp did not answer: {problem}") from problem
    finally:
        connection.close()


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    for line in response:
        if line.startswith(_EVENT):
            yield json.loads(line.removeprefix(_EVENT))


def _as_openai(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of llama.cpp's own API as a chunk of a completion."""
    reason = None
    if event.get("stop"):
        reason = "length" if event.get("stop_type") == "limit" else "stop"
    choice: dict[str, Any] = {"text": event.get("content", ""), "finish_reason": reason}
    if probabilities := event.get("completion_probabilities"):
        choice["logprobs"] = {"content": probabilities}
    chunk: dict[str, Any] = {"choices": [choice]}
    if reason:
        chunk["timings"] = event.get("timings") or {}
        chunk["usage"] = {
            "prompt_tokens": event.get("tokens_evaluated", 0),
            "completion_tokens": event.get("tokens_predicted", 0),
        }
    return chunk


def _error_in(data: bytes) -> dict[str, Any]:
    try:
        error = json.loads(data)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {"message": str(error)}
