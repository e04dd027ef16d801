"""Transcripts: readable, complete, and no message reaches beyond its end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gui.chat.export import to_markdown, transcript_name
from gui.records import (
    Conversation,
    Message,
    MessageStatus,
    Role,
    RunRecord,
    Statistics,
    StepRecord,
    StepStatus,
)

CONVERSATION = Conversation(1, "Floors & <b>heat</b>", 1_700_000_000.0, 1_700_000_000.0)


def _user(content: str) -> Message:
    return Message(1, 1, None, Role.USER, content)


def _reply(content: str, **fields: object) -> Message:
    return Message(2, 1, 1, Role.ASSISTANT, content, model="m:1b", **fields)  # type: ignore[arg-type]


def _headings(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [
        tokens[i + 1].content
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


def test_a_whole_transcript() -> None:
    reply = _reply(
        "It warms **the floor**.",
        thinking="Let me see.\n```\nx\n```",
        statistics=Statistics(eval_count=12, eval_duration=400_000_000, first_token_ns=250_000_000),
        run=RunRecord("m:1b", preset="Precise"),
    )
    text = to_markdown(CONVERSATION, [_user("What is ondol?"), reply])
    _, _, after_date = text.partition("- Model")
    assert text.startswith("# Floors \\& \\<b\\>heat\\</b\\>\n\n- Date: 2023-11-1")
    assert after_date == (
        ": m:1b\n- Preset: Precise\n\n## You\n\nWhat is ondol?\n\n## m:1b\n\n"
        "<details>\n<summary>Thinking</summary>\n\n"
        "````text\nLet me see.\n```\nx\n```\n````\n\n</details>\n\n"
        "It warms **the floor**.\n\n*12 tokens, 30.0 tokens/s, first token after 0.2 s*\n"
    )


@pytest.mark.parametrize(
    ("status", "note"),
    [
        (MessageStatus.STOPPED, "*Stopped.*"),
        (MessageStatus.INCOMPLETE, "*Incomplete. It broke.*"),
        (MessageStatus.FAILED, "*Failed. It broke.*"),
    ],
)
def test_how_it_ended_is_said(status: MessageStatus, note: str) -> None:
    assert note in to_markdown(CONVERSATION, [_reply("a", status=status, error="It broke.")])


@pytest.mark.parametrize(
    "content",
    [
        "```python\nnever closed",
        "~~~~\nnever closed\n~~~",
        "- item\n  ```\n  in a list",
        "> ```\n> quoted",
        "<!-- a comment",
        "<pre>\nopen",
        "<?php",
        "    indented",
        "text\n===",
        "```\nclosed\n```\n````\nopen",
    ],
)
def test_no_message_reaches_beyond_its_end(content: str) -> None:
    text = to_markdown(CONVERSATION, [_reply(content), _user("next")])
    assert _headings(text)[-1] == "You"
    assert content in text


def test_a_closed_fence_is_left_alone() -> None:
    content = "```\ncode\n```"
    assert f"\n\n{content}\n\n## You" in to_markdown(CONVERSATION, [_reply(content), _user("x")])


@given(
    st.text("`~<>!-#\n ab[]*_&;:?/|=+\t0123456789.", max_size=60), st.text("`~\n a", max_size=20)
)
def test_any_content_stays_within_its_message(content: str, thinking: str) -> None:
    text = to_markdown(CONVERSATION, [_reply(content, thinking=thinking), _user("next")])
    assert _headings(text)[-1] == "You"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Hello", "Hello.md"),
        ("주식이란?", "주식이란.md"),
        ("../../etc: a*b", "etc a b.md"),
        ("", "Conversation.md"),
        ("CON", "CON Conversation.md"),
        ("가" * 60, "가" * 32 + ".md"),
    ],
)
def test_file_names(title: str, name: str) -> None:
    assert transcript_name(Conversation(1, title, 0.0, 0.0)) == name


@given(st.text())
def test_file_names_are_safe(title: str) -> None:
    name = transcript_name(Conversation(1, title, 0.0, 0.0))
    assert len(name.encode()) <= 120
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert not name.startswith(".")


def test_the_steps_of_a_chain_are_a_quiet_list() -> None:
    steps = (
        StepRecord("english", "In *English*", output="Hi.\n\n```\n", status=StepStatus.DONE,
                   seconds=1.24, eval_count=7),
        StepRecord("review", status=StepStatus.SKIPPED),
        StepRecord("answer", output="Hello.", status=StepStatus.DONE, seconds=2, eval_count=9),
        StepRecord("last", status=StepStatus.FAILED, error="It broke."),
        StepRecord("left", status=StepStatus.RUNNING),
    )  # fmt: skip
    text = to_markdown(CONVERSATION, [_reply("Hello.", run=RunRecord("m:1b", steps=steps))])
    assert text.endswith(
        "## m:1b\n\n<details>\n<summary>5 steps</summary>\n\n"
        "- In \\*English\\*: 1.2 s, 7 tokens\n\n"
        "  ````text\n  Hi.\n  \n  ```\n  ````\n\n"
        "- review: Skipped\n\n- answer: 2.0 s, 9 tokens\n\n- last: Failed. It broke.\n\n"
        "- left: Stopped.\n\n</details>\n\nHello.\n"
    )


@given(st.text(st.characters(categories=("L", "P", "Z", "C")) | st.sampled_from("`~\n\r<>-# ")))
def test_ren_no_step_reaches_beyond_its_end(output: str) -> None:
    step = StepRecord("a", output=output, status=StepStatus.DONE)
    reply = _reply("Hello.", run=RunRecord("m:1b", steps=(step, step)))
    text = to_markdown(CONVERSATION, [reply, _user("And?")])
    assert _headings(text)[-2:] == ["m:1b", "You"]
    assert text.count("</details>") - output.count("</details>") * 2 == 1
