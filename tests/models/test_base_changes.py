"""What a Modelfile changes of its base: what is left out is not lost."""

from __future__ import annotations

from gui.models.base_changes import compare_with_base
from gui.models.modelfile.diff import DiffKind

BASE = '''# Modelfile of a model
FROM /blobs/sha256-1
TEMPLATE """{{ .Prompt }}
"""
SYSTEM Be kind.
PARAMETER temperature 0.8
PARAMETER stop <|end|>
LICENSE MIT
'''


def changes(text: str, base: str = BASE) -> list[str]:
    signs = {DiffKind.REMOVED: "-", DiffKind.ADDED: "+"}
    lines = compare_with_base(base, text)
    return [f"{signs[line.kind]}{line.text}" for line in lines if line.kind in signs]


def test_nothing_changes_nothing() -> None:
    assert changes("FROM base\n") == []
    assert changes("FROM base\nSYSTEM Be kind.\nLICENSE MIT\n") == []


def test_only_what_is_set_changes() -> None:
    text = "FROM base\nSYSTEM Be brief.\nPARAMETER temperature 0\nPARAMETER seed 1\n"
    assert changes(text) == [
        *("-SYSTEM Be kind.", "-PARAMETER temperature 0.8"),
        *("+SYSTEM Be brief.", "+PARAMETER temperature 0"),
        "+PARAMETER seed 1",
    ]


def test_stops_and_messages_take_the_place_of_the_bases() -> None:
    base = BASE + "MESSAGE user hi\n"
    text = "FROM base\nPARAMETER stop a\nPARAMETER stop b\nMESSAGE user you\nMESSAGE assistant me\n"
    assert changes(text, base) == [
        *("-PARAMETER stop <|end|>", "+PARAMETER stop a", "+PARAMETER stop b"),
        *("-MESSAGE user hi", "+MESSAGE user you", "+MESSAGE assistant me"),
    ]


def test_a_licence_is_added() -> None:
    assert changes("FROM base\nLICENSE Apache\n") == ["+LICENSE Apache"]


def test_a_base_that_cannot_be_read_is_compared_as_text() -> None:
    assert changes("FROM base\nSYSTEM new\n", 'FROM x\nSYSTEM "open\n') == [
        *("-FROM x", '-SYSTEM "open', "+FROM base", "+SYSTEM new")
    ]
