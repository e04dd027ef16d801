"""Colours for a Modelfile, line by line.

A line is coloured from its text and what the line before it left open, so an editor
starts at the line that changed and stops where the state is as it was before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gui.models.modelfile.commands import ROLES, Instruction
from gui.models.modelfile.lines import split
from gui.models.modelfile.parameters import GONE, PARAMETERS
from gui.records import Colour, Span


class State:
    """What is open at the end of a line: numbers to be added, which an editor keeps with it."""

    NOTHING = 0
    SINGLE = 1
    TRIPLE = 2
    TEMPLATE = 4
    """The open quote is the value of a TEMPLATE."""
    ACTION = 8
    """Inside `{{ }}`."""
    COMMENT = 16
    """Inside `{{/* */}}`."""


_WORDS = frozenset(word.lower() for word in Instruction)
_LINE = re.compile(r"[ \t]*+(?P<word>[^ \t#][A-Za-z]*+)(?P<blank>[ \t]?)")
_COMMENT_LINE = re.compile(r"[ \t]*+#")
_NAME = re.compile(r"[A-Za-z0-9_]*+")
_ACTION_END = re.compile(r'"(?:\\.|[^"\\])*+"|`[^`]*+`|\}\}')


def spans(text: str) -> tuple[tuple[Span, ...], ...]:
    """The colours of every line."""
    found = []
    state = State.NOTHING
    for line in split(text):
        coloured, state = line_spans(line, state)
        found.append(coloured)
    return tuple(found)


def line_spans(line: str, state: int = State.NOTHING) -> tuple[tuple[Span, ...], int]:
    """The colours of one line, and what it leaves open; `state` is what was open before it."""
    if state & (State.SINGLE | State.TRIPLE):
        return _merged(*_inside(line, 0, state))
    if _COMMENT_LINE.match(line):
        return (Span(0, len(line), Colour.COMMENT),), State.NOTHING
    match = _LINE.match(line)
    if match is None:
        return (), State.NOTHING
    word = match["word"]
    is_known = word.lower() in _WORDS
    if not match["blank"]:
        # While a word is being typed it is not wrong yet.
        is_begun = is_known or any(known.startswith(word.lower()) for known in _WORDS)
        is_typed = is_begun and match.end() == len(line)
        colour = Colour.KEYWORD if is_typed else Colour.ERROR
        return (Span(*match.span("word"), colour),), State.NOTHING
    keyword = Span(*match.span("word"), Colour.KEYWORD if is_known else Colour.ERROR)
    instruction = Instruction(word.upper()) if is_known else None
    name, start = _name(line, match.end(), instruction)
    found, state = _value(line, start, instruction)
    return _merged([keyword, *name, *found], state)


def _name(line: str, start: int, instruction: Instruction | None) -> tuple[list[Span], int]:
    """The parameter or role behind a keyword, and where the value begins."""
    if instruction not in (Instruction.PARAMETER, Instruction.MESSAGE):
        return [], start
    match = _NAME.match(line, start)
    end = match.end() if match else start
    name = line[start:end]
    is_role = instruction is Instruction.MESSAGE
    known = name in ROLES if is_role else name in PARAMETERS or name in GONE
    colour = (Colour.ROLE if is_role else Colour.PARAMETER) if known else Colour.ERROR
    return [Span(start, end, colour)], end


def _value(line: str, start: int, instruction: Instruction | None) -> tuple[list[Span], int]:
    """A value that begins on this line."""
    begin = start + len(line[start:]) - len(line[start:].lstrip(" \t"))
    state = State.TEMPLATE if instruction is Instruction.TEMPLATE else State.NOTHING
    rest = line[begin:].rstrip(" \t")
    quote = next((quote for quote in ('"""', '"') if rest.startswith(quote)), "")
    if not quote:
        found, _ = _said(line, begin, len(line), state)
        return found, State.NOTHING
    opening = [Span(begin, begin + len(quote), Colour.QUOTE)]
    state |= State.TRIPLE if quote == '"""' else State.SINGLE
    if len(rest) < 2 * len(quote):
        return opening, state
    found, state = _inside(line, begin + len(quote), state)
    return opening + found, state


def _inside(line: str, start: int, state: int) -> tuple[list[Span], int]:
    """The part of a quoted value that is on this line."""
    quote = '"""' if state & State.TRIPLE else '"'
    end = len(line.rstrip(" \t"))
    is_closed = end - start >= len(quote) and line.endswith(quote, start, end)
    stop = end - len(quote) if is_closed else len(line)
    found, state = _said(line, start, stop, state)
    if is_closed:
        return [*found, Span(stop, end, Colour.QUOTE)], State.NOTHING
    return found, state


def _said(line: str, start: int, end: int, state: int) -> tuple[list[Span], int]:
    """Text of a value; of a TEMPLATE its actions have a colour of their own."""
    if not state & State.TEMPLATE:
        return [Span(start, end, Colour.VALUE)], state
    found = []
    while start < end:
        if state & (State.ACTION | State.COMMENT):
            stop, state = _action_end(line, start, end, state)
            found.append(Span(start, stop, Colour.ACTION))
        else:
            stop = line.find("{{", start, end)
            stop = end if stop < 0 else stop
            found.append(Span(start, stop, Colour.VALUE))
            if stop < end:
                is_comment = line.startswith(("{{/*", "{{- /*"), stop)
                state |= State.COMMENT if is_comment else State.ACTION
        start = stop
    return found, state


def _action_end(line: str, start: int, end: int, state: int) -> tuple[int, int]:
    """Where an open action ends on this line, and what is open then."""
    if state & State.COMMENT:
        stop = line.find("*/", start, end)
        if stop < 0:
            return end, state
        state = state & ~State.COMMENT | State.ACTION
        start = stop + 2
    for match in _ACTION_END.finditer(line, start, end):
        if match.group() == "}}":
            return match.end(), state & ~State.ACTION
    return end, state


def _merged(found: list[Span], state: int) -> tuple[tuple[Span, ...], int]:
    """The spans that have a width."""
    return tuple(_wide(found)), state


def _wide(found: list[Span]) -> Iterator[Span]:
    return (span for span in found if span.start < span.end)
