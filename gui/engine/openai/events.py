"""Ollama's chunks as server-sent events; each encoding writes one reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gui.engine.openai import answers, errors
from gui.engine.openai.answers import Stamp
from gui.engine.wire import ApiError, to_json

EVENT_STREAM = "text/event-stream"
_DONE = b"data: [DONE]\n\n"


class ObjectEncoding:
    """What never streams: one object, or a refusal."""

    media_type = EVENT_STREAM

    def chunk(self, value: dict[str, Any]) -> bytes:
        """The object as an event."""
        return _event(value)

    def fault(self, error: ApiError) -> bytes:
        """The error as the last event; without `[DONE]` a stream is not whole."""
        return _event(errors.error_object(error))

    def refusal(self, error: ApiError) -> Response:
        """The error with its status."""
        return errors.refusal(error)

    def is_single(self, first: dict[str, Any]) -> bool:
        """Streams stay streams, also when the model was only loaded."""
        del first
        return False


class ChatEncoding(ObjectEncoding):
    """The chunks of `/api/chat` as `chat.completion.chunk`."""

    def __init__(self, stamp: Stamp, *, include_usage: bool) -> None:
        self._stamp = stamp
        self._include_usage = include_usage
        self._begun = False
        self._calls = 0

    def chunk(self, value: dict[str, Any]) -> bytes:
        """One event, two if the chunk has thinking and text; more at the end."""
        choices = [{"index": 0, "delta": delta} for delta in self._deltas(value["message"])]
        choices[-1]["finish_reason"] = answers.finish_reason(value, called=self._calls > 0)
        for choice in choices[:-1]:
            choice["finish_reason"] = None
        if value.get("logprobs"):
            choices[0]["logprobs"] = answers.chat_logprobs(value["logprobs"])
        return _events(
            self._stamp, "chat.completion.chunk", choices, value, usage=self._include_usage
        )

    def _deltas(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        deltas: list[dict[str, Any]] = []
        calls = self._numbered(answers.tool_calls(message))
        text, thinking = message.get("content", ""), message.get("thinking", "")
        if thinking:
            deltas.append({"content": "", "reasoning": thinking})
        if text or calls or not thinking:
            deltas.append({"content": text, "tool_calls": calls} if calls else {"content": text})
        if not self._begun:
            deltas[0] = {"role": "assistant", **deltas[0]}
            self._begun = True
        return deltas

    def _numbered(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Calls with their place in the whole reply: clients join those of one index."""
        first = self._calls
        self._calls += len(calls)
        return [{"index": first + place, **call} for place, call in enumerate(calls)]


class CompletionEncoding(ObjectEncoding):
    """The chunks of `/api/generate` as `text_completion`."""

    def __init__(self, stamp: Stamp, *, include_usage: bool) -> None:
        self._stamp = stamp
        self._include_usage = include_usage
        self._offset = 0

    def chunk(self, value: dict[str, Any]) -> bytes:
        """One event; more at the end."""
        choice: dict[str, Any] = {
            "index": 0,
            "text": value.get("response", ""),
            "finish_reason": answers.finish_reason(value, called=False),
        }
        if entries := value.get("logprobs"):
            choice["logprobs"] = answers.completion_logprobs(entries, self._offset)
            self._offset += sum(len(entry["token"]) for entry in entries)
        return _events(self._stamp, "text_completion", [choice], value, usage=self._include_usage)


def _events(
    stamp: Stamp,
    kind: str,
    choices: list[dict[str, Any]],
    chunk: Mapping[str, Any],
    *,
    usage: bool,
) -> bytes:
    """An event for each choice, and after the last chunk what ends the stream."""
    blank = {"usage": None} if usage else {}
    written = b"".join(_event({**stamp.put_on(kind, [choice]), **blank}) for choice in choices)
    if not chunk.get("done"):
        return written
    if usage:
        written += _event({**stamp.put_on(kind, []), "usage": answers.usage(chunk)})
    return written + _DONE


def _event(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"
