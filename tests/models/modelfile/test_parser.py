"""Ollama's grammar: what was observed of the real parser, each row of the contract's table."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

import pytest

from gui.models.modelfile.commands import Command, Instruction
from gui.models.modelfile.errors import ModelfileError
from gui.models.modelfile.grammar import COMMANDS, MESSAGE_ROLE
from gui.models.modelfile.parser import LARGEST, MOST_COMMANDS, decode, parse

EOF = "unexpected EOF"

# Pairs: the instruction, or a parameter's or role's name, and the value.
Said = list[tuple[str, str]]

READ: list[tuple[str, str, Said]] = [
    ("1", "from a\nSyStEm hi", [("FROM", "a"), ("SYSTEM", "hi")]),
    ("2", "FROM a # note", [("FROM", "a # note")]),
    ("6", "FROM ", [("FROM", "")]),
    ("6b", "FROM \n", [("FROM", "")]),
    ("7", '  FROM a\n\t PARAMETER stop "x"  ', [("FROM", "a"), ("stop", "x")]),
    ("8", 'FROM a\nSYSTEM "l1\nl2"', [("FROM", "a"), ("SYSTEM", "l1\nl2")]),
    ("9", 'FROM a\nSYSTEM "say "hi" now"', [("FROM", "a"), ("SYSTEM", 'say "hi" now')]),
    (
        "11",
        'FROM a\nSYSTEM "hi" there\nPARAMETER stop "x"',
        [("FROM", "a"), ("SYSTEM", 'hi" there\nPARAMETER stop "x')],
    ),
    ("12", "FROM a\nSYSTEM 'hi'", [("FROM", "a"), ("SYSTEM", "'hi'")]),
    ("13", 'FROM a\nSYSTEM "a\\nb"', [("FROM", "a"), ("SYSTEM", "a\\nb")]),
    (
        "14",
        'FROM a\nSYSTEM """x""" tail\nSYSTEM """y"""',
        [("FROM", "a"), ("SYSTEM", 'x""" tail\nSYSTEM """y')],
    ),
    ("15", 'FROM a\nSYSTEM """\nx\n"""', [("FROM", "a"), ("SYSTEM", "\nx\n")]),
    ("17", 'FROM a\nSYSTEM ""', [("FROM", "a"), ("SYSTEM", "")]),
    ("17b", 'FROM a\nSYSTEM """"""', [("FROM", "a"), ("SYSTEM", "")]),
    (
        "21",
        'FROM a\nTEMPLATE """{{ .Prompt }}\n# x\n"""',
        [("FROM", "a"), ("TEMPLATE", "{{ .Prompt }}\n# x\n")],
    ),
    ("23", "FROM a\nPARAMETER temperature \n", [("FROM", "a"), ("temperature", "")]),
    ("25", "FROM a\nPARAMETER temperature 0.5 0.6", [("FROM", "a"), ("temperature", "0.5 0.6")]),
    ("28", "FROM a\nMESSAGE user a: b: c", [("FROM", "a"), ("user", "a: b: c")]),
    (
        "29",
        "FROM a\nFROM b\nSYSTEM one\nSYSTEM two",
        [("FROM", "a"), ("FROM", "b"), ("SYSTEM", "one"), ("SYSTEM", "two")],
    ),
    ("30", "FROM ./My Model.gguf", [("FROM", "./My Model.gguf")]),
    ("31", "FROM a\nSYSTEM a\u00a0b\u200dc\x07d\te", [("FROM", "a"), ("SYSTEM", "abcd\te")]),
    ("more: blanks", "FROM a\nPARAMETER  x 1", [("FROM", "a"), ("", "x 1")]),
    ("more: CR", "FROM a\rSYSTEM b\r\n", [("FROM", "a"), ("SYSTEM", "b")]),
    ("more: CR kept", 'FROM a\r\nSYSTEM """x\r\ny"""', [("FROM", "a"), ("SYSTEM", "x\r\ny")]),
    ("more: BEL before", "FROM a\n\x07SYSTEM b", [("FROM", "a"), ("SYSTEM", "b")]),
    ("more: lost in quotes", 'FROM a\nSYSTEM "\u200d""x"\x00""', [("FROM", "a"), ("SYSTEM", "x")]),
    (
        "more: blanks after",
        'FROM a\nSYSTEM """x\n"""  \t\nFROM b',
        [("FROM", "a"), ("SYSTEM", "x\n"), ("FROM", "b")],
    ),
]

