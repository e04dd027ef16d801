"""Colours and completions of a preset's source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.chat.presets.check import Facts
from gui.chat.presets.colours import line_spans, spans
from gui.chat.presets.completion import complete
from gui.records import Colour

SOURCE = '''# comment
format = 2
name = "a {b}" # more
system = """
Hi {name}, {{not}} {x!r}
"""
wrong = 1
[options]
stop = ["a", # one
  'b']
[[steps]]
name = "yes"
output = "boolean"
prompt = '{input}'
[[steps]]
[[steps.together]]
name = "one"
prompt = "x"
[[steps.together]]
name = "two"
prompt = "'''


def coloured(text: str, colour: Colour) -> list[str]:
    return [
        line[span.start : span.end]
        for line, found in zip(text.split("\n"), spans(text), strict=True)
        for span in found
        if span.colour is colour
    ]


def test_colours() -> None:
    assert coloured(SOURCE, Colour.COMMENT) == ["# comment", "# more", "# one"]
    assert coloured(SOURCE, Colour.ACTION) == ["{name}", "{input}"]
    assert coloured(SOURCE, Colour.ERROR) == ["{x!r}", "wrong"]
    assert coloured(SOURCE, Colour.KEYWORD)[:3] == ["[options]", "[[steps]]", "[[steps]]"]
    assert "a {b}" in coloured(SOURCE, Colour.VALUE)
    assert "{{not}}" in "".join(coloured(SOURCE, Colour.VALUE))


def test_a_line_depends_on_the_one_before_only() -> None:
    state = 0
    for line, found in zip(SOURCE.split("\n"), spans(SOURCE), strict=True):
        again, state = line_spans(line, state)
        assert again == found


@given(st.text("[]{}=\"'#\n\\system ab.1,", max_size=80))
def test_spans_never_overlap(text: str) -> None:
    text = f'system = "{text}'
    for line, found in zip(text.split("\n"), spans(text), strict=True):
        end = 0
        for span in found:
            assert end <= span.start < span.end <= len(line)
            end = span.end


def proposals(text: str, *, behind: str = "", installed: tuple[str, ...] = ()) -> list[str]:
    return [each.text for each in complete(text + behind, len(text), Facts(installed))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("[", "[options]"),
        ("[[st", "[[steps]]"),
        ("na", "name = "),
        ("[options]\ntemp", "temperature = "),
        ('[[steps]]\nname = "a"\nout', "output = "),
        ('[[steps]]\noutput = "bo', '"boolean"'),
        ("[[steps]]\noutput = ", '"text"'),
        ('[[variables]]\nsource = "cl', '"clipboard"'),
        ("[[steps]]\nhistory = t", "true"),
        (SOURCE + "{", "input}"),
        (SOURCE + "{{{ye", "yes}"),
        ('[[variables]]\nname = "주제"\n[[steps]]\nprompt = """\n{주', "주제}"),
    ],
)
def test_completions(text: str, first: str) -> None:
    assert proposals(text)[0] == first


def test_only_what_is_there_by_then_is_proposed() -> None:
    assert proposals(SOURCE + "{") == ["input}", "yes}"]
    assert proposals('system = "{', behind='"\n[[variables]]\nname = "v"') == ["v}"]
    whole = 'reply = "{', '"\n[[steps]]\nname = "a"\n[[steps]]\nname = "b"'
    assert proposals(whole[0], behind=whole[1]) == ["input}", "a}", "b}"]
    when = SOURCE + '"\nwhen = "'
    assert proposals(when) == ['"yes"', '"not yes"']


def test_models_that_are_installed() -> None:
    assert proposals('model = "ll', installed=("qwen:1", "llama:latest")) == ['"llama:latest"']


def test_what_is_typed_is_replaced() -> None:
    text = SOURCE + "😀 {in"
    [found] = complete(text, len(text))
    assert text[: found.replace_from] + found.text == SOURCE + "😀 {input}"
    assert proposals(SOURCE + "{in", behind='}"') == ["input"]


@pytest.mark.parametrize("text", [SOURCE, SOURCE + "{{", "# na", 'name = "{'])
def test_nothing_is_proposed_in_plain_text(text: str) -> None:
    assert proposals(text) == []


@given(st.text("[]{}=\"'#\n\\name steps.\r", max_size=80), st.integers(0, 80))
def test_anything_can_be_completed(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for found in complete(text, cursor):
        assert 0 <= found.replace_from <= cursor
