"""The source editor's findings: each on its line, at its characters."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from preset_samples import presets

from gui.chat.presets.check import Facts, check
from gui.chat.presets.layout import characters, layout
from gui.chat.presets.writing import render
from gui.records import Diagnostic, Preset, Severity

CHAIN = '''format = 2
name = "농담 😀"
[options]
temperature = 0.5

[[steps]]
name = "joke"
prompt = """
About {input}: 😀 {poem}"""

[[steps]]
[[steps.together]]
name = "poem"
prompt = "{joke}"
'''


def shown(text: str, finding: Diagnostic) -> str:
    line = text.replace("\r\n", "\n").split("\n")[finding.line - 1]
    return line[finding.column : finding.end_column]


def errors(text: str, facts: Facts | None = None) -> list[tuple[int, str]]:
    return [
        (finding.line, shown(text, finding))
        for finding in check(text, facts)
        if finding.severity is not Severity.NOTE
    ]


def test_nothing_to_say() -> None:
    assert check(CHAIN.replace(" {poem}", "")) == ()


def test_references_stand_at_their_braces() -> None:
    assert errors(CHAIN) == [(9, "{poem}")]
    [finding] = check(CHAIN)
    assert finding.message == "A circle: joke uses poem, and poem uses joke."


@pytest.mark.parametrize(
    ("text", "line", "at"),
    [
        ('format = 2\nname = "x"\nsystem =\n', 3, "="),
        ('format = 2\nname = "x"\nsystem = hello\n', 3, "hello"),
        ('format = 2\nname = "x\n', 2, None),
        ('format = 2\nname = "x"\nsystem = """\nabc', 4, None),
        ('format = 2\nname = "x"\nname = "y"\n', 3, None),
        ('format = 2\nnam = "x"\n', 2, "nam"),
        ("format = 2\nname = 5\n", 2, "5"),
        ('format = 2\nname = "x"\n[options]\ntemprature = 1', 4, "temprature"),
        ('format = 2\nname = "x"\n[options]\ntemperature = "hot" # x', 4, '"hot"'),
        ('format = 2\nname = "x"\n[options]\ntemperature = 9.0\n', 4, "9.0"),
        ('format = 2\nname = "x"\noptions = { seed = 1.5 }\n', 3, "1.5"),
        ('format = 2\nname = "x"\n[[steps]]\nname = "a"\n', 3, "[[steps]]"),
        ('format = 2\nname = "x"\n[[steps]]\ntogether = []\n', 4, "[]"),
        (
            'format = 2\nname = "x"\n[[steps]]\n[[steps.together]]\nname = "a b"\nprompt="x"',
            5,
            None,
        ),
        ('format = 2\nname = "x"\nsystem = "{a b}"', 3, "{a b}"),
        ('format = 2\nname = "x"\nsystem = "\\u0041\\n{a b}"', 3, "{a b}"),
        ("format = 2\r\nname = 'x'\r\nsystem = '''\r\na\r\n{x!r} b'''\r\n", 5, "{x!r}"),
        ('format = 2\nname = "x"\nsystem = """\\\n  \\\n  a {"""', 5, "{"),
        ('name = "x"\nsteps = 3\n', 2, "steps"),
        ('format = 3\nname = "x"\n', 1, "3"),
        ('format = 2\nname = "x"\n[[variables]]\nname = "v"\nsource = "moon"', 5, '"moon"'),
        ('format = 2\nname = "x"\nmodel = "m"', 3, '"m"'),
    ],
)
def test_each_finding_at_its_place(text: str, line: int, at: str | None) -> None:
    found = [f for f in check(text, Facts(())) if f.severity is not Severity.NOTE]
    assert [finding.line for finding in found] == [line]
    if at is not None:
        assert shown(text, found[0]) == at
    assert found[0].message


def test_unknown_keys_name_the_nearest() -> None:
    [finding] = check('format = 2\nname = "x"\n[options]\ntemprature = 1')
    assert "temperature" in finding.mend


def test_too_much_is_refused() -> None:
    assert [each.severity for each in check("x" * 1_000_001)] == [Severity.ERROR]
    assert [each.severity for each in check("x = " + "[" * 100_000)] == [Severity.ERROR]
    assert len(check("\n".join(f"k{n} = 1" for n in range(2000)) + "\nformat = 2")) == 200


def test_the_first_format_is_noted() -> None:
    [finding] = check('name = "x"\nsystem = "{x}"')
    assert finding.severity is Severity.NOTE


@given(presets, st.sampled_from(["\n", "\r\n"]))
def test_any_preset_can_be_checked(preset: Preset, newline: str) -> None:
    text = render(preset).replace("\n", newline)
    lines = text.replace("\r\n", "\n").split("\n")
    for finding in check(text, Facts(())):
        assert finding.line >= 1
        if "\r" not in text.replace("\r\n", ""):
            assert finding.line <= len(lines)
            assert 0 <= finding.column <= finding.end_column <= len(lines[finding.line - 1])


@given(st.text("[]{}=\"'#\n\\ab.1 ,", max_size=60) | st.text(max_size=60))
def test_any_text_can_be_checked(text: str) -> None:
    check(text)


@given(presets, st.sampled_from(["\n", "\r\n"]))
def test_the_characters_of_a_text_are_found(preset: Preset, newline: str) -> None:
    text = render(preset).replace("\n", newline)
    content = tomllib.loads(text)
    places = layout(text)
    for key in ("name", "system", "reply"):
        if value := content.get(key):
            offsets = characters(text, *places[(key,)].value)
            assert len(offsets) == len(value) + 1
            plain = [(text[o], c) for o, c in zip(offsets, value, strict=False) if text[o] == c]
            assert len(plain) >= sum(c.isalnum() for c in value)


@given(presets)
def test_every_key_has_its_place(preset: Preset) -> None:
    text = render(preset)
    places = layout(text)

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        if path:
            assert path in places
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                walk(inner, (*path, index))

    walk(tomllib.loads(text), ())
