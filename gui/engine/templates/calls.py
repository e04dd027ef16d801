"""Tool calls found in text: a tag, then JSON with a name and arguments.

A call counts only if it names a tool of the request. Where the tag is a bracket, only a
reply that begins with it can hold calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from gui.engine.templates.parts import Part, TextPart, ToolCallPart, overlap
from gui.engine.templates.tags import ReplyTags

_BRACKETS = ("{", "[")
_BETWEEN = " \t\r\n,;[]"
_SEPARATORS = " \t\r\n,;]"
_LONGEST_MARK = 32  # characters between a name outside the JSON and the JSON
_ARGUMENT_KEYS = ("arguments", "parameters", "args")


class _State(Enum):
    SEARCHING = auto()  # for a tag
    LEAD = auto()  # behind a tag, before its JSON
    OBJECT = auto()  # inside the JSON
    AFTER = auto()  # behind a call
    TEXT = auto()  # no call can come any more


class _Braces:
    """Finds the end of a JSON object that comes in pieces."""

    def __init__(self) -> None:
        self._position = 0
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def end(self, text: str) -> int:
        """Where the object at the start of `text` ends; -1 while it does not."""
        for position in range(self._position, len(text)):
            sign = text[position]
            if self._quoted:
                self._in_string(sign)
            elif sign == '"':
                self._quoted = True
            elif sign in "{}":
                self._depth += 1 if sign == "{" else -1
                if not self._depth:
                    return position + 1
        self._position = len(text)
        return -1

    def _in_string(self, sign: str) -> None:
        if self._escaped:
            self._escaped = False
        elif sign == "\\":
            self._escaped = True
        else:
            self._quoted = sign != '"'


class CallFinder:
    """Finds the calls of one reply."""

    def __init__(self, tags: ReplyTags, names: frozenset[str], *, bare: bool = False) -> None:
        """`names` are those of the tools; `bare` also takes a reply that is one call."""
        self._tags = tags
        self._names = names
        self._bare = bare or tags.tool in _BRACKETS
        self._tag = "" if tags.tool in _BRACKETS else tags.tool
        self._state = _State.SEARCHING
        self._begun = False  # whether anything but blanks came before
        self._held = ""
        self._raw = ""  # the tag, given back if there is no call behind it
        self._lead = ""  # what stands between the tag and the JSON
        self._braces = _Braces()

    def feed(self, text: str) -> list[Part]:
        """The parts that are certain now."""
        self._held += text
        parts: list[Part] = []
        while self._held:
            before = self._state, len(self._held)
            parts += self._step()
            if (self._state, len(self._held)) == before:
                break
        return parts

    def finish(self) -> list[Part]:
        """What was held back and is no call after all."""
        rest = self._raw + self._lead + self._held
        self._raw = self._lead = self._held = ""
        return [TextPart(rest)]

    def _step(self) -> list[Part]:
        match self._state:
            case _State.SEARCHING:
                return self._search()
            case _State.LEAD:
                return self._read_lead()
            case _State.OBJECT:
                return self._read_object()
            case _State.AFTER:
                return self._read_after()
        return self._take_text(len(self._held))

    def _take_text(self, size: int) -> list[Part]:
        text, self._held = self._held[:size], self._held[size:]
        self._begun = self._begun or bool(text.strip())
        return [TextPart(text)]

    def _search(self) -> list[Part]:
        if self._bare and not self._begun:
            solid = self._held.lstrip()
            if not solid:
                return []
            if solid[0] in _BRACKETS:
                return self._enter_bare()
        if not self._tag:
            self._state = _State.TEXT
            return []
        place = self._held.find(self._tag)
        if place >= 0:
            return self._enter(place, len(self._tag))
        return self._take_text(len(self._held) - overlap(self._held, self._tag))

    def _enter(self, place: int, size: int) -> list[Part]:
        """Go behind a tag of `size` characters at `place`; the text before it is text."""
        text = self._take_text(place)
        self._raw, self._held = self._held[:size], self._held[size:]
        self._begun, self._lead, self._state = True, "", _State.LEAD
        return text

    def _enter_bare(self) -> list[Part]:
        """A bracket begins the reply; the blanks before it are text only without a call."""
        self._begun, self._state = True, _State.LEAD
        return []

    def _read_lead(self) -> list[Part]:
        place = self._held.find("{")
        size = place if place >= 0 else len(self._held)
        self._lead, self._held = self._lead + self._held[:size], self._held[size:]
        if not self._may_lead(self._lead.lstrip(_BETWEEN)):
            return self._give_back()
        if place >= 0:
            self._state, self._braces = _State.OBJECT, _Braces()
        return []

    def _may_lead(self, lead: str) -> bool:
        """Whether JSON may follow: behind a tag the name of a tool may come before it."""
        if not lead:
            return True
        return bool(self._raw) and any(
            name.startswith(lead)
            or (lead.startswith(name) and len(lead) <= len(name) + _LONGEST_MARK)
            for name in self._names
        )

    def _read_object(self) -> list[Part]:
        end = self._braces.end(self._held)
        if end < 0:
            return []
        call = self._call(self._held[:end])
        if call is None:
            return self._give_back()
        self._held = self._held[end:]
        self._raw, self._lead, self._state = "", "", _State.AFTER
        return [call]

    def _give_back(self) -> list[Part]:
        """There is no call: the tag is text, and what follows is searched anew."""
        text, self._held = self._raw, self._lead + self._held
        self._raw = self._lead = ""
        self._state = _State.SEARCHING if self._tag else _State.TEXT
        return [TextPart(text)]

    def _read_after(self) -> list[Part]:
        """Closing tags and separators go; what follows is another call or text."""
        self._held = self._held.lstrip(_SEPARATORS)
        end = self._tags.tool_end
        if end and self._held.startswith(end):
            self._held = self._held.removeprefix(end)
            return []
        if self._held.startswith("{"):
            self._lead, self._state, self._braces = "", _State.OBJECT, _Braces()
            return []
        if not self._held or any(tag.startswith(self._held) for tag in (end, self._tag) if tag):
            return []
        self._state = _State.SEARCHING if self._tag else _State.TEXT
        return []

    def _call(self, written: str) -> ToolCallPart | None:
        """The call that an object stands for."""
        try:
            value = json.loads(written)
        except (ValueError, RecursionError):
            return None
        lead = self._lead.strip(_BETWEEN)
        named = max((name for name in self._names if lead.startswith(name)), key=len, default="")
        if named:
            return ToolCallPart(named, value)
        return None if lead else self._named_call(value)

    def _named_call(self, value: Mapping[str, Any]) -> ToolCallPart | None:
        inner = value.get("function")
        if isinstance(inner, dict):
            value = inner
        name = value.get(self._tags.name_key, value.get("name", inner))
        if not isinstance(name, str) or name not in self._names:
            return None
        for key in (self._tags.arguments_key, *_ARGUMENT_KEYS):
            if key in value:
                arguments = _object(value[key])
                return None if arguments is None else ToolCallPart(name, arguments)
        return ToolCallPart(name, {}) if len(value) == 1 else None


def _object(value: Any) -> Mapping[str, Any] | None:
    """Arguments as an object; some models write it as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if value is None:
        return {}
    return value if isinstance(value, dict) else None
