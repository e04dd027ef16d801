"""The sample Modelfiles say only what Ollama understands.

Source: Ollama's Modelfile grammar; a value in three quotes may run over lines.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gui import paths
from gui.records import Options

SAMPLES = sorted(paths.modelfiles().glob("*.Modelfile"))
INSTRUCTIONS = {"FROM", "SYSTEM", "TEMPLATE", "PARAMETER", "MESSAGE", "LICENSE", "ADAPTER"}
QUOTED = re.compile(r'"""(.*?)"""', re.DOTALL)


def test_there_are_samples() -> None:
    assert {path.name for path in SAMPLES} >= {
        "llama-3-open-ko-8b.Modelfile",
        "warm-floor.Modelfile",
    }


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_well_formed(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count('"""') % 2 == 0
    lines = QUOTED.sub("quoted", text).splitlines()
    said = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    assert {words[0] for words in said} <= INSTRUCTIONS
    assert [words[0] for words in said].count("FROM") == 1
    options = {field.name for field in fields(Options)}
    assert {words[1] for words in said if words[0] == "PARAMETER"} <= options
