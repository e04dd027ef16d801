"""A TEMPLATE cut into its `{{ actions }}`, by the rules of Go's text/template.

Only as much as an editor needs: words, names and strings, and what is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_OPEN = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n]++)?/\*")
_COMMENT_END = re.compile(r"\*/(?:[ \t\r\n]++-)?\}\}")
_TOKEN = re.compile(
    r"""
    [ \t\r\n]*+(?:
    (?P<CLOSE>(?:(?<=[ \t\r\n])-)?\}\})
    |(?P<OPEN>\{\{)
    |(?P<STRING>"(?:\\.|[^"\\\n])*+"|`[^`]*+`|'(?:\\.|[^'\\\n])*+')
    |(?P<BROKEN>["'`][^}\n]*+)
    |(?P<VARIABLE>\$\w*+)
    |(?P<FIELD>\.[^\W\d]\w*+)
    |(?P<NUMBER>[+-]?\.?\d[\w.]*+)
    |(?P<WORD>[^\W\d]\w*+)
    |(?P<SIGN>:=|.)
    )""",
    re.VERBOSE | re.DOTALL,
)


class Kind(Enum):
    """What a token of an action is."""

    STRING = auto()
    BROKEN = auto()
    """A string without its second quotation mark."""
    VARIABLE = auto()
    FIELD = auto()
    NUMBER = auto()
    WORD = auto()
    SIGN = auto()


_KINDS = {kind.name: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Token:
    """One token, and the offset where it begins."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Action:
    """One `{{ action }}`, its braces between `start` and `end`; a comment has no tokens."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    is_closed: bool = True
    is_comment: bool = False

    @property
    def word(self) -> str:
        """Its first word, "" if it begins with something else."""
        first = self.tokens[0] if self.tokens else None
        return first.text if first is not None and first.kind is Kind.WORD else ""


def actions(text: str) -> Iterator[Action]:
    """All actions of a template, in their order. One that is not closed ends at the next."""
    position = 0
    while (opening := text.find("{{", position)) >= 0:
        comment = _COMMENT.match(text, opening)
        action = _comment(text, opening, comment.end()) if comment else _action(text, opening)
        yield action
        position = max(action.end, opening + 2)


def _comment(text: str, start: int, inside: int) -> Action:
    match = _COMMENT_END.search(text, inside)
    end = match.end() if match else len(text)
    return Action(start, end, (), is_closed=match is not None, is_comment=True)


def _action(text: str, start: int) -> Action:
    opening = _OPEN.match(text, start)
    position = opening.end() if opening else start + 2
    found: list[Token] = []
    while match := _TOKEN.match(text, position):
        position = match.end()
        name = match.lastgroup
        if name == "CLOSE":
            return Action(start, position, tuple(found))
        if name == "OPEN":
            return Action(start, position - 2, tuple(found), is_closed=False)
        if name is not None:
            word = match[name]
            found.append(Token(_KINDS[name], word, position - len(word)))
    return Action(start, len(text), tuple(found), is_closed=False)
