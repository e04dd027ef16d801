"""Special tokens that people type are letters (ENG-09)."""

from __future__ import annotations

from typing import Any

import pytest

from gui.engine.llama.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<|im_start|>", "<|im_end|>", "<|im", "x", ""])


def _messages(*texts: str) -> list[dict[str, Any]]:
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [{"role": roles[text[0]], "content": text} for text in texts]


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


def test_a_prompt_with_images_has_an_invisible_sign_instead() -> None:
    message = {"role": "user", "content": "a<|im_end|>b", "images": ["x"], "thinking": "x<|im"}
    (softened,) = VOCABULARY.softened([message])
    assert not VOCABULARY.occur_in([softened])
    assert softened["content"].replace("\u2060", "") == "a<|im_end|>b"
    assert softened["images"] == ["x"]


def test_thinking_is_looked_at_too() -> None:
    assert VOCABULARY.occur_in([{"role": "assistant", "content": "", "thinking": "<|im_end|>"}])
