"""One thing changed: it says what was asked, and nothing else moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gui.models.modelfile.commands import Command, Instruction
from gui.models.modelfile.document import Document
from gui.models.modelfile.errors import CannotBeWritten, ModelfileError
from gui.models.modelfile.parser import parse

TEXT = """# What it is for
FROM   llama3.2

  parameter temperature 0.5
# stops
PARAMETER stop "<|a|>"\t
PARAMETER stop <|b|>
SYSTEM \"\"\"You are
kind.\"\"\"
MESSAGE user hi
MESSAGE assistant hello
# the end"""


def test_spans_are_exact() -> None:
    document = Document(TEXT)
    parts = [
        (
            TEXT[each.start : each.word_end],
            TEXT[each.name_start : each.name_end],
            TEXT[each.value_start : each.value_end],
            TEXT[slice(*each.inner)],
        )
        for each in document.pieces
    ]
    assert parts[:5] == [
        ("FROM", "", "llama3.2", "llama3.2"),
        ("parameter", "temperature", "0.5", "0.5"),
        ("PARAMETER", "stop", '"<|a|>"', "<|a|>"),
        ("PARAMETER", "stop", "<|b|>", "<|b|>"),
        ("SYSTEM", "", '"""You are\nkind."""', "You are\nkind."),
    ]


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (lambda d: d.with_base("qwen3:8b"), "FROM   llama3.2", "FROM   qwen3:8b"),
        (lambda d: d.with_parameter("temperature", "1"), "temperature 0.5", "temperature 1"),
        (lambda d: d.with_parameter("temperature", ""), "  parameter temperature 0.5\n", ""),
        (lambda d: d.with_system("Be brief."), '"""You are\nkind."""', "Be brief."),
        (lambda d: d.with_system(""), 'SYSTEM """You are\nkind."""\n', ""),
        (lambda d: d.with_stops(["<|a|>"]), "PARAMETER stop <|b|>\n", ""),
        (lambda d: d.with_stops(["<|c|>", "<|b|>"]), '"<|a|>"', "<|c|>"),
        (
            lambda d: d.with_stops(["<|a|>", "<|b|>", " c", "d"]),
            "stop <|b|>\n",
            'stop <|b|>\nPARAMETER stop " c"\nPARAMETER stop d\n',
        ),
        (lambda d: d.with_message(0, "user", "a\nb"), "user hi", 'user """a\nb"""'),
        (lambda d: d.with_message(0, "system", "hi"), "user hi", "system hi"),
        (lambda d: d.without_message(0), "MESSAGE user hi\n", ""),
        (
            lambda d: d.with_message_added("user", "more"),
            "assistant hello\n",
            "assistant hello\nMESSAGE user more\n",
        ),
        (
            lambda d: d.with_template("{{ .Prompt }}"),
            "  parameter",
            "  parameter",
        ),
        (lambda d: d.with_licenses(["MIT"]), "hello\n", "hello\nLICENSE MIT\n"),
    ],
)
def test_a_change_changes_its_own_characters_only(
    change: Callable[[Document], Document], old: str, new: str
) -> None:
    if old == new:
        expected = TEXT.replace("llama3.2\n", "llama3.2\nTEMPLATE {{ .Prompt }}\n")
    else:
        expected = TEXT.replace(old, new)
    assert change(Document(TEXT)).text == expected


def test_of_repeated_instructions_the_one_that_counts_is_changed() -> None:
    document = Document("FROM a\nSYSTEM one\nSYSTEM two\n")
    assert document.with_system("three").text == "FROM a\nSYSTEM one\nSYSTEM three\n"
    assert document.with_system("").text == "FROM a\n"


def test_nothing_changes_when_it_is_said_already() -> None:
    document = Document(TEXT)
    same = document.with_system("You are\nkind.").with_stops(["<|a|>", "<|b|>"])
    assert same.text == TEXT


