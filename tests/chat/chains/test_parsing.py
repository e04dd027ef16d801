"""What the parsers make of what small models say."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.exceptions import OutputParserException

from gui.chat.chains.parsing import BooleanParser, JsonParser, LinesParser, as_text


@pytest.mark.parametrize(
    ("text", "says_yes"),
    [
        *[("yes", True), ("Yes.", True), ("**Yes**", True), (" YES, it is code.", True)],
        *[
            ("true", True),
            ("예", True),
            ("네.", True),
            ("예, 맞습니다.", True),
            ("Yes\nBecause", True),
        ],
        *[("No", False), ("no!", False), ("False", False), ("아니오", False), ("아니요.", False)],
    ],
)
def test_yes_and_no(text: str, says_yes: bool) -> None:
    assert BooleanParser().parse(text) is says_yes


@pytest.mark.parametrize(
    "text", ["", "maybe", "No problem, it is", "It is. Yes", "예를 들어", "nope", "yesterday", "1"]
)
def test_neither_yes_nor_no(text: str) -> None:
    with pytest.raises(OutputParserException):
        BooleanParser().parse(text)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- one\n* two\n\n3. three, four\n4) five", ["one", "two", "three, four", "five"]),
        ("사과, 배、감", ["사과", "배", "감"]),
        ("1. one", ["one"]),
        ("3.5 litres\n-1 degree", ["3.5 litres", "-1 degree"]),
        ("", []),
        (" , ,", []),
    ],
)
def test_lists(text: str, items: list[str]) -> None:
    lines = LinesParser().parse(text)
    assert lines == items
    assert as_text(lines) == "\n".join(items)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, "나"]}', {"a": [1, "나"]}),
        ('```json\n{"a": 1}\n```\n', {"a": 1}),
        ("[1]", [1]),
        ('{"lc": 1, "type": "constructor", "id": ["os"]}', None),
    ],
)
def test_json(text: str, value: Any) -> None:
    """TPL-05: the last one is data like any other."""
    parsed = JsonParser().parse(text)
    assert type(parsed) in (dict, list)
    assert parsed == value or value is None


@pytest.mark.parametrize(
    "text", ["", '{"a": [1, 2', "3", '"text"', "Here it is: {}", "[" * 100_000, "NaN {"]
)
def test_no_json(text: str) -> None:
    """LangChain's own parser would complete the one that was cut."""
    with pytest.raises(OutputParserException):
        JsonParser().parse(text)


def test_a_schema_is_obeyed() -> None:
    parser = JsonParser(json_schema={"type": "object", "required": ["city"]})
    assert parser.parse('{"city": 1}') == {"city": 1}
    with pytest.raises(OutputParserException, match="city"):
        parser.parse('{"town": 1}')
    assert JsonParser(json_schema={"type": "string"}).parse('"x"') == "x"


def test_a_schema_fetches_nothing() -> None:
    """TPL-06: a reference to elsewhere is refused, not followed."""
    parser = JsonParser(json_schema={"$ref": "http://127.0.0.1:9/schema.json"})
    with pytest.raises(OutputParserException, match="127"):
        parser.parse("{}")


def test_values_as_texts() -> None:
    assert as_text(True) == "yes"
    assert as_text(False) == "no"
    assert as_text({"도시": [1]}) == '{"도시": [1]}'
    assert as_text(["a"]) == '["a"]'
