"""Go's template language: what Go itself printed or refused for the same templates.

golden/language.json was recorded from `text/template` of Go 1.26 with Ollama's options
and functions; every case is a template, "output" or "error", and the text. The templates
of golden/random.json were put together at random.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gui.engine.templates.budget import Budget
from gui.engine.templates.errors import TemplateError
from gui.engine.templates.functions import FUNCTIONS
from gui.engine.templates.interpreter import execute
from gui.engine.templates.objects import decoded
from gui.engine.templates.parser import parse
from gui.engine.templates.rendering import whole

FOLDER = Path(__file__).parent / "golden"
GOLDEN = json.loads((FOLDER / "language.json").read_text("utf-8"))
RANDOM = json.loads((FOLDER / "random.json").read_text("utf-8"))
DATA = decoded(GOLDEN["data"])


def run(template: str, data: Any = DATA) -> tuple[str, str]:
    try:
        blocks = parse(template, FUNCTIONS)
        return "output", whole(execute(template, blocks, data, Budget.for_input(1000)))
    except TemplateError as problem:
        return "error", str(problem)


@pytest.mark.parametrize(("cases", "least"), [(GOLDEN["cases"], 1500), (RANDOM["cases"], 300)])
def test_every_template_does_what_it_does_in_go(cases: list[list[str]], least: int) -> None:
    assert len(cases) >= least
    wrong = [
        f"{template!r}: Go {kind} {text!r}, here {run(template)}"
        for template, kind, text in cases
        if run(template) != (kind, text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{ .N }} {{ json .N }}", "3 3"),
        ("{{ .Big }} {{ json .Big }}", "1e+06 1000000"),
        ("{{ .Missing }}{{ if .Missing }}x{{ end }}", "<no value>"),
        ("{{ len .Name }}", "6"),
        ("{{ .M }}{{ .L }}", "map[a:one b:2 c:[1 2]][x y z]"),
        ("{{ $x := 1 }}{{ range .L }}{{ $x = . }}{{ end }}{{ $x }}", "z"),
        ("{{ and 1 0 }}{{ or 0 `` }}{{ and 0 (index .L 9) }}", "00"),
    ],
)
def test_what_people_rely_on(template: str, output: str) -> None:
    assert run(template) == ("output", output)


def test_numbers_of_json_are_floats() -> None:
    """C7: `eq .z 1` on a number of JSON compares float64 with int."""
    kind, text = run("{{ eq .N 1 }}")
    assert kind == "error"
    assert text.endswith("incompatible types for comparison: float64 and int")


@pytest.mark.parametrize("function", ["currentDate", "yesterdayDate"])
def test_dates_are_days_and_ignore_the_format(function: str) -> None:
    kind, text = run(f'{{{{ {function} }}}} {{{{ {function} "%B" }}}}')
    first, second = text.split(" ")
    assert kind == "output"
    assert first == second
    assert [len(part) for part in first.split("-")] == [4, 2, 2]


def test_yesterday_is_before_today() -> None:
    assert run("{{ lt yesterdayDate currentDate }}") == ("output", "true")


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ upper .N }}", 'template: :1: function "upper" not defined'),
        ("{{ .N", "template: :1: unclosed action"),
        ("a\n{{ .N\n", "template: :3: unclosed action started at :2"),
        ("{{ 1+2i }}", 'template: :1: bad number syntax: "1"'),
        ("{{ 2i }}", "template: :1: complex numbers are not supported"),
    ],
)
def test_refusals(template: str, problem: str) -> None:
    assert run(template) == ("error", problem)
