"""Templates of strangers: no crash, no endless loop, no gigabytes (ENG-13, TPL-01)."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.engine.templates.errors import TemplateError
from gui.engine.templates.rendering import Template

MESSAGES = [
    {"role": "system", "content": "규칙"},
    {"role": "user", "content": "안녕 " * 500},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"function": {"name": "f", "arguments": {"a": [1, {"b": None}]}}}],
    },
    {"role": "tool", "content": "42", "tool_name": "f"},
    {"role": "user", "content": "끝"},
]
DOUBLING = '{{ $x := "12345678" }}{{ range 100 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}'
RECURSION = '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}{{ .Messages }}'


def render(source: str, messages: list[dict[str, Any]] = MESSAGES) -> str:
    return Template.parse(source).render_chat(messages, [])


@pytest.mark.parametrize(
    "source",
    [
        "{{ range 1000000000000 }}x{{ end }}{{ .Messages }}",
        "{{ range 100000000 }}{{ end }}{{ .Messages }}",
        "{{ range 100000 }}{{ range 100000 }}{{ continue }}{{ end }}{{ end }}{{ .Messages }}",
        "{{ range 1000000 }}{{ len (print $.Messages) }}{{ end }}",
        "{{ range 1000000 }}{{ json $.Messages }}{{ end }}",
        "{{ range 1000000 }}{{ $.Messages }}{{ end }}",
        DOUBLING + "{{ .Messages }}",
        DOUBLING,
        '{{ range 100000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}{{ .Messages }}',
        '{{ printf "' + "%999999d" * 50 + '"' + " 1" * 50 + " }}{{ .Messages }}",
        "{{ range 1000 }}" * 50 + "{{ .Messages }}" + "{{ end }}" * 50,
        RECURSION,
        '{{ define "a" }}{{ range 9 }}{{ template "a" . }}{{ end }}{{ end }}{{ template "a" . }}',
        "{{ if true }}" * 3000 + "{{ end }}" * 3000,
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ if 0 }}" + "{{ else if 0 }}" * 3000 + "{{ end }}",
        "x" * (2 << 20),
    ],
)
def test_greedy_templates_are_stopped_in_time(source: str) -> None:
    started = time.perf_counter()
    with pytest.raises(TemplateError):
        render(source)
    assert time.perf_counter() - started < 8  # a second or so on a machine with nothing to do


@pytest.mark.parametrize("source", ["{{ len .Messages }}" + " x" * 100_000, "{{" * 10_000])
def test_long_templates_are_read_in_time(source: str) -> None:
    started = time.perf_counter()
    with suppress(TemplateError):
        render(source)
    assert time.perf_counter() - started < 4


def test_many_short_actions_are_read_in_time() -> None:
    source = "{{ .System }}\n" * 20_000 + "{{ range .Messages }}{{ end }}"
    started = time.perf_counter()
    assert render(source).startswith("규칙\n규칙\n")
    assert time.perf_counter() - started < 8


def test_deep_arguments_are_an_error_and_no_crash() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    call = {"function": {"name": "f", "arguments": deep}}
    messages = [{"role": "assistant", "content": "", "tool_calls": [call]}]
    with pytest.raises(TemplateError, match="nested too deeply"):
        render("{{ range .Messages }}{{ .ToolCalls }}{{ end }}", messages)


def test_numbers_beyond_a_float_are_an_error() -> None:
    call = {"function": {"name": "f", "arguments": {"n": 10**400}}}
    messages = [{"role": "assistant", "content": "", "tool_calls": [call]}]
    with pytest.raises(TemplateError, match="out of range"):
        render("{{ .Messages }}", messages)


def test_long_conversations_are_no_problem() -> None:
    """The budget is for what a template adds, not for what it is given."""
    messages = [
        {"role": "user" if turn % 2 == 0 else "assistant", "content": "말" * 30_000}
        for turn in range(400)
    ]
    source = "{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}"
    source += '{{ .Role }}: {{ printf "%s" .Content }}{{ if $last }}!{{ end }}\n{{ end }}'
    assert len(render(source, messages)) > 12_000_000


PIECES = st.sampled_from(
    [
        *("{{", "}}", "{{-", "-}}", " ", "\n", "(", ")", "|", ":=", "=", ",", "$x", "$", "."),
        *(".Messages", ".Role", ".Content", ".ToolCalls", ".Function.Arguments", ".Prompt"),
        *(".Response", ".System", "if", "else", "end", "range", "with", "define", "template"),
        *("block", "break", "continue", "nil", "true", '"a"', "`b`", "'c'", "0", "1", "-3", "2.5"),
        *("printf", '"%v %d %s %q"', "print", "json", "len", "index", "slice", "eq", "lt", "and"),
        *("or", "not", "html", "js", "urlquery", "call", "/* c */", "온돌", "{{ end }}"),
        *("{{ range .Messages }}", "{{ .Content }}", "{{ if .ToolCalls }}", "{{ $x := . }}"),
    ]
)


def problem_of(source: str) -> str:
    """What is wrong with a template, or with what it does to the messages."""
    try:
        Template.parse(source).render_chat(MESSAGES, [], True)
        Template.parse(source).render_suffix("a", "b")
    except TemplateError as problem:
        return str(problem)
    return "template: "


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=60))
def test_nothing_but_template_errors_comes_out(source: str) -> None:
    for text in (source, f"{{{{ {source} }}}}", f"{{{{ range .Messages }}}}{source}{{{{ end }}}}"):
        assert problem_of(text).startswith("template: ")


EXPRESSIONS = st.recursive(
    st.sampled_from(
        ["1", "2.5", '"온돌"', "`x`", "nil", "true", ".", ".Messages", ".System", "$", "'a'", ".No"]
    ),
    lambda inner: st.builds(
        lambda name, arguments: f"({name} {' '.join(arguments)})",
        st.sampled_from(
            [
                *("print", "printf", "json", "len", "index", "slice", "eq", "ne", "lt", "le", "gt"),
                *("ge", "and", "or", "not", "html", "js", "urlquery", "println", "call"),
                *("toTypeScriptType", 'printf "%d %5.2f %q %x %c %t %U %e %T %*d"'),
            ]
        ),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_no_expression_crashes(expression: str) -> None:
    for source in ("{{ %s }}", "{{ range %s }}{{ . }}{{ end }}", "{{ with %s }}{{ .X }}{{ end }}"):
        problem = problem_of(source % expression + "{{ if .Messages }}{{ end }}")
        assert problem.startswith("template: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("function", "name", "description", "parameters", "properties", "required"),
                    *("type", "items", "anyOf", "enum", "arguments", "index", "id", "a"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=16,
)
SHOW_ALL = (
    "{{ .Tools }}{{ range .Tools }}{{ .Function.Parameters.Properties }}"
    "{{ range .Function.Parameters.Properties }}{{ .Type }}{{ toTypeScriptType . }}{{ end }}"
    "{{ end }}{{ range .Messages }}{{ json . }}{{ .ToolCalls }}{{ end }}"
)


@given(st.lists(st.dictionaries(st.sampled_from(["type", "function"]), JSON), max_size=2), JSON)
def test_tools_and_calls_of_any_shape_can_be_shown(tools: list[Any], call: Any) -> None:
    messages = [{"role": "assistant", "content": "", "tool_calls": [call]}]
    assert Template.parse(SHOW_ALL).render_chat(messages, tools)
