"""Modelfiles that `/api/show` writes can be read again; parameters as Go writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.engine.api.modelfile import parameters_text, value


def read(written: str) -> str | None:
    """What Ollama's parser makes of a value and the rest of the file; None if it never ends.

    Its rule: at every end of a line the value so far, without blanks around it, is looked
    at; it is over when it is not quoted, or closed by what it was opened with.
    """
    rest = written + "\n"
    for end, sign in enumerate(rest):
        if sign not in "\r\n":
            continue
        text = rest[:end].strip(" \t\r\n")
        for mark in ('"""', '"'):
            if text.startswith(mark):
                if len(text) >= 2 * len(mark) and text.endswith(mark):
                    return text[len(mark) : -len(mark)] if rest[end + 1 :] == "" else None
                break
        else:
            return text if rest[end + 1 :] == "" else None
    return None


def carries(text: str) -> bool:
    """Whether any quoting carries the text: no line within it may end with three marks."""
    lines = text.replace("\r", "\n").split("\n")[:-1]
    return not any(line.rstrip(" \t").endswith('"""') for line in lines)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words", "plain words"),
        ('say "hi" now', 'say "hi" now'),
        ('"quoted"', '""""quoted""""'),
        (' "lead', '""" "lead"""'),
        ("two\nlines", '"""two\nlines"""'),
        ("tail ", '"""tail """'),
        ("\ttab", '"""\ttab"""'),
        ("# not a comment", "# not a comment"),
        ("<|im_end|>", "<|im_end|>"),
        ("", '""""""'),
        ('"', '"""""""'),
        ('a"""b', 'a"""b'),
        ("c\rd", '"""c\rd"""'),
    ],
)
def test_values(text: str, written: str) -> None:
    assert value(text) == written
    assert read(written) == text


@given(st.text(alphabet=' \t\n\r"ab#', max_size=14))
def test_what_is_written_is_read_as_it_was(text: str) -> None:
    got = read(value(text))
    assert got is not None
    assert not carries(text) or got == text


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]) | st.just("\n")))
def test_any_printable_text_is_read_as_it_was(text: str) -> None:
    got = read(value(text))
    assert got is not None
    assert not carries(text) or got == text


def test_a_line_that_closes_too_early_is_broken_up() -> None:
    assert value('a"""\nb') == '"""a"" "\nb"""'


def test_parameters_are_written_as_go_does() -> None:
    parameters: dict[str, Any] = {
        "temperature": 0.7,
        "num_ctx": 131072,
        "large": 1048576,
        "stop": ["<|im_end|>", 'q"', "\n", "\u0007é"],
        "use_mmap": True,
        "nothing": None,
    }
    assert parameters_text(parameters).splitlines() == [
        "large                          1.048576e+06",
        "nothing                        <nil>",
        "num_ctx                        131072",
        'stop                           "<|im_end|>"',
        'stop                           "q\\""',
        'stop                           "\\n"',
        'stop                           "\\aé"',
        "temperature                    0.7",
        "use_mmap                       true",
    ]
