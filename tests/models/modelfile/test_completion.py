"""What is proposed where the cursor stands, marked `|`."""

from __future__ import annotations

import pytest

from gui.models.modelfile.completion import complete
from gui.models.modelfile.diagnostics import Facts

FACTS = Facts(installed=("smollm2:135m", "qwen3:8b", "user/qwen-coder:7b"))


def proposed(marked: str) -> list[str]:
    """The whole text up to the cursor, as it would be with each proposal."""
    cursor = marked.index("|")
    text = marked.replace("|", "", 1)
    return [text[: each.replace_from] + each.text for each in complete(text, cursor, FACTS)]


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("|", "FROM "),
        ("sy|", "SYSTEM "),
        ("FROM a\n  par|\nSYSTEM b", "FROM a\n  PARAMETER "),
        ("FROM |", "FROM smollm2:135m"),
        ("FROM qw|", "FROM qwen3:8b"),
        ("FROM coder|", "FROM user/qwen-coder:7b"),
        ("FROM a\nPARAMETER |", "FROM a\nPARAMETER temperature "),
        ("PARAMETER tem|", "PARAMETER temperature "),
        ("PARAMETER tem| 0.5", "PARAMETER temperature "),
        ("PARAMETER use_mmap |", "PARAMETER use_mmap true"),
        ("PARAMETER use_mmap f|", "PARAMETER use_mmap false"),
        ("PARAMETER top_k |", "PARAMETER top_k 40"),
        ("MESSAGE |", "MESSAGE system "),
        ("MESSAGE as|", "MESSAGE assistant "),
        ("TEMPLATE {{ .Sy|", "TEMPLATE {{ .System"),
        (
            'TEMPLATE """{{ if .System }}\n{{ .Pro| }}"""',
            'TEMPLATE """{{ if .System }}\n{{ .Prompt',
        ),
        ("TEMPLATE {{ range .Messages }}{{ .Con|", "TEMPLATE {{ range .Messages }}{{ .Content"),
        ("TEMPLATE {{ currentD|", "TEMPLATE {{ currentDate"),
        ("TEMPLATE {{|", "TEMPLATE {{.System"),
    ],
)
def test_the_first_proposal(marked: str, first: str) -> None:
    assert proposed(marked)[0] == first


@pytest.mark.parametrize(
    "marked",
    [
        "# FR|",
        'FROM a\nSYSTEM """\nFR|',
        "SYSTEM FR|",
        "MESSAGE user sys|",
        "TEMPLATE .Sys|",
        "TEMPLATE {{ .System }}.Pro|",
        "TEMPLATE {{/* .Sys|",
        "some words FR|",
    ],
)
def test_nothing_is_proposed_in_free_text(marked: str) -> None:
    assert proposed(marked) == []


def test_parameters_come_with_a_sentence_and_a_range() -> None:
    (found,) = [each for each in complete("PARAMETER temperature", 21) if "temp" in each.text]
    assert found.detail.endswith("(0 – 2)")
    assert all(each.detail for each in complete("PARAMETER ", 10))
    assert all(each.detail for each in complete("", 0))
