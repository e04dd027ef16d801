"""What is printed is read as the same again, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.models.modelfile.commands import ROLES, Command, Instruction, Modelfile
from gui.models.modelfile.errors import CannotBeWritten
from gui.models.modelfile.parser import parse
from gui.models.modelfile.printer import print_modelfile, quoted
from gui.models.modelfile.signs import dropped

FROM = Command(Instruction.FROM, "a")

PIECES = [
    '"',
    '"""',
    '""',
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "#",
    "'",
    "a",
    "가",
    "{{ .Prompt }}",
    "\\",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
)
PLAIN = [word for word in Instruction if word not in ("PARAMETER", "MESSAGE")]
COMMANDS = st.one_of(
    st.builds(Command, st.sampled_from(PLAIN), TEXTS),
    st.builds(
        Command,
        st.just(Instruction.PARAMETER),
        TEXTS,
        st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True),
    ),
    st.builds(Command, st.just(Instruction.MESSAGE), TEXTS, st.sampled_from(ROLES)),
)


@settings(deadline=None)
@given(st.lists(COMMANDS, max_size=6))
def test_mod_04_what_is_printed_is_read_as_the_same(commands: list[Command]) -> None:
    modelfile = Modelfile((FROM, *commands))
    try:
        text = print_modelfile(modelfile)
    except CannotBeWritten:
        assert any(dropped(each.value) or '"""' in each.value for each in commands)
        return
    assert parse(text) == modelfile


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words", "plain words"),
        ("", '""'),
        (" a", '" a"'),
        ('"', '"""""""'),
        ('""x', '"""""x"""'),
        ('"a" said', '""a" said"'),
        ("a\nb", '"""a\nb"""'),
        ("# no comment", "# no comment"),
        ("ends with\t", '"ends with\t"'),
    ],
)
def test_the_fewest_quotes_that_keep_the_value(value: str, written: str) -> None:
    assert quoted(value) == written
    assert parse(f"FROM a\nSYSTEM {written}\n").last(Instruction.SYSTEM) == value


def test_mod_04_what_ollamas_writer_loses_is_kept() -> None:
    """A value that begins with a quotation mark, which `show --modelfile` writes bare."""
    modelfile = Modelfile((FROM, Command(Instruction.SYSTEM, '"Hi" is all you say')))
    assert parse(print_modelfile(modelfile)) == modelfile


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('first"""\nsecond', "a line that ends in"),
        ('first"""  \r\nsecond', "a line that ends in"),
        ("a\u00a0b", "NO-BREAK SPACE"),
        ("a\x00b", "U+0000"),
        ("family \U0001f468\u200d\U0001f469", "ZERO WIDTH JOINER"),
    ],
)
def test_what_no_quoting_keeps_is_refused_and_named(value: str, reason: str) -> None:
    with pytest.raises(CannotBeWritten) as caught:
        quoted(value)
    assert reason in caught.value.what


@pytest.mark.parametrize(
    "commands",
    [
        (),
        (Command(Instruction.SYSTEM, "x"),),
        (FROM, Command(Instruction.PARAMETER, "1", "num-ctx")),
        (FROM, Command(Instruction.PARAMETER, "1", "")),
        (FROM, Command(Instruction.MESSAGE, "x", "tool")),
    ],
)
def test_what_is_no_modelfile_is_refused(commands: tuple[Command, ...]) -> None:
    with pytest.raises(CannotBeWritten):
        print_modelfile(Modelfile(commands))
