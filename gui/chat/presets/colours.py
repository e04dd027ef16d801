"""Colours for a preset's source, line by line.

A line is coloured from its text and what the line before it left open, so an editor starts
at the line that changed and stops where the state is as it was before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gui.chat.presets import shape
from gui.chat.presets.template import faults
from gui.models.modelfile.lines import split
from gui.records import Colour, Span


class State:
    """What is open at the end of a line: numbers to be added, which an editor keeps with it."""

    NOTHING = 0
    BASIC = 1
    LITERAL = 2
    TEMPLATE = 4
    """The open text is a template."""
    LIST = 8
    """Inside a list that goes over several lines; each one more adds as much."""


_KNOWN = frozenset(
    {
        *shape.TOP,
        *shape.translations(shape.TOP, is_top=True),
        *(*shape.VARIABLE, *shape.STEP, *shape.TOGETHER, *shape.OPTIONS),
        *shape.translations((*shape.VARIABLE, *shape.STEP), is_top=False),
    }
)
_TABLES = frozenset(
    {
        *("options", "variables", "steps", "steps.options"),
        *("steps.together", "steps.together.options"),
    }
)
_TEMPLATES = frozenset({"system", "prompt", "reply"})
_HEADER = re.compile(r"[ \t]*+(?P<header>\[\[?(?P<name>[^\]#]*+)\]{0,2})")
_KEY = re.compile(r"""[ \t]*+(?P<key>[A-Za-z0-9_.-]++|"[^"]*"|'[^']*')[ \t]*+(?P<equals>=)?""")
_TOKEN = re.compile(
    r"""(?P<comment>\#.*+)
    |(?P<triple>\"\"\"|''')
    |(?P<text>"(?:[^"\\]|\\.)*+"?|'[^']*+'?)
    |(?P<open>[\[{])
    |(?P<close>[\]}])
    |(?P<value>[^\s"'\#\[\]{},]++)""",
    re.VERBOSE,
)
_BRACES = re.compile(r"\{[^{}]*+\}")
_ENDS = {
    State.BASIC: re.compile(r'(?:[^"\\]|\\.|\\\Z|"(?!""))*+"""(?:"{0,2})'),
    State.LITERAL: re.compile(r"(?:[^']|'(?!''))*+'''(?:'{0,2})"),
}


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
    found: list[Span] = []
    start = 0
    if state & (State.BASIC | State.LITERAL):
        start, state = _inside(line, 0, state, found)
    elif state < State.LIST:
        start, state = _beginning(line, found)
    state = _values(line, start, state, found)
    if not state & (State.BASIC | State.LITERAL) and state < State.LIST:
        state = State.NOTHING
    return tuple(span for span in found if span.start < span.end), state


def _beginning(line: str, found: list[Span]) -> tuple[int, int]:
    """A header or a key; where what follows begins, and whether that is a template."""
    if header := _HEADER.match(line):
        is_known = re.sub(r"\s", "", header["name"]) in _TABLES
        colour = Colour.KEYWORD if is_known else Colour.ERROR
        found.append(Span(*header.span("header"), colour))
        return header.end(), State.NOTHING
    match = _KEY.match(line)
    if match is None:
        return 0, State.NOTHING
    key = match["key"].strip("\"'").rpartition(".")[2]
    # While a key is being typed it is not wrong yet.
    is_begun = not match["equals"] and any(known.startswith(key) for known in _KNOWN)
    colour = Colour.PARAMETER if key in _KNOWN or is_begun else Colour.ERROR
    found.append(Span(*match.span("key"), colour))
    return match.end(), State.TEMPLATE if key in _TEMPLATES else State.NOTHING


def _values(line: str, start: int, state: int, found: list[Span]) -> int:
    """The rest of a line; what it leaves open."""
    while match := _TOKEN.search(line, start):
        start = match.end()
        match match.lastgroup:
            case "comment":
                found.append(Span(*match.span(), Colour.COMMENT))
            case "triple":
                found.append(Span(*match.span(), Colour.QUOTE))
                state |= State.BASIC if match.group() == '"""' else State.LITERAL
                start, state = _inside(line, start, state, found)
            case "text":
                found += _text(line, *match.span(), state)
            case "open":
                state += State.LIST
            case "close":
                state -= State.LIST if state >= State.LIST else 0
            case _:
                found.append(Span(*match.span(), Colour.VALUE))
    return state


def _inside(line: str, start: int, state: int, found: list[Span]) -> tuple[int, int]:
    """The part of a text over several lines that is on this one; where it ends."""
    quote = State.BASIC if state & State.BASIC else State.LITERAL
    end = _ENDS[quote].match(line, start)
    stop = end.end() - 3 if end else len(line)
    found += _said(line, start, stop, state)
    if end is None:
        return len(line), state
    found.append(Span(stop, end.end(), Colour.QUOTE))
    return end.end(), state & ~(State.BASIC | State.LITERAL | State.TEMPLATE)


def _text(line: str, start: int, end: int, state: int) -> Iterator[Span]:
    """A text on one line, with its quotes."""
    is_closed = end - start > 1 and line[end - 1] == line[start]
    stop = end - 1 if is_closed else end
    yield Span(start, start + 1, Colour.QUOTE)
    yield from _said(line, start + 1, stop, state)
    yield Span(stop, end, Colour.QUOTE)


def _said(line: str, start: int, end: int, state: int) -> Iterator[Span]:
    """Text; in a template, names in braces have a colour of their own."""
    offset = start
    if state & State.TEMPLATE:
        plain = re.sub(r"\{\{|\}\}", "  ", line[start:end])
        for match in _BRACES.finditer(plain):
            first, behind = match.start() + offset, match.end() + offset
            yield Span(start, first, Colour.VALUE)
            colour = Colour.ERROR if faults(match.group()) else Colour.ACTION
            yield Span(first, behind, colour)
            start = behind
    yield Span(start, end, Colour.VALUE)