REFUSED = [
    ("3", "#only", 1, "no FROM line"),
    ("3b", "", 1, "no FROM line"),
    ("3c", "SYSTEM x\n", 2, "no FROM line"),
    ("4", "FROM", 1, EOF),
    ("5", "FROM\n", 1, f"(line 2): {COMMANDS}"),
    ("10", 'FROM a\nSYSTEM "hi" there\nPARAMETER seed 1', 2, EOF),
    ("16", 'FROM a\nSYSTEM """"', 2, EOF),
    ("16b", 'FROM a\nSYSTEM """""', 2, EOF),
    ("16c", 'FROM a\nSYSTEM "', 2, EOF),
    ("18", "FROM a\nSYSTEM\n", 2, f"(line 3): {COMMANDS}"),
    ("19", "FROM a\nTEMPLATE{{ .Prompt }}", 2, f"(line 2): {COMMANDS}"),
    ("20", "FROM a\nTEMPLATE {{ .Prompt }}\nmore\n", 3, f"(line 4): {COMMANDS}"),
    ("22", "FROM a\nPARAMETER temperature\n", 2, f"{EOF}: temperature"),
    ("24", "FROM a\nPARAMETER num-ctx 1", 2, f"{EOF}: num"),
    ("26", "FROM a\nMESSAGE user: hello", 2, f"{EOF}: user"),
    ("27", "FROM a\nMESSAGE User hi", 2, f"(line 2): {MESSAGE_ROLE}"),
    ("27b", "FROM a\nMESSAGE tool x", 2, f"(line 2): {MESSAGE_ROLE}"),
    ("32", "FROM a\nSYSTEM one \\\ntwo", 3, EOF),
    ("32b", "FROM a\nSYSTEM one \\\ntwo three", 3, f"(line 3): {COMMANDS}"),
    ("more: inside a word", "FR\u200dOM a", 1, f"(line 1): {COMMANDS}"),
    ("more: after a word", "FROM a\nSYSTEM\u00a0x", 2, f"(line 2): {COMMANDS}"),
    ("more: inside a name", "FROM a\nPARAMETER st\x00op x", 2, f"{EOF}: st"),
    ("more: alone", "FROM a\n\u00a0\n", 2, f"(line 3): {COMMANDS}"),
    ("more: final NUL", "FROM a\n\x00", 2, EOF),
    ("more: two blanks", "FROM a\nMESSAGE  user x", 2, f"(line 2): {MESSAGE_ROLE}"),
    ("more: CRLF counts two", "FROM a\r\n\r\nSYSTM x", 3, f"(line 5): {COMMANDS}"),
    ("more: no role", "FROM a\nMESSAGE", 2, EOF),
    ("more: no value", "FROM a\nMESSAGE user", 2, EOF),
]


def said(text: str) -> Said:
    return [
        (
            command.name
            if command.instruction in ("PARAMETER", "MESSAGE")
            else command.instruction.value,
            command.value,
        )
        for command in parse(text).commands
    ]


@pytest.mark.parametrize(("row", "text", "expected"), READ, ids=[row[0] for row in READ])
def test_what_is_read(row: str, text: str, expected: Said) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("row", "text", "line", "sentence"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_what_is_refused(row: str, text: str, line: int, sentence: str) -> None:
    with pytest.raises(ModelfileError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.text) == (line, sentence)


def test_every_row_of_the_table_is_here() -> None:
    rows = {row[0] for row in (*READ, *REFUSED)}
    assert {str(number) for number in range(1, 33)} <= rows


def test_a_command_knows_its_line() -> None:
    commands = parse('FROM a\r\n\r\nSYSTEM """x\r\ny"""\r\nMESSAGE user z').commands
    assert [command.line for command in commands] == [1, 3, 5]
    assert commands[2] == Command(Instruction.MESSAGE, "z", "user")


def test_a_parameter_that_is_called_like_an_instruction_is_none() -> None:
    with pytest.raises(ModelfileError, match="no FROM line"):
        parse("PARAMETER model x")


@pytest.mark.parametrize(
    "data",
    [
        "FROM a\nSYSTEM 가나다".encode(),
        b"\xef\xbb\xbf" + "FROM a\nSYSTEM 가나다".encode(),
        b"\xff\xfe" + "FROM a\nSYSTEM 가나다".encode("utf-16-le"),
        b"\xfe\xff" + "FROM a\nSYSTEM 가나다".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with BOM", "utf-16 LE", "utf-16 BE"],
)
def test_mod_04_encodings(data: bytes) -> None:
    assert said(decode(data)) == [("FROM", "a"), ("SYSTEM", "가나다")]


def test_mod_04_bytes_that_are_no_text_stay_visible() -> None:
    assert decode(b"FROM a\nSYSTEM b\xffc") == "FROM a\nSYSTEM b\ufffdc"


def test_mod_04_a_model_is_not_taken_for_a_modelfile() -> None:
    with pytest.raises(ModelfileError, match="This is a model"):
        decode(b"GGUF\x03\x00\x00\x00" + bytes(100))


def test_mod_04_fifty_megabytes_are_refused() -> None:
    with pytest.raises(ModelfileError, match="larger than"):
        decode(b"#" * 50 * 2**20)
    with pytest.raises(ModelfileError, match="larger than"):
        parse("#" * (LARGEST + 1))


def test_mod_04_many_messages_are_read_and_too_many_refused() -> None:
    text = "FROM a\n" + "MESSAGE user hi\n" * 10_000
    assert len(parse(text).messages) == 10_000
    with pytest.raises(ModelfileError) as caught:
        parse("FROM a\n" * (MOST_COMMANDS + 1))
    assert caught.value.line == MOST_COMMANDS + 1


HOSTILE: dict[str, Callable[[], str]] = {
    "newlines": lambda: "\n" * LARGEST,
    "comments": lambda: "#\n" * (LARGEST // 2),
    "blanks in a value": lambda: "FROM a\nSYSTEM" + " " * (LARGEST - 20),
    "an open quote": lambda: 'FROM a\nSYSTEM """' + "\n" * (LARGEST - 30),
    "quotes": lambda: 'FROM a\nSYSTEM """x' + '"' * (LARGEST - 30),
    "quotes with NUL between": lambda: 'FROM a\nSYSTEM """x' + '"\0' * (LARGEST // 2 - 30),
    "quotes that close nothing": lambda: 'FROM a\nSYSTEM "' + '" x\n' * (LARGEST // 4 - 30),
    "binary": lambda: os.urandom(LARGEST // 2).decode("latin-1"),
    "licence": lambda: 'FROM a\nLICENSE """' + "words of it\n" * (5 * 2**20 // 12) + '"""',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_mod_04_the_worst_text_is_answered_soon(name: str) -> None:
    """A second is promised; a busy machine is given more before the test fails."""
    text = HOSTILE[name]()
    began = time.process_time()
    with contextlib.suppress(ModelfileError):
        parse(text)
    assert time.process_time() - began < 2
