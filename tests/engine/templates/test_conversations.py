"""Whole conversations through whole templates: Ollama's collation, modes and cut.

golden/conversations.json was recorded from Go's `text/template` with Ollama's collation,
data and cut around it; a row is template, conversation, with tools or not, `think`, and
what came out ("panic": Ollama dies there).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gui.engine.templates.errors import TemplateError
from gui.engine.templates.named import named_templates
from gui.engine.templates.rendering import Template

GOLDEN = json.loads((Path(__file__).parent / "golden" / "conversations.json").read_text("utf-8"))
NAMED = {f"named-{template.name}": template.source for template in named_templates()}
LEGACY = (
    "{{if .System}}<s>{{.System}}</s>{{end}}"
    "{{if .Prompt}}<u>{{.Prompt}}</u>{{end}}<a>{{.Response}}</a>"
)
SEED_MODELFILE = (
    Path(__file__).parents[3] / "modelfiles" / "llama-3-open-ko-8b.Modelfile"
).read_text("utf-8")


def talk(*turns: str) -> list[dict[str, Any]]:
    """Messages from "u:hi" and the like."""
    roles = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    return [{"role": roles[turn[0]], "content": turn[2:]} for turn in turns]


def chat(template: str, *turns: str, **given: Any) -> str:
    return Template.parse(template).render_chat(talk(*turns), **given)


def test_every_conversation_renders_as_in_go() -> None:
    wrong = []
    for name, conversation, with_tools, think, kind, text in GOLDEN["cases"]:
        source = NAMED.get(name) or GOLDEN["templates"][name]
        messages = GOLDEN["conversations"][conversation]
        tools = GOLDEN["tools"] if with_tools else []
        try:
            got = "output", Template.parse(source).render_chat(messages, tools, think)
        except TemplateError as problem:
            got = ("panic", "") if kind == "panic" else ("error", str(problem))
        if got != (kind, text):
            wrong.append(f"{name} {conversation} {think}: Go {kind} {text!r}, here {got}")
    assert len(GOLDEN["cases"]) > 400
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("template", "turns", "output"),
    [
        (LEGACY, ["u:hi"], "<u>hi</u><a>"),
        (
            LEGACY,
            ["s:S", "u:hi", "a:yo", "u:more"],
            "<s>S</s><u>hi</u><a>yo</a><u>more</u><a>",
        ),
        (LEGACY, ["u:hi", "s:S2", "u:more"], "<u>hi</u><a></a><s>S2</s><u>more</u><a>"),
        (LEGACY, ["s:A", "s:B", "u:1", "u:2"], "<s>A\n\nB</s><u>1\n\n2</u><a>"),
        (LEGACY, ["u:hi", "t:result"], "<u>hi</u><a>"),
        (LEGACY, ["u:hi", "a:pre"], "<u>hi</u><a>pre"),
        ("Q: {{.Prompt}}\nA: ", ["u:1", "a:r", "u:2"], "Q: 1\nA: rQ: 2\nA: "),
        ("{{ .Prompt }}", ["s:S", "u:1", "a:r", "u:2"], "1r2"),
        ("{{ .messages }}{{ .Prompt }}", ["u:hi"], "<no value><no value>"),
        ('{{ "Messages" }}{{/* .Messages */}}{{ .Prompt }}', ["u:hi"], "Messageshi"),
        ("{{ json .Prompt }}{{ .Response }}!", ["u:<안녕>"], '"\\u003c안녕\\u003e"'),
    ],
)
def test_the_outputs_ollama_was_seen_to_give(template: str, turns: list[str], output: str) -> None:
    """C3 and C7 of the contract. The last row works here and fails in Ollama."""
    assert chat(template, *turns) == output


SEED_SYSTEM = "<|start_header_id|>system<|end_header_id|>\n\n친절하게.<|eot_id|>"
SEED_USER = "<|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>"
SEED_REPLY = "<|start_header_id|>assistant<|end_header_id|>\n\n"


def test_the_seed_modelfile_renders_byte_for_byte() -> None:
    template = SEED_MODELFILE.split('TEMPLATE """')[1].split('"""')[0]

    assert chat(template, "u:안녕?") == SEED_USER.format("안녕?") + SEED_REPLY
    assert chat(template, "s:친절하게.", "u:안녕?") == (
        SEED_SYSTEM + SEED_USER.format("안녕?") + SEED_REPLY
    )
    assert chat(template, "s:친절하게.", "u:안녕?", "a:네!", "u:잘 지내?") == (
        SEED_SYSTEM
        + SEED_USER.format("안녕?")
        + SEED_REPLY
        + "네!<|eot_id|>"
        + SEED_USER.format("잘 지내?")
        + SEED_REPLY
    )


def test_a_cut_in_a_branch_with_an_else_is_refused() -> None:
    """C7: Ollama answers 500 with an empty body."""
    with pytest.raises(TemplateError, match="branch that has an else"):
        chat("{{ if .Prompt }}{{ .Response }}{{ else }}x{{ end }}", "u:hi")


def test_images_are_numbered_through_the_conversation() -> None:
    template = "{{ range .Messages }}[{{ .Role }}:{{ .Content }}:{{ len .Images }}]{{ end }}"
    messages = [
        {"role": "user", "content": "look", "images": ["a", "b"]},
        {"role": "user", "content": "here [img] and [img]", "images": ["c", "d", "e"]},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "", "images": ["f"]},
    ]
    assert Template.parse(template).render_chat(messages) == (
        "[user:[img-0][img-1]look\n\n[img-4]here [img-2] and [img-3]:5]"
        "[assistant:ok:0][user:[img-5]:1]"
    )


def test_merging_keeps_tool_calls() -> None:
    """Where Ollama loses the calls of the second message."""
    call = {"function": {"name": "f", "arguments": {}}}
    messages = [
        {"role": "assistant", "content": "a", "tool_calls": [call]},
        {"role": "assistant", "content": "b", "tool_calls": [call]},
    ]
    template = "{{ range .Messages }}{{ .Content }}{{ range .ToolCalls }}!{{ end }}{{ end }}"
    assert Template.parse(template).render_chat(messages) == "a\n\nb!!"


def test_rendering_does_not_change_what_it_is_given() -> None:
    messages = talk("u:1", "u:2")
    messages[0]["images"] = ["a"]
    before = json.dumps(messages)
    Template.parse("{{ .Messages }}").render_chat(messages)
    assert json.dumps(messages) == before


def test_contents_go_through_untouched() -> None:
    """The caller cuts control tokens in contents; what it puts there must come out."""
    content = "<|im_start|>\ue000seam\ue001{{ .System }}&<'\"\u2028\u200b온돌\r\n"
    for name, source in {**NAMED, "legacy": LEGACY}.items():
        assert content in chat(source, f"u:{content}"), name


def test_the_suffix_is_the_only_mode_with_a_suffix() -> None:
    template = Template.parse("<P>{{ .Prompt }}<S>{{ .Suffix }}<M>{{ .Response }}{{ .System }}")
    assert template.render_suffix("a", "b") == "<P>a<S>b<M><no value>"
    assert "insert" in template.capabilities


@pytest.mark.parametrize(
    ("think", "output"),
    [
        (None, "false//false"),
        (False, "false//true"),
        (True, "true/medium/true"),
        ("high", "true/high/true"),
    ],
)
def test_thinking_is_told_as_bool_and_level(think: bool | str | None, output: str) -> None:
    template = "{{ .Think }}/{{ .ThinkLevel }}/{{ .IsThinkSet }}{{ if .Messages }}{{ end }}"
    assert Template.parse(template).render_chat(talk("u:x"), think=think) == output


def test_half_a_character_becomes_a_replacement() -> None:
    template = "{{ range .Messages }}{{ slice .Content 0 4 }}{{ end }}"
    assert chat(template, "u:온돌") == "온\ufffd"


def test_a_field_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TemplateError, match="can't evaluate field Text in type"):
        chat("{{ range .Messages }}{{ .Text }}{{ end }}", "u:hi")


def test_parsed_templates_are_remembered() -> None:
    assert Template.parse(LEGACY) is Template.parse(LEGACY)
