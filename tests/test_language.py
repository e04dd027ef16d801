"""Every sentence a person can read has its Korean, with the same fields."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui import language

ROOT = Path(__file__).parent.parent
FIELD = re.compile(r"\{(\w+)\}")


def sentences() -> Iterator[tuple[str, str]]:
    """Every literal given to `tr`, with its place."""
    for path in sorted((ROOT / "gui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
                first = node.args[0]
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                assert isinstance(first, ast.Constant), f"{place}: tr() takes a literal sentence"
                assert isinstance(first.value, str)
                yield place, first.value


@pytest.fixture(scope="module")
def korean() -> dict[str, str]:
    sentences: dict[str, str] = {}
    for file in sorted((ROOT / "resources/translations/ko").glob("*.toml")):
        more = tomllib.loads(file.read_text("utf-8"))
        assert not sentences.keys() & more.keys(), f"{file.name}: translated twice"
        sentences |= more
    return sentences


def test_every_sentence_is_translated(korean: dict[str, str]) -> None:
    found = {text: place for place, text in sentences()}
    assert len(found) > 100
    missing = [f"{place}: {text}" for text, place in found.items() if text not in korean]
    assert not missing, "\n".join(missing)


def test_no_translation_is_left_over(korean: dict[str, str]) -> None:
    assert not korean.keys() - {text for _, text in sentences()}


def test_fields_are_the_same(korean: dict[str, str]) -> None:
    for english, translated in korean.items():
        assert set(FIELD.findall(english)) == set(FIELD.findall(translated)), english


def test_choosing_a_language_changes_the_words() -> None:
    try:
        language.choose("ko")
        assert language.tr("Today") == "오늘"
        language.choose("xx")
        assert language.tr("Today") == "Today"
    finally:
        language.choose("en")


def test_values_are_put_in_once_and_literally() -> None:
    text = language.tr("Delete “{name}”", name="{name} {0} {name.__class__}")
    assert text == "Delete “{name} {0} {name.__class__}”"


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [("LANG", "ko_KR.UTF-8", "ko"), ("LC_ALL", "ko", "ko"), ("LANG", "tr_TR.UTF-8", "en")],
)
def test_the_system_language(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, code: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert language.system_language() == code
