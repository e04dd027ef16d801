"""Pieces of a reply: text, thinking and tool calls, found in what llama.cpp sends."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gui.engine.templates.parsing import ReplyParser, TextPart, ThinkingPart, ToolCallPart

_ID_SIGNS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk adds to a reply; tool calls as Ollama has them."""

    text: str = ""
    thinking: str = ""
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    logprobs: tuple[Mapping[str, Any], ...] = ()

    def __bool__(self) -> bool:
        """Whether it adds anything."""
        return bool(self.text or self.thinking or self.tool_calls or self.logprobs)


class Parser(Protocol):
    """Makes pieces of llama.cpp's chunks."""

    def feed(self, chunk: Mapping[str, Any]) -> Piece:
        """What the chunk adds."""

    def finish(self) -> Piece:
        """What was held back."""


class NativeParser:
    """llama.cpp parsed the reply itself; a tool call is put together before it is shown."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}
        self._given = 0

    def feed(self, chunk: Mapping[str, Any]) -> Piece:
        """What the chunk adds."""
        text, thinking, finished = "", "", False
        calls: list[Mapping[str, Any]] = []
        for choice in chunk.get("choices") or ():
            delta = choice.get("delta") or {}
            text += delta.get("content") or ""
            thinking += delta.get("reasoning_content") or ""
            for part in delta.get("tool_calls") or ():
                calls += self._collect(part)
            finished = finished or bool(choice.get("finish_reason"))
        if finished:
            calls += self._complete(above=-1)
        return Piece(text, thinking, tuple(calls), logprobs_of(chunk))

    def finish(self) -> Piece:
        """Calls that the end of the reply cut are lost: their arguments are not whole."""
        return Piece()

    def _collect(self, part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        index = int(part.get("index", 0))
        fresh = index not in self._calls
        call = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        function = part.get("function") or {}
        call["id"] = part.get("id") or call["id"]
        call["name"] = function.get("name") or call["name"]
        call["arguments"] += function.get("arguments") or ""
        return self._complete(above=index) if fresh else []

    def _complete(self, *, above: int) -> list[Mapping[str, Any]]:
        """The calls before the one that is coming in; all of them if `above` is -1."""
        done = sorted(index for index in self._calls if above < 0 or index < above)
        shaped: list[Mapping[str, Any]] = []
        for index in done:
            call = self._calls.pop(index)
            try:
                arguments = json.loads(call["arguments"] or "{}")
            except (ValueError, RecursionError):
                continue
            shaped.append(tool_call(self._given, call["name"], arguments, call["id"]))
            self._given += 1
        return shaped


class OwnParser:
    """The reply is plain text; the tags of a template tell thinking and tool calls."""

    def __init__(self, parser: ReplyParser | None) -> None:
        self._parser = parser
        self._given = 0

    def feed(self, chunk: Mapping[str, Any]) -> Piece:
        """What the chunk adds."""
        text = "".join(choice.get("text") or "" for choice in chunk.get("choices") or ())
        logprobs = logprobs_of(chunk)
        if self._parser is None:
            return Piece(text, logprobs=logprobs)
        return self._piece(self._parser.feed(text), logprobs) if text else Piece(logprobs=logprobs)

    def finish(self) -> Piece:
        """What was held back."""
        return self._piece(self._parser.finish(), ()) if self._parser else Piece()

    def _piece(
        self,
        parts: Sequence[TextPart | ThinkingPart | ToolCallPart],
        logprobs: tuple[Mapping[str, Any], ...],
    ) -> Piece:
        text, thinking = "", ""
        calls = []
        for part in parts:
            match part:
                case TextPart(text=added):
                    text += added
                case ThinkingPart(text=added):
                    thinking += added
                case ToolCallPart(name=name, arguments=arguments):
                    calls.append(tool_call(self._given, name, arguments))
                    self._given += 1
        return Piece(text, thinking, tuple(calls), logprobs)


def tool_call(
    index: int, name: str, arguments: Mapping[str, Any], identity: str = ""
) -> dict[str, Any]:
    """A tool call as Ollama sends it, with an id of its own if the runner gave none."""
    own = "call_" + "".join(secrets.choice(_ID_SIGNS) for _ in range(8))
    function = {"index": index, "name": name, "arguments": arguments}
    return {"id": identity or own, "function": function}


def logprobs_of(chunk: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The log probabilities in a chunk of llama.cpp, with all alternatives it gives."""
    return tuple(_entries(chunk))


def _entries(chunk: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for choice in chunk.get("choices") or ():
        for entry in (choice.get("logprobs") or {}).get("content") or ():
            listed = _one(entry)
            yield {**listed, "top_logprobs": [_one(item) for item in entry.get("top_logprobs", [])]}


def _one(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in ("token", "logprob", "bytes")}


def shown_logprobs(piece: Piece, top: int) -> list[dict[str, Any]]:
    """The log probabilities of a piece with as many alternatives as were asked for."""
    shown = []
    for entry in piece.logprobs:
        one = {name: entry[name] for name in ("token", "logprob", "bytes")}
        shown.append({**one, "top_logprobs": entry["top_logprobs"][:top]} if top else one)
    return shown
