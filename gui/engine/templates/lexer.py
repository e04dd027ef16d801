"""Template text cut into tokens, by the rules of Go's `text/template`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_SPACES = " \t\r\n"
_KEYWORDS = frozenset(
    "block break continue define else end if range nil template with".split()  # noqa: SIM905
)
_TERMINATORS = frozenset(" \t\r\n.,|:)(")
_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    OPEN = auto()
    CLOSE = auto()
    SPACE = auto()
    DOT = auto()
    FIELD = auto()
    VARIABLE = auto()
    IDENTIFIER = auto()
    KEYWORD = auto()
    BOOL = auto()
    NUMBER = auto()
    CHARACTER = auto()
    STRING = auto()
    PIPE = auto()
    DECLARE = auto()
    ASSIGN = auto()
    LEFT_PAREN = auto()
    RIGHT_PAREN = auto()
    SIGN = auto()
    END = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; of an ERROR the text is what is wrong. `position` counts characters."""

    kind: Kind
    text: str
    position: int


_ACTION = re.compile(
    r"""
    (?P<CLOSE>[ \t\r\n]-\}\}[ \t\r\n]*|\}\})
    |(?P<SPACE>[ \t\r\n]+?(?=[ \t\r\n]-\}\})|[ \t\r\n]+)
    |(?P<STRING>"(?:\\[^\n]|[^"\\\n])*"|`[^`]*`)
    |(?P<CHARACTER>'(?:\\[^\n]|[^'\\\n])*')
    |(?P<VARIABLE>\$\w*)
    |(?P<NUMBER>(?=\.?[0-9]|[+-])"""
    + _NUMBER
    + r""")
    |(?P<FIELD>\.\w+)
    |(?P<DOT>\.)
    |(?P<IDENTIFIER>\w+)
    |(?P<DECLARE>:=)
    |(?P<ASSIGN>=)
    |(?P<PIPE>\|)
    |(?P<LEFT_PAREN>\()
    |(?P<RIGHT_PAREN>\))
    |(?P<SIGN>[!-~])
    """,
    re.VERBOSE,
)
_UNTERMINATED = {
    '"': "unterminated quoted string",
    "`": "unterminated raw quoted string",
    "'": "unterminated character constant",
    ":": "expected :=",
}
_WORDS = (Kind.FIELD, Kind.VARIABLE, Kind.IDENTIFIER, Kind.DOT)


class _Stop(Exception):
    """Reading cannot go on."""

    def __init__(self, token: Token) -> None:
        self.token = token


def tokens(text: str) -> list[Token]:
    """All tokens of `text`; the last is END, or the ERROR that stopped the reading."""
    found: list[Token] = []
    position = 0
    try:
        while position < len(text):
            position = _literal(text, position, found)
            if position < len(text):
                position = _action(text, position, found)
    except _Stop as stop:
        return [*found, stop.token]
    return [*found, Token(Kind.END, "EOF", len(text))]


def _literal(text: str, start: int, found: list[Token]) -> int:
    """Text up to the next action, and where that begins."""
    opening = text.find("{{", start)
    end = len(text) if opening < 0 else opening
    literal = text[start:end]
    if opening >= 0 and _trims_left(text, opening + 2):
        literal = literal.rstrip(_SPACES)
    if literal:
        found.append(Token(Kind.TEXT, literal, start))
    return end


def _trims_left(text: str, position: int) -> bool:
    return text.startswith("-", position) and text[position + 1 : position + 2] in tuple(_SPACES)


def _action(text: str, start: int, found: list[Token]) -> int:
    """A comment, or the tokens of one action; returns where the text goes on."""
    position = start + 2
    if _trims_left(text, position):
        position += 2
    if text.startswith("/*", position):
        return _after_comment(text, position)
    found.append(Token(Kind.OPEN, "{{", start))
    depth = 0
    while True:
        token, position = _next(text, position)
        if token.kind is Kind.LEFT_PAREN:
            depth += 1
        elif token.kind is Kind.RIGHT_PAREN:
            depth -= 1
            if depth < 0:
                raise _Stop(Token(Kind.ERROR, "unexpected right paren", token.position))
        elif token.kind is Kind.CLOSE and depth:
            raise _Stop(Token(Kind.ERROR, "unclosed left paren", token.position))
        found.append(token)
        if token.kind is Kind.CLOSE:
            return position


def _after_comment(text: str, start: int) -> int:
    end = text.find("*/", start + 2)
    if end < 0:
        raise _Stop(Token(Kind.ERROR, "unclosed comment", start))
    closing = re.compile(r"[ \t\r\n]-\}\}[ \t\r\n]*|\}\}").match(text, end + 2)
    if closing is None:
        raise _Stop(Token(Kind.ERROR, "comment ends before closing delimiter", start))
    return closing.end()


def _next(text: str, position: int) -> tuple[Token, int]:
    """The token at `position` inside an action, and where the next one begins."""
    if position >= len(text):
        raise _Stop(Token(Kind.ERROR, "unclosed action", position))
    match = _ACTION.match(text, position)
    if match is None or match.lastgroup is None:
        problem = f"unrecognized character in action: {_shown(text[position])}"
        raise _Stop(Token(Kind.ERROR, problem, position))
    kind, word = Kind[match.lastgroup], match.group()
    if kind is Kind.SIGN and word in _UNTERMINATED:
        raise _Stop(Token(Kind.ERROR, _UNTERMINATED[word], position))
    end = match.end()
    if kind is Kind.CLOSE:
        position, word = text.index("}}", position), "}}"
    if kind is Kind.NUMBER:
        _check_number(text, position, end)
    elif kind in _WORDS:
        kind = _word_kind(text, kind, word, position, end)
    return Token(kind, word, position), end


def _word_kind(text: str, kind: Kind, word: str, position: int, end: int) -> Kind:
    follower = text[end : end + 1]
    if follower and follower not in _TERMINATORS and not text.startswith("}}", end):
        raise _Stop(Token(Kind.ERROR, f"bad character {_shown(follower)}", position))
    if kind is not Kind.IDENTIFIER:
        return kind
    if word in _KEYWORDS:
        return Kind.KEYWORD
    return Kind.BOOL if word in ("true", "false") else kind


def _check_number(text: str, start: int, end: int) -> None:
    follower = text[end : end + 1]
    if follower.isalnum() or follower == "_":
        end += 1
    elif follower not in ("+", "-") or not follower:
        return
    raise _Stop(Token(Kind.ERROR, f'bad number syntax: "{text[start:end]}"', start))


def _shown(character: str) -> str:
    """A character as Go's verb `%#U` shows it."""
    code = f"U+{ord(character):04X}"
    return f"{code} '{character}'" if character.isprintable() else code
