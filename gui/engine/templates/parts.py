"""What a reply is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text for the reader."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """What the model thought before it answered."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A function the model wants called."""

    name: str
    arguments: Mapping[str, Any]


Part = TextPart | ThinkingPart | ToolCallPart


def joined(parts: Iterable[Part]) -> list[Part]:
    """The parts without empty ones, neighbours of one kind made one."""
    result: list[Part] = []
    for part in parts:
        match part, result[-1:]:
            case ((TextPart("") | ThinkingPart("")), _):
                continue
            case TextPart(text=text), [TextPart(text=before)]:
                result[-1] = TextPart(before + text)
            case ThinkingPart(text=text), [ThinkingPart(text=before)]:
                result[-1] = ThinkingPart(before + text)
            case _:
                result.append(part)
    return result


def overlap(text: str, tag: str) -> int:
    """How many characters at the end of `text` may be the beginning of `tag`."""
    for size in range(min(len(text), len(tag) - 1), 0, -1):
        if text.endswith(tag[:size]):
            return size
    return 0
