"""Thinking told from text by the tags around it, as Ollama does.

Only a reply that begins with the opening tag thinks. Blanks after either tag go.
"""

from __future__ import annotations

from enum import Enum, auto

from gui.engine.templates.parts import Part, TextPart, ThinkingPart, overlap


class _State(Enum):
    WAITING = auto()  # for the opening tag
    THINKING_BLANKS = auto()
    THINKING = auto()
    TEXT_BLANKS = auto()
    TEXT = auto()


class ThinkingSplitter:
    """Splits one reply."""

    def __init__(self, start: str, end: str, *, begun: bool) -> None:
        """`begun` says that the prompt has opened the thinking already."""
        self._start = start
        self._end = end
        self._state = _State.THINKING_BLANKS if begun else _State.WAITING
        self._held = ""

    def feed(self, text: str) -> list[Part]:
        """The parts that are certain now."""
        self._held += text
        parts: list[Part] = []
        before = None
        while self._held and self._state is not before:
            before = self._state
            parts += self._step()
        return parts

    def finish(self) -> list[Part]:
        """What was held back: the beginning of a tag that did not come."""
        held, self._held = self._held, ""
        if self._state is _State.THINKING:
            return [ThinkingPart(held)]
        return [TextPart(held)] if self._state in (_State.WAITING, _State.TEXT) else []

    def _step(self) -> list[Part]:
        match self._state:
            case _State.WAITING:
                return self._wait()
            case _State.THINKING_BLANKS:
                self._skip(_State.THINKING)
                return []
            case _State.THINKING:
                return self._think()
            case _State.TEXT_BLANKS:
                self._skip(_State.TEXT)
                return []
        held, self._held = self._held, ""
        return [TextPart(held)]

    def _skip(self, following: _State) -> None:
        self._held = self._held.lstrip()
        if self._held:
            self._state = following

    def _wait(self) -> list[Part]:
        solid = self._held.lstrip()
        if solid.startswith(self._start):
            self._held = solid.removeprefix(self._start)
            self._state = _State.THINKING_BLANKS
        elif not self._start.startswith(solid):
            self._state = _State.TEXT
        return []

    def _think(self) -> list[Part]:
        thought, tag, rest = self._held.partition(self._end)
        if tag:
            self._held = rest
            self._state = _State.TEXT_BLANKS
            return [ThinkingPart(thought)]
        certain = len(self._held) - overlap(self._held, self._end)
        thought, self._held = self._held[:certain], self._held[certain:]
        return [ThinkingPart(thought)]
