"""Foreign text without special tokens: what people type is letters."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from gui.engine.gguf.header import GgufHeader

Message = Mapping[str, Any]

_SPECIAL_TYPES = (2, 3)  # "unknown" and "control" of llama_token_type
_WORD_JOINER = "\u2060"
_WRITTEN = ("content", "thinking")


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
    def of_header(cls, header: GgufHeader) -> Vocabulary:
        """The tokens that a model's header lists; its long arrays must be in it."""
        metadata = header.metadata
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
        return pattern is not None and any(
            pattern.search(message.get(key, "")) for message in messages for key in _WRITTEN
        )

    def marked(self, messages: Iterable[Message]) -> list[Message]:
        """The messages with a seam inside every special text."""
        return [self._broken(message, self._seam) for message in messages]

    def softened(self, messages: Iterable[Message]) -> list[Message]:
        """The messages with an invisible sign inside every special text.

        For prompts with images, which llama.cpp takes only as one text.
        """
        return [self._broken(message, _WORD_JOINER) for message in messages]

    def parts(self, rendered: str) -> list[str]:
        """A rendered prompt cut at the seams; joined, the parts are what was written."""
        return rendered.split(self._seam)

    def _broken(self, message: Message, by: str) -> dict[str, Any]:
        if self._pattern is None:
            return dict(message)
        pattern = self._pattern
        return {
            key: pattern.sub(rf"\1{by}", value) if key in _WRITTEN else value
            for key, value in message.items()
        }