def test_an_empty_text_becomes_a_modelfile() -> None:
    assert Document("").with_base("a").with_system("b").text == "FROM a\nSYSTEM b\n"
    assert Document("# mine").with_base("a").text == "# mine\nFROM a\n"
    assert Document("SYSTEM b").with_base("a").text == "FROM a\nSYSTEM b"


def test_the_newlines_of_the_text_are_used() -> None:
    document = Document("FROM a\r\nSYSTEM b\r\n").with_parameter("seed", "1")
    assert document.text == "FROM a\r\nSYSTEM b\r\nPARAMETER seed 1\r\n"
    assert document.without(Instruction.SYSTEM).text == "FROM a\r\nPARAMETER seed 1\r\n"


def test_a_text_with_a_fault_is_not_changed() -> None:
    document = Document('FROM a\nSYSTEM "open')
    assert document.fault is not None
    assert document.fault.line == 2
    assert document.modelfile.last(Instruction.FROM) == "a"
    with pytest.raises(ModelfileError):
        document.with_parameter("seed", "1")


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(CannotBeWritten):
        Document(TEXT).with_system('a"""\nb')


def test_mod_04_ten_thousand_messages_are_set_at_once() -> None:
    messages = [("user", f"message {number}") for number in range(10_000)]
    document = Document("FROM a\n").with_messages(messages)
    assert document.modelfile.messages == tuple(messages)
    assert Document(document.text).with_messages(messages[:1]).modelfile.messages == (messages[0],)


LINES = st.sampled_from(
    [
        "# a comment",
        "",
        "  ",
        "SYSTEM one",
        '\tsystem "two\n# three"  ',
        "PARAMETER seed 5",
        "PARAMETER stop x",
        'PARAMETER stop """y"""',
        "MESSAGE user hi",
        'MESSAGE assistant "a\nb"',
        "TEMPLATE {{ .Prompt }}",
        "LICENSE MIT",
        "FROM other",
    ]
)
TEXTS = st.builds(
    lambda lines, newline, end: newline.join(["FROM base", *lines]) + end,
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n# end"]),
)
VALUES = st.one_of(
    st.sampled_from(["", "x", " x ", "a\nb", '"', '""', '"""', "#", "a\r\nb", 'say "hi"']),
    st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" \n"), max_size=12),
)


def _others(document: Document, instruction: Instruction) -> list[Command]:
    return [each for each in document.modelfile.commands if each.instruction is not instruction]


@settings(deadline=None)
@given(TEXTS, VALUES)
def test_set_then_parsed_gives_the_value_and_the_rest_unchanged(text: str, value: str) -> None:
    before = Document(text)
    try:
        after = before.with_system(value)
    except CannotBeWritten:
        assume(False)
    read = parse(after.text)
    assert read.last(Instruction.SYSTEM) == value
    assert _others(after, Instruction.SYSTEM) == _others(before, Instruction.SYSTEM)
    rest = before.without(Instruction.SYSTEM).text
    assert after.without(Instruction.SYSTEM).text.rstrip("\r\n") == rest.rstrip("\r\n")


@settings(deadline=None)
@given(TEXTS, st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), VALUES)))
def test_messages_set_are_the_messages_read(text: str, messages: list[tuple[str, str]]) -> None:
    before = Document(text)
    try:
        after = before.with_messages(messages)
    except CannotBeWritten:
        assume(False)
    assert parse(after.text).messages == tuple(messages)
    assert _others(after, Instruction.MESSAGE) == _others(before, Instruction.MESSAGE)


@settings(deadline=None)
@given(TEXTS, st.lists(VALUES, max_size=4))
def test_stops_set_are_the_stops_read(text: str, stops: list[str]) -> None:
    try:
        after = Document(text).with_stops(stops)
    except CannotBeWritten:
        assume(False)
    read = parse(after.text)
    assert read.values(Instruction.PARAMETER, "stop") == tuple(stops)
    seeds = read.values(Instruction.PARAMETER, "seed")
    assert seeds == parse(text).values(Instruction.PARAMETER, "seed")
