"""Replies taken apart: thinking, tool calls and text, however they are cut into chunks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.engine.templates.parsing import ReplyParser, TextPart, ThinkingPart, ToolCallPart
from gui.engine.templates.parts import Part, joined
from gui.engine.templates.rendering import Template
from gui.engine.templates.tags import ReplyTags

GOLDEN = Path(__file__).parent / "golden" / "conversations.json"
TEMPLATES = json.loads(GOLDEN.read_text("utf-8"))["templates"]
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": {}}},
    {"type": "function", "function": {"name": "now", "parameters": {}}},
]
QWEN = ReplyTags("<think>", "</think>", "<tool_call>", "</tool_call>")
MISTRAL = ReplyTags(tool="[TOOL_CALLS]")
BARE = ReplyTags(tool="{", arguments_key="parameters")
COHERE = ReplyTags(tool="Action: ```json", name_key="tool_name", arguments_key="parameters")
CALL = '{"name": "get_weather", "arguments": {"city": "서울"}}'
NOW_CALL = '\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>\n'
SEOUL = ToolCallPart("get_weather", {"city": "서울"})
NOW = ToolCallPart("now", {})


def take_apart(
    tags: ReplyTags,
    chunks: Sequence[str],
    tools: Sequence[Any] = TOOLS,
    *,
    thinks: bool = True,
    prompt: str = "",
) -> list[Part]:
    parser = ReplyParser(tags, tools, thinks=thinks, prompt=prompt)
    parts = [part for chunk in chunks for part in parser.feed(chunk)]
    return joined(parts + parser.finish())


def text(value: str) -> TextPart:
    return TextPart(value)


def thought(value: str) -> ThinkingPart:
    return ThinkingPart(value)


CASES: list[tuple[ReplyTags, str, list[Part]]] = [
    (QWEN, "안녕하세요", [text("안녕하세요")]),
    (QWEN, "", []),
    (QWEN, "<think>\nhm\n</think>\n\nyes", [thought("hm\n"), text("yes")]),
    (QWEN, "  \n<think>hm</think>yes", [thought("hm"), text("yes")]),
    (QWEN, "<think></think>yes", [text("yes")]),
    (QWEN, "<think>never closed", [thought("never closed")]),
    (QWEN, "<think>a</thin b</think", [thought("a</thin b</think")]),
    (QWEN, "<think>a</think>\n  ", [thought("a")]),
    (QWEN, "say <think>no</think>", [text("say <think>no</think>")]),
    (QWEN, "<thi", [text("<thi")]),
    (QWEN, "\n <thinking>", [text("\n <thinking>")]),
    (QWEN, "<think>a</think>b<think>c</think>", [thought("a"), text("b<think>c</think>")]),
    (QWEN, f"<tool_call>\n{CALL}\n</tool_call>", [SEOUL]),
    (
        QWEN,
        f"<think>look</think>Let me see.\n<tool_call>{CALL}</tool_call>" + NOW_CALL + "done",
        [thought("look"), text("Let me see.\n"), SEOUL, NOW, text("done")],
    ),
    (QWEN, f"<tool_call>{CALL}", [SEOUL]),
    (QWEN, f"<tool_call>{CALL[:-1]}", [text(f"<tool_call>{CALL[:-1]}")]),
    (QWEN, "<tool_call>{'name': 'now'}", [text("<tool_call>{'name': 'now'}")]),
    (
        QWEN,
        '<tool_call>{"name": "rm", "arguments": {}}</tool_call>',
        [text('<tool_call>{"name": "rm", "arguments": {}}</tool_call>')],
    ),
    (QWEN, "<tool_call> is a tag", [text("<tool_call> is a tag")]),
    (QWEN, f"<tool_call>what<tool_call>{CALL}", [text("<tool_call>what"), SEOUL]),
    (QWEN, "a < b <tool b", [text("a < b <tool b")]),
    (QWEN, '{"name": "now", "arguments": {}}', [text('{"name": "now", "arguments": {}}')]),
    (
        QWEN,
        '<tool_call>{"name": "get_weather", "arguments": {"city": "} \\" {"}}</tool_call>.',
        [ToolCallPart("get_weather", {"city": '} " {'}), text(".")],
    ),
    (
        QWEN,
        '<tool_call>{"name": "get_weather", "arguments": "{\\"city\\": \\"서울\\"}"}',
        [SEOUL],
    ),
    (QWEN, '<tool_call>{"function": {"name": "now", "arguments": null}}', [NOW]),
    (QWEN, '<tool_call>{"name": "now"}', [NOW]),
    (QWEN, '<tool_call>{"name": "now", "x": 1}', [text('<tool_call>{"name": "now", "x": 1}')]),
    (MISTRAL, f'[TOOL_CALLS] [{CALL}, {{"name": "now", "arguments": {{}}}}]', [SEOUL, NOW]),
    (MISTRAL, 'Sure.[TOOL_CALLS]get_weather[ARGS]{"city": "서울"}', [text("Sure."), SEOUL]),
    (MISTRAL, '[TOOL_CALLS]get_weather{"city": "서울"}', [SEOUL]),
    (MISTRAL, "[TOOL_CALLS]get_", [text("[TOOL_CALLS]get_")]),
    (MISTRAL, "[1] a footnote", [text("[1] a footnote")]),
    (BARE, '{"name": "get_weather", "parameters": {"city": "서울"}}', [SEOUL]),
    (BARE, '\n {"name": "now", "parameters": {}}; {"name": "now", "parameters": {}}', [NOW, NOW]),
    (BARE, f"[{CALL}]", [SEOUL]),
    (
        BARE,
        'See {"name": "now", "parameters": {}}',
        [text('See {"name": "now", "parameters": {}}')],
    ),
    (BARE, '{"answer": 42}', [text('{"answer": 42}')]),
    (BARE, "{ not json }, {}", [text("{ not json }, {}")]),
    (BARE, "[link](x) {", [text("[link](x) {")]),
    (BARE, "{", [text("{")]),
    (
        COHERE,
        'Plan.\nAction: ```json\n[\n {"tool_name": "now",\n "parameters": {}}\n]',
        [text("Plan.\n"), NOW],
    ),
]


@pytest.mark.parametrize(("tags", "reply", "parts"), CASES)
def test_a_reply_is_taken_apart(tags: ReplyTags, reply: str, parts: list[Part]) -> None:
    assert take_apart(tags, [reply]) == parts


@pytest.mark.parametrize(("tags", "reply", "parts"), CASES)
def test_character_by_character_it_is_the_same(
    tags: ReplyTags, reply: str, parts: list[Part]
) -> None:
    assert take_apart(tags, list(reply)) == parts


FRAGMENTS = st.sampled_from(
    [
        *("<think>", "</think>", "<tool_call>", "</tool_call>", "[TOOL_CALLS]", "[", "]", "{", "}"),
        *(CALL, '{"name": "rm", "arguments": {}}', '{"a": "}"}', "now", "get_weather[ARGS]"),
        *(
            " ",
            "\n",
            ",",
            ";",
            "온돌",
            "text",
            '"',
            "\\",
            "<",
            "<think",
            "Action: ```json",
            '{"x":',
        ),
    ]
)
REPLIES = st.lists(FRAGMENTS, max_size=12).map("".join)


@given(st.sampled_from([QWEN, MISTRAL, BARE, COHERE]), REPLIES, st.data())
def test_any_chunking_comes_to_the_same(tags: ReplyTags, reply: str, data: st.DataObject) -> None:
    whole = take_apart(tags, [reply])
    cuts = data.draw(st.lists(st.integers(0, len(reply)), max_size=8).map(sorted))
    chunks = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    assert take_apart(tags, chunks) == whole
    assert take_apart(tags, list(reply)) == whole


@given(st.sampled_from([QWEN, MISTRAL, BARE, COHERE]), REPLIES)
def test_what_is_no_call_is_not_lost(tags: ReplyTags, reply: str) -> None:
    parts = take_apart(tags, [reply], thinks=False)
    if not any(isinstance(part, ToolCallPart) for part in parts):
        assert parts == ([TextPart(reply)] if reply else [])


@given(REPLIES)
def test_without_tools_and_thinking_a_reply_is_text(reply: str) -> None:
    parts = take_apart(QWEN, [reply], (), thinks=False)
    assert parts == ([TextPart(reply)] if reply else [])


def test_text_comes_at_once_when_it_can_be_nothing_else() -> None:
    parser = ReplyParser(QWEN, TOOLS, thinks=True, prompt="")
    assert parser.feed("안녕") == [TextPart("안녕")]
    assert parser.feed(" a <tool") == [TextPart(" a ")]
    assert parser.feed("s>") == [TextPart("<tools>")]
    assert parser.finish() == []


def test_a_call_comes_as_soon_as_it_is_whole() -> None:
    parser = ReplyParser(QWEN, TOOLS, thinks=True, prompt="")
    assert parser.feed(f"<tool_call>{CALL[:-1]}") == []
    assert parser.feed("}") == [SEOUL]
    assert parser.feed("\n</tool_call>") == []
    assert parser.finish() == []


def test_a_prompt_may_have_begun_the_thinking() -> None:
    prompt = "<|im_start|>assistant\n<think>\n"
    assert take_apart(QWEN, ["\nhm</think>yes"], prompt=prompt) == [thought("hm"), text("yes")]


def test_the_most_usual_tags_serve_models_without_a_template() -> None:
    for reply in (f"<tool_call>{CALL}</tool_call>", CALL):
        parser = ReplyParser.common(TOOLS, thinks=True, prompt="")
        parts = parser.feed(f"<think>hm</think>{reply}") + parser.finish()
        assert parts == [thought("hm"), SEOUL]


def test_a_long_reply_of_open_braces_takes_no_time() -> None:
    parser = ReplyParser(BARE, TOOLS, thinks=True, prompt="")
    parts = [part for _ in range(20_000) for part in parser.feed('{"a":[')]
    parts += parser.finish()
    assert joined(parts) == [TextPart('{"a":[' * 20_000)]


def test_json_too_deep_to_read_is_text() -> None:
    reply = '{"a":' * 20_000 + "1" + "}" * 20_000
    assert take_apart(BARE, [reply]) == [TextPart(reply)]


def test_a_template_tells_its_tags_to_the_parser() -> None:
    source = (
        "{{ range .Messages }}{{ if .Thinking }}<mind>{{ .Thinking }}</mind>{{ end }}"
        "{{ if .ToolCalls }}{{ range .ToolCalls }}<|call|>"
        '{"fn": "{{ .Function.Name }}", "in": {{ .Function.Arguments }}}</call>'
        "{{ end }}{{ end }}{{ end }}"
    )
    template = Template.parse(source)
    written = template.render_chat(
        [
            {
                "role": "assistant",
                "content": "",
                "thinking": "흠",
                "tool_calls": [
                    {"function": {"name": "get_weather", "arguments": {"city": "서울"}}},
                    {"function": {"name": "now", "arguments": {}}},
                ],
            }
        ]
    )
    parser = ReplyParser.of_template(template, TOOLS, thinks=True, prompt="")
    assert parser.feed(written) + parser.finish() == [thought("흠"), SEOUL, NOW]


@pytest.mark.parametrize("name", ["llama31", "qwen", "mistral", "commandr"])
def test_what_a_template_writes_of_calls_is_found_again(name: str) -> None:
    """The calls a model sees in its prompt are the calls it writes."""
    template = Template.parse(TEMPLATES[name])
    calls = [
        {"function": {"name": "get_weather", "arguments": {"city": "서울"}}},
        {"function": {"name": "now", "arguments": {}}},
    ]
    empty = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "@@"}]
    full = [empty[0], {"role": "assistant", "content": "", "tool_calls": calls}]
    before = template.render_chat(empty).split("@@")[0]
    written = template.render_chat(full)
    reply = written[len(before.rstrip()) :].replace("</s>", "") if before else written
    parser = ReplyParser.of_template(template, TOOLS, thinks=False, prompt="")
    parts = parser.feed(reply) + parser.finish()
    assert [part for part in parts if isinstance(part, ToolCallPart)] == [SEOUL, NOW]
