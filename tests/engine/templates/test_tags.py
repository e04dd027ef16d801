"""What a template's text says about replies: section C4 of the contract."""

from __future__ import annotations

import pytest

from gui.engine.templates.rendering import Template
from gui.engine.templates.tags import ReplyTags

IN_RANGE = "{{{{ range .Messages }}}}{}{{{{ end }}}}"
CALLS = "{{{{ range .Messages }}}}{{{{ if .ToolCalls }}}}{}{{{{ end }}}}{{{{ end }}}}"


def tags(source: str) -> ReplyTags:
    return Template.parse(source).tags


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ("<think>{{ .Thinking }}</think>", "<think>", "</think>"),
        ("{{ if .Thinking }}<t>\n{{ .Thinking }}\n</t>{{ end }}", "<t>", "</t>"),
        (
            "a{{ if and $.Think .Thinking }}<생각>{{ .Thinking }}</생각>{{ end }}",
            "<생각>",
            "</생각>",
        ),
        ("{{ with .Thinking }}<t>{{ . }}</t>{{ end }}", "", ""),
        ("{{ .Content }}", "", ""),
    ],
)
def test_thinking_tags_stand_around_thinking(body: str, start: str, end: str) -> None:
    found = tags(IN_RANGE.format(body))
    assert (found.thinking_start, found.thinking_end) == (start, end)
    assert ("thinking" in Template.parse(IN_RANGE.format(body)).capabilities) is bool(start)


def test_thinking_outside_the_messages_says_nothing() -> None:
    assert tags("<a>{{ .Thinking }}</a>{{ .Messages }}").thinking_start == ""
    assert tags("{{ range .Tools }}<a>{{ .Thinking }}</a>{{ end }}").thinking_start == ""


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<tool_call>\n{{ range .ToolCalls }}{{ . }}{{ end }}", "<tool_call>"),
        ("{{ range .ToolCalls }}<|call|>{{ . }}{{ end }}", "<|call|>"),
        ('[TOOL_CALLS] [{{ range .ToolCalls }}{"name": {{ . }}}{{ end }}]', "[TOOL_CALLS]"),
        ('{{ range .ToolCalls }}{"name": "{{ .Function.Name }}"}{{ end }}', "{"),
        ("[{{ range .ToolCalls }}{{ . }}{{ end }}]", "["),
        ("\n {{ range .ToolCalls }}<c>{{ . }}{{ end }}", "<c>"),
        ("{{ .ToolCalls }}<no>", "{"),
    ],
)
def test_the_tool_tag_is_the_first_text(body: str, tag: str) -> None:
    assert tags(CALLS.format(body)).tool == tag


def test_keys_and_closing_tag_are_seen_in_how_calls_are_written() -> None:
    found = tags(
        CALLS.format(
            '<call>{{ range .ToolCalls }}{"fn" : "{{ .Function.Name }}", '
            '"in": {{ json .Function.Arguments }}}\n</call>{{ end }}'
        )
    )
    assert (found.name_key, found.arguments_key) == ("fn", "in")
    assert found.tool_end == "</call>"


def test_a_template_without_calls_has_the_usual_keys() -> None:
    assert tags("{{ .Messages }}") == ReplyTags("", "", "{", "", "name", "arguments")


def test_capabilities_are_words_in_the_template() -> None:
    template = Template.parse("{{ if $.Tools }}x{{ end }}{{ .suffix }}{{ .Messages }}")
    assert template.capabilities == {"tools", "insert"}
    assert Template.parse("{{ .Prompt }} .Tools {{/* .Suffix */}}").capabilities == frozenset()
