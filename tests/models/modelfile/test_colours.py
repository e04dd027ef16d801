"""Colours line by line, and the state that goes from one to the next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.models.modelfile.colours import Colour, State, line_spans, spans
from gui.models.modelfile.grammar import FaultKind, pieces
from gui.models.modelfile.lines import split


def coloured(text: str) -> list[list[tuple[str, str]]]:
    return [
        [(str(each.colour), line[each.start : each.end]) for each in found]
        for line, found in zip(split(text), spans(text), strict=True)
    ]


def test_a_whole_text() -> None:
    text = (
        "# note\n"
        "FROM smollm2:135m\n"
        "parameter temperature 0.5\n"
        "PARAMETER temperatur 0.5\n"
        'MESSAGE user "a\n'
        'b" c"\n'
        "MESSAGE robot x\n"
        "WORD x\n"
        'TEMPLATE """{{ if .System }}x{{ "}}"\n'
        ' }}y"""  \n'
    )
    assert coloured(text) == [
        [("comment", "# note")],
        [("keyword", "FROM"), ("value", "smollm2:135m")],
        [("keyword", "parameter"), ("parameter", "temperature"), ("value", "0.5")],
        [("keyword", "PARAMETER"), ("error", "temperatur"), ("value", "0.5")],
        [("keyword", "MESSAGE"), ("role", "user"), ("quote", '"'), ("value", "a")],
        [("value", 'b" c'), ("quote", '"')],
        [("keyword", "MESSAGE"), ("error", "robot"), ("value", "x")],
        [("error", "WORD"), ("value", "x")],
        [
            ("keyword", "TEMPLATE"),
            ("quote", '"""'),
            ("template-action", "{{ if .System }}"),
            ("value", "x"),
            ("template-action", '{{ "}}"'),
        ],
        [("template-action", " }}"), ("value", "y"), ("quote", '"""')],
        [],
    ]


def test_template_comments_go_over_lines() -> None:
    text = 'TEMPLATE """{{/* a }}\nb */}}c"""'
    assert coloured(text)[0][2] == ("template-action", "{{/* a }}")
    assert coloured(text)[1][:2] == [("template-action", "b */}}"), ("value", "c")]


@pytest.mark.parametrize("word", ["F", "FRO", "from", "MESS"])
def test_a_word_being_typed_is_not_wrong_yet(word: str) -> None:
    (found,), state = line_spans(word)
    assert (found.colour, state) == (Colour.KEYWORD, State.NOTHING)


PARTS = [
    '"',
    '"""',
    "a",
    " ",
    "\n",
    "\n",
    "\r\n",
    "FROM a",
    "SYSTEM ",
    "TEMPLATE ",
    "{{",
    "}}",
    "#",
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)


@settings(deadline=None)
@given(TEXTS)
def test_spans_are_in_order_and_inside_their_line(text: str) -> None:
    for line, found in zip(split(text), spans(text), strict=True):
        edges = [edge for each in found for edge in (each.start, each.end)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(line) for edge in edges)
        assert all(each.start < each.end for each in found)


@settings(deadline=None)
@given(TEXTS)
def test_what_is_open_is_what_the_grammar_says_is_open(text: str) -> None:
    state = State.NOTHING
    for line in split(text):
        _, state = line_spans(line, state)
    last = None
    for piece in pieces(text):
        last = piece
    # A text that may end inside a quote is one where the grammar finds it open too.
    fault = last.fault if last else None
    if fault is None or fault.kind is not FaultKind.BAD_COMMAND:
        is_open = fault is not None and fault.kind is FaultKind.UNCLOSED
        assert bool(state & (State.SINGLE | State.TRIPLE)) == is_open


@settings(deadline=None)
@given(TEXTS, st.integers(0, 20))
def test_colouring_can_begin_at_any_line(text: str, at: int) -> None:
    lines = split(text)
    state = State.NOTHING
    for line in lines[:at]:
        _, state = line_spans(line, state)
    found = []
    for line in lines[at:]:
        these, state = line_spans(line, state)
        found.append(these)
    assert tuple(found) == spans(text)[at:]
