"""What of a conversation fits the context, and foreign text without special tokens."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gui.engine.gguf.reader import read_header

Message = Mapping[str, Any]

_SPECIAL_TYPES = (2, 3)  # "unknown" and "control" of llama_token_type


class Vocabulary:
    """What must be known of a model's tokens before a prompt is made.

    A person who types the text of a control token means its letters. A random seam after
    its first letter, cut out again once the template has been rendered, makes llama.cpp
    read it as letters.
    """

    def __init__(self, special: Iterable[str], longest: int = 1024) -> None:
        """`special` are the texts of control tokens, `longest` the bytes of any token."""
        alternatives = "|".join(re.escape(text) for text in sorted(special) if len(text) > 1)
        self._pattern = (
            re.compile(f"(?=(?:{alternatives}))(.)", re.DOTALL) if alternatives else None
        )
        self._seam = f"\ue000{secrets.token_hex(8)}\ue001"
        self._longest = longest

    @classmethod
    def of_model(cls, path: Path) -> Vocabulary:
        """The tokens that the model file lists."""
        metadata = read_header(path, arrays=True).metadata
        tokens = metadata.get("tokenizer.ggml.tokens", [])
        kinds = metadata.get("tokenizer.ggml.token_type", [])
        special = (
            text for text, kind in zip(tokens, kinds, strict=False) if kind in _SPECIAL_TYPES
        )
        return cls(special, max((len(text.encode()) for text in tokens), default=1024))

    def cannot_fit(self, messages: Iterable[Message], room: int) -> bool:
        """Whether the messages are more than `room` tokens, however they are cut."""
        size = sum(len(message["content"].encode()) for message in messages)
        return size > room * self._longest

    def occur_in(self, messages: Iterable[Message]) -> bool:
        """Whether any of the messages holds one."""
        pattern = self._pattern
        return pattern is not None and any(pattern.search(m["content"]) for m in messages)

    def marked(self, messages: Iterable[Message]) -> list[Message]:
        """The messages with a seam inside every special text."""
        return [{**message, "content": self._mark(message["content"])} for message in messages]

    def parts(self, rendered: str) -> list[str]:
        """A rendered prompt cut at the seams; joined, the parts are what was written."""
        return rendered.split(self._seam)

    def _mark(self, text: str) -> str:
        return self._pattern.sub(rf"\1{self._seam}", text) if self._pattern else text


def fitted(
    messages: Sequence[Message], count: Callable[[Sequence[Message]], int], room: int
) -> tuple[list[Message], int]:
    """What is left of messages that are more than `room` tokens, and how many tokens it is.

    The oldest go first; system messages and the last message always stay, so the result
    may still be too long.
    """
    droppable = [
        index for index, message in enumerate(messages[:-1]) if message["role"] != "system"
    ]
    if not droppable:
        return list(messages), count(messages)
    low, high = 1, len(droppable)
    while low < high:
        middle = (low + high) // 2
        if count(_without(messages, droppable[:middle])) <= room:
            high = middle
        else:
            low = middle + 1
    kept = _without(messages, droppable[:low])
    return kept, count(kept)


def _without(messages: Sequence[Message], dropped: Sequence[int]) -> list[Message]:
    gone = set(dropped)
    return [message for index, message in enumerate(messages) if index not in gone]
