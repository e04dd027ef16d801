"""Name a conversation from its first message."""

from __future__ import annotations

import unicodedata

LONGEST = 48
"""Columns: a Korean syllable takes two, as it does on screen."""


def title_of(text: str) -> str:
    """The first line that says something, cut at a word; "" for a message without text."""
    lines = (_plain(line) for line in text.splitlines())
    line = next((line for line in lines if line), "")
    if _columns(line) <= LONGEST:
        return line
    cut = _fitting(line, LONGEST - 1)
    head, _, _ = cut.rpartition(" ")
    # A word that is most of the title is cut inside rather than lost.
    return (head if _columns(head) > LONGEST // 2 else cut).rstrip(" ,.;:-") + "…"


def _plain(line: str) -> str:
    """A line without control characters, Markdown's leading signs and doubled spaces."""
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Zs"} else c for c in line)
    return " ".join(shown.split()).lstrip("#>*-` ").rstrip("` ")


def _columns(text: str) -> int:
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _fitting(text: str, columns: int) -> str:
    """The longest beginning that fits and does not part a letter from its marks."""
    end = used = 0
    for end, character in enumerate(text):  # noqa: B007 - the position is the result
        used += _width(character)
        if used > columns:
            break
    while end > 0 and _belongs_to_previous(text[end]):
        end -= 1
    return text[:end]


def _belongs_to_previous(character: str) -> bool:
    """Combining marks, joiners, variation selectors, and Hangul vowels and finals (jamo)."""
    return (
        bool(unicodedata.combining(character))
        or unicodedata.category(character) in {"Mn", "Me", "Cf"}
        or "\u1160" <= character <= "\u11ff"
    )
