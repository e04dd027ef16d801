"""What is known by itself, and what must be asked for."""

from __future__ import annotations

from datetime import datetime

import pytest

from gui.chat.presets.values import automatic, missing
from gui.records import Chain, Preset, Step, Variable, VariableSource

NOW = datetime(2026, 11, 24, 9, 5)  # noqa: DTZ001
ALL = tuple(Variable(str(source), source, default="-") for source in VariableSource)


@pytest.mark.parametrize(
    ("language", "date", "name"),
    [("en", "Tuesday, 24 November 2026", "English"), ("ko", "2026년 11월 24일 화요일", "한국어")],
)
def test_automatic_values(language: str, date: str, name: str) -> None:
    assert automatic(ALL, NOW, "{copied}", "", language) == {
        "date": date,
        "time": "09:05",
        "clipboard": "{copied}",
        "selection": "-",
        "language": name,
    }


def test_what_must_be_asked_for() -> None:
    preset = Preset(
        "x",
        "X",
        system="{tone} {today} {{not}}",
        variables=(
            Variable("unused"),
            Variable("tone", default="polite"),
            Variable("today", VariableSource.DATE),
        ),
        chain=Chain(
            (
                (Step("a", "{input} {주제}"),),
                (Step("b", "{a} {tone}", system="{more}"),),
            ),
            reply="{b} {end} {주제}",
        ),
    )
    asked = missing(preset)
    assert [variable.name for variable in asked] == ["tone", "주제", "more", "end"]
    assert asked[0].default == "polite"
    assert missing(Preset("x", "X", system="plain")) == ()
