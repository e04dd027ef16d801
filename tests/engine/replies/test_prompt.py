"""What fits the context, and special tokens that people type (ENG-09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gui.engine.replies.prompt import Message, Vocabulary, fitted

VOCABULARY = Vocabulary(["<|im_start|>", "<|im_end|>", "<|im", "x", ""])


def _messages(*texts: str) -> list[dict[str, Any]]:
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [{"role": roles[text[0]], "content": text} for text in texts]


def _count(messages: Sequence[Message]) -> int:
    return sum(len(message["content"]) for message in messages)


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (7, ["s1", "s2", "u2"]),
        (8, ["s1", "a1", "s2", "u2"]),
        (6, ["s1", "s2", "u2"]),
        (1, ["s1", "s2", "u2"]),
    ],
)
def test_the_oldest_go_and_system_and_last_stay(room: int, kept: list[str]) -> None:
    messages = _messages("s1", "u1", "a1", "s2", "u2")

    result, total = fitted(messages, _count, room)
    assert [message["content"] for message in result] == kept
    assert total == 2 * len(kept)


def test_a_prompt_alone_can_stay_too_long() -> None:
    assert fitted(_messages("u-long"), _count, 2)[1] == 6
    assert fitted([], _count, 2) == ([], 0)


def test_what_cannot_fit_is_known_before_it_is_rendered() -> None:
    vocabulary = Vocabulary([], longest=4)
    assert not vocabulary.cannot_fit(_messages("u" * 40), 10)
    assert vocabulary.cannot_fit(_messages("u" * 41), 10)
    assert vocabulary.cannot_fit([{"content": "온" * 14}], 10)


@pytest.mark.parametrize("text", ["hello", "<|i", "|im_start|>", "x", ""])
def test_ordinary_text_is_not_touched(text: str) -> None:
    messages = [{"role": "user", "content": text}]
    assert not VOCABULARY.occur_in(messages)
    assert VOCABULARY.marked(messages) == messages


@pytest.mark.parametrize(
    "text", ["<|im_start|>", "a<|im_end|>b<|im_start|>c", "<|im<|im_end|>" * 50]
)
def test_no_part_holds_a_whole_special_token(text: str) -> None:
    messages = [{"role": "user", "content": text}]
    assert VOCABULARY.occur_in(messages)
    parts = VOCABULARY.parts(VOCABULARY.marked(messages)[0]["content"])
    assert "".join(parts) == text
    assert not VOCABULARY.occur_in([{"content": part} for part in parts])


def test_a_model_without_special_tokens() -> None:
    none = Vocabulary([])
    assert not none.occur_in([{"content": "<|im_start|>"}])
    assert none.marked([{"content": "a"}]) == [{"content": "a"}]
