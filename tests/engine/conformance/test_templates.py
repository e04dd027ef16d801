"""C: what templates render, seen through _debug_render_only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    LEGACY,
    LEGACY_TEMPLATE,
    SEER,
    WEATHER,
    chat,
    created,
    generate,
    refusal,
    rendered,
    weather_call,
)
from engine_process import STARTER

HI = [{"role": "user", "content": "hi"}]
NO_RESPONSE = "Q: {{.Prompt}}\nA: "


def _made(http: httpx.Client, template: str) -> str:
    return created(http, "templated", **{"from": STARTER}, template=template)


def _turns(*turns: str) -> list[dict[str, Any]]:
    """Messages of `s:text`, `u:text`, `a:text` and `t:text`."""
    roles = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    return [{"role": roles[turn[0]], "content": turn[2:]} for turn in turns]


@covers("C3.turns", "C3.pending", "C1.legacy-data", "C1.collation")
@pytest.mark.parametrize(
    ("turns", "text"),
    [
        (["u:hi"], "<u>hi</u><a>"),
        (["s:S", "u:hi", "a:yo", "u:more"], "<s>S</s><u>hi</u><a>yo</a><u>more</u><a>"),
        (["u:hi", "s:S2", "u:more"], "<u>hi</u><a></a><s>S2</s><u>more</u><a>"),
        (["s:A", "s:B", "u:1", "u:2"], "<s>A\n\nB</s><u>1\n\n2</u><a>"),
        (["u:hi", "t:42"], "<u>hi</u><a>"),
        (["u:hi", "a:pre"], "<u>hi</u><a>pre"),
    ],
)
def test_one_turn_after_the_other(http: httpx.Client, turns: list[str], text: str) -> None:
    assert rendered(http, LEGACY, _turns(*turns)) == text


@covers("C2.appended", "C3.turns")
@pytest.mark.parametrize(
    ("template", "turns", "text"),
    [
        (NO_RESPONSE, ["u:1", "a:r", "u:2"], "Q: 1\nA: rQ: 2\nA: "),
        ("{{ .Prompt }}", ["s:S", "u:1", "a:r", "u:2"], "1r2"),
    ],
)
def test_a_template_without_response(
    http: httpx.Client, template: str, turns: list[str], text: str
) -> None:
    assert rendered(http, _made(http, template), _turns(*turns)) == text


@covers("C3.functions", "C1.functions", "C6.language")
def test_functions(http: httpx.Client) -> None:
    today = datetime.now().astimezone()
    name = _made(http, "{{ currentDate }} {{ yesterdayDate }} {{ json .Prompt }}{{ .Response }}")
    text = rendered(http, name, _turns('u:"a"'))
    assert text in {
        f"{day:%Y-%m-%d} {day - timedelta(1):%Y-%m-%d} " + '"\\"a\\""'
        for day in (today, datetime.now().astimezone())
    }
    name = _made(http, '{{ range .Messages }}{{ printf "%q|%5s|" .Role .Content }}{{ end }}')
    assert rendered(http, name, HI) == '"user"|   hi|'
    several = {"type": ["string", "null"]}
    function = {"name": "f", "parameters": {"type": "object", "properties": {"p": several}}}
    loop = "{{ range .Tools }}{{ range $k, $v := .Function.Parameters.Properties }}{{ $k }}: "
    loop += (
        "{{ toTypeScriptType $v }} {{ $v.Type }}{{ end }}{{ end }}{{ range .Messages }}{{ end }}"
    )
    text = rendered(http, _made(http, loop), HI, tools=[{"type": "function", "function": function}])
    assert text == "p: string | null [string null]"


@covers("C1.types", "C1.json", "C1.fields", "C7.numbers")
def test_tools_and_calls(http: httpx.Client) -> None:
    template = (
        "{{ range .Tools }}{{ .Type }} {{ .Function.Name }} {{ .Function.Description }} "
        "{{ range $k, $v := .Function.Parameters.Properties }}{{ $k }} {{ $v.Type }} {{ end }}"
        "{{ .Function.Parameters.Required }}{{ end }}"
        "{{ range .Messages }}|{{ .Role }}{{ .ToolName }}{{ range .ToolCalls }}"
        "{{ .Function.Name }}{{ .Function.Arguments }}{{ range $k, $v := .Function.Arguments }}"
        " {{ $k }}={{ $v }}{{ end }}{{ end }}{{ end }}"
    )
    arguments = {"z": 1000000, "a": "<b>", "m": {"y": 1, "x": [True, None]}}
    call = {
        "role": "assistant",
        "tool_calls": [{"function": {"name": "f", "arguments": arguments}}],
    }
    result = {"role": "tool", "tool_name": "f", "content": "42"}
    text = rendered(http, _made(http, template), [*HI, call, result], tools=[WEATHER])
    assert text == (
        "function weather The weather in a city city string [city]"
        '|user|assistantf{"a":"\\u003cb\\u003e","m":{"x":[true,null],"y":1},"z":1000000}'
        " a=<b> m=map[x:[true <nil>] y:1] z=1e+06|toolf"
    )


@covers("C1.collation", "C1.messages-data")
def test_neighbours_are_merged(http: httpx.Client) -> None:
    name = _made(http, "[{{ .System }}]{{ range .Messages }}({{ .Role }}:{{ .Content }}){{ end }}")
    turns = _turns("s:A", "u:1", "u:2", "s:B", "a:x", "a:y", "t:p", "t:q")
    assert rendered(http, name, turns) == (
        "[A\n\nB](system:A)(user:1\n\n2)(system:B)(assistant:x\n\ny)(tool:p)(tool:q)"
    )
    with_calls = [*HI, weather_call("Paris"), *_turns("t:sunny")]
    assert rendered(http, name, with_calls) == "[](user:hi)(assistant:)(tool:sunny)"


@covers("C1.missing-key", "C6.language")
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .Nothing }}{{ .Response }}", "<no value>"),
        ("{{ if .Nothing }}a{{ else }}b{{ end }}{{ .Response }}", "b"),
        ("{{ if .Tools }}a{{ end }}{{ range .Messages }}{{ .Content }}{{ end }}", "hi"),
        ("a  {{- /* no */ -}}  b{{ .Response }}", "ab"),
        ("{{ $x := 1 }}{{ range .Messages }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ with .System }}{{ . }}{{ else }}none{{ end }}{{ .Response }}", "none"),
        ("{{ range .Messages }}a{{ break }}b{{ end }}", "a"),
        ("{{ range .Messages }}a{{ continue }}b{{ end }}", "a"),
        ("{{ range .Messages }}{{ slice .Role 0 2 }}{{ len .Role }}{{ end }}", "us4"),
        (
            "{{ range $i, $m := .Messages }}{{ eq $i 0 }}{{ (index $.Messages 0).Role }}{{ end }}",
            "trueuser",
        ),
        (
            '{{ define "x" }}[{{ .Role }}]{{ end }}{{ range .Messages }}{{ template "x" .}}{{end}}',
            "[user]",
        ),
        ("{{ range .Messages }}{{ .Role | printf `%s-%s` .Content }}{{ end }}", "hi-user"),
        (
            "{{ and 0 1 }}{{ or 0 2 }}{{ not true }}{{ le 1 2 }}{{ range .Messages }}{{ end }}",
            "02falsetrue",
        ),
    ],
)
def test_the_language(http: httpx.Client, template: str, text: str) -> None:
    assert rendered(http, _made(http, template), HI) == text


COMPARED = (
    "{{ range .Messages }}{{ range .ToolCalls }}{{ eq .Function.Arguments.n 1 }}{{ end }}{{ end }}"
)


@covers("C1.missing-field", "C7.cut", "C7.numbers")
@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ range .Messages }}{{ .Nothing }}{{ end }}", "can't evaluate field Nothing"),
        ("{{ if .System }}{{ .Response }}{{ else }}x{{ end }}", ""),
        (
            COMPARED,
            "incompatible types for comparison",
        ),
    ],
)
def test_templates_that_fail(http: httpx.Client, template: str, says: str) -> None:
    """Where Ollama panics too there is a sentence."""
    call = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"n": 1}}}]}
    body = {"model": _made(http, template), "messages": [*HI, call]}
    status, text = refusal(http.post("/api/chat", json=body))
    assert status == 500
    assert text.startswith("template: ")
    assert says in text
    assert chat(http)["done"]


@covers("C6.errors")
@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ .Prompt", "template: :1: unclosed action"),
        ("{{ upper .Prompt }}", 'template: :1: function "upper" not defined'),
        ("{{ if .Prompt }}x", "template: :1: unexpected EOF"),
        ("a\n{{ end }}", "template: :2: unexpected {{end}}"),
        ("{{ $x }}", 'template: :1: undefined variable "$x"'),
    ],
)
def test_templates_that_do_not_parse(http: httpx.Client, template: str, says: str) -> None:
    body = {"model": "templated", "from": STARTER, "template": template}
    assert refusal(http.post("/api/create", json=body)) == (400, f"template error: {says}")
    body = {"model": STARTER, "prompt": "x", "template": template}
    assert refusal(http.post("/api/generate", json=body)) == (500, says)


@covers("C7.mode")
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ if .messages }}{{ end }}{{ .Prompt }}", "<no value>"),
        ('{{/* .Messages */}}{{ "Messages" }}{{ .Prompt }}', "Messageshi"),
    ],
)
def test_what_switches_the_mode(http: httpx.Client, template: str, text: str) -> None:
    assert rendered(http, _made(http, template), HI) == text


@covers("C1.images")
def test_images_are_marked(http: httpx.Client) -> None:
    name = created(
        http,
        "marked",
        **{"from": SEER},
        template="{{ range .Messages }}({{ .Content }}){{ end }}",
    )
    picture = "iVBORw0KGgo="
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "one", "images": [picture]},
        {"role": "assistant", "content": "yes"},
        {"role": "user", "content": "a [img] b", "images": [picture, picture]},
    ]
    assert rendered(http, name, messages) == "([img-0]one)(yes)([img-2]a [img-1] b)"


@covers("C1.legacy-data", "C3.turns")
def test_generate_fills_a_legacy_template(http: httpx.Client) -> None:
    answer = generate(http, LEGACY, system="S", prompt="x", _debug_render_only=True)
    assert answer["_debug_info"]["rendered_template"] == "<s>S</s><u>x</u><a>"
    assert generate(http, LEGACY)["done"]
    shown = http.post("/api/show", json={"model": LEGACY}).json()
    assert shown["template"] == LEGACY_TEMPLATE
