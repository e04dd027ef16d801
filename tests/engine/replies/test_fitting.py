"""What of a conversation fits the context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gui.engine.replies.fitting import fitted, surely_fit
from gui.engine.replies.messages import Message


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


@pytest.mark.parametrize(
    ("texts", "room", "surely"),
    [
        (["u" + "a" * 100], 430, True),
        (["u" + "a" * 100], 410, False),
        (["u" + "온" * 100], 430, False),
        (["u", "a", "u"], 460, True),
        (["u", "a", "u"], 440, False),
    ],
)
def test_short_conversations_need_no_counting(texts: list[str], room: int, surely: bool) -> None:
    assert surely_fit(_messages(*texts), room) is surely


def test_tool_calls_are_always_counted() -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [{"function": {}}]}
    assert not surely_fit([call], 10_000)
