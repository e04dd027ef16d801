"""Templates: plain names only, values literal, one pass, bounded."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gui import errors
from gui.chat.presets import template

_names = st.from_regex(r"[A-Za-z_가-힣][A-Za-z0-9_가-힣]{0,20}", fullmatch=True).filter(
    template.is_name
)
_pieces = st.text("{}ab .[]!:0가\n", max_size=20)


def test_names_in_order_each_once() -> None:
    text = "{topic} in {영어}, {topic}; {{not}} {_x1}"
    assert template.names(text) == ("topic", "영어", "_x1")
    assert template.faults(text) == ()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("{x.__class__.__init__.__globals__}", (0, 34)),
        ("a {x[0]}", (2, 8)),
        ("{0}", (0, 3)),
        ("{x!r}", (0, 5)),
        ("{x:>3000000000}", (0, 15)),
        ("{}", (0, 2)),
        ("{ x }", (0, 5)),
        ("😀{", (1, 2)),
        ("x}", (1, 2)),
        ("{{x}", (3, 4)),
        ('{"a": 1}', (0, 8)),
        ("{class}", (0, 7)),
        ("{history}", (0, 9)),
        ("{" + "x" * 65 + "}", (0, 67)),
        ("{x²}", (0, 4)),
        ("{ﬁ}", (0, 3)),
    ],
)
def test_tpl_01_only_plain_names(text: str, span: tuple[int, int]) -> None:
    [fault] = template.faults(text)
    assert (fault.start, fault.end) == span
    assert fault.message
    with pytest.raises(errors.PresetError):
        template.render(text, {"x": "1", "0": "1", "": "1", "class": "1", " x ": "1"})


def test_tpl_02_values_are_put_in_literally_and_once() -> None:
    hostile = "{question} {{system}} {0.__class__} }{"
    text = template.render("{a}|{b}|{{a}}", {"a": hostile, "b": "{a}"})
    assert text == f"{hostile}|{{a}}|{{a}}"


@given(st.lists(_names, min_size=1, max_size=4), st.data())
def test_tpl_02_any_value_arrives_whole(names: list[str], data: st.DataObject) -> None:
    values = {name: data.draw(st.text()) for name in names}
    text = "".join(f"<{{{name}}}>" for name in names)
    assert template.render(text, values) == "".join(f"<{values[name]}>" for name in names)


@given(st.text())
def test_escaped_text_renders_as_itself(text: str) -> None:
    assert template.render(template.escaped(text), {}) == text
    assert template.names(template.escaped(text)) == ()


@given(_pieces)
def test_tpl_01_what_has_no_fault_is_what_python_reads(text: str) -> None:
    """Our reading of a sound template is that of Python's own formatter: LangChain agrees."""
    assume(not template.faults(text))
    fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    assert tuple(dict.fromkeys(fields)) == template.names(text)
    values = {name: f"<{name}>" for name in template.names(text)}
    assert template.render(text, values) == text.format_map(values)


@given(_pieces)
def test_a_template_is_sound_or_refused(text: str) -> None:
    values = dict.fromkeys(template.names(text), "")
    if template.faults(text):
        with pytest.raises(errors.PresetError):
            template.render(text, values)
    else:
        assert len(template.render(text, values)) <= len(text)


def test_tpl_01_the_result_is_bounded() -> None:
    assert len(template.render("{x}", {"x": "a" * 1_000_000})) == 1_000_000
    with pytest.raises(errors.PresetError) as caught:
        template.render("{x}" * 2000, {"x": "a" * 1000})
    assert "1000000" in caught.value.what
    assert caught.value.todo


def test_a_name_without_a_value_is_named() -> None:
    with pytest.raises(errors.PresetError) as caught:
        template.render("about {주제}", {})
    assert "주제" in caught.value.what


def test_a_decomposed_name_is_the_same_name() -> None:
    apart = unicodedata.normalize("NFD", "{영어}")
    assert template.names(apart) == ("영어",)
    assert template.render(apart, {"영어": "x"}) == "x"
    assert template.canonical(apart + "{{y}} {z!r}") == "{영어}{{y}} {z!r}"
    assert template.faults(apart) == ()


def test_many_braces_are_read_quickly() -> None:
    assert len(template.faults("{" * 20_000)) == 0
    assert len(template.faults("{x " * 20_000)) == 20_000
