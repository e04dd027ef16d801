"""A reply taken apart as it comes in: text, thinking and tool calls.

However the reply is cut into chunks, the parts come to the same. Nothing is lost: what
looked like a tag or a call and was none is given as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gui.engine.templates.calls import CallFinder
from gui.engine.templates.parts import Part, TextPart, ThinkingPart, ToolCallPart, joined
from gui.engine.templates.rendering import Template
from gui.engine.templates.tags import ReplyTags
from gui.engine.templates.thoughts import ThinkingSplitter

__all__ = ["ReplyParser", "TextPart", "ThinkingPart", "ToolCallPart"]

_COMMON = ReplyTags("<think>", "</think>", "<tool_call>", "</tool_call>")


class ReplyParser:
    """Takes one reply apart; make a new one for the next."""

    def __init__(
        self,
        tags: ReplyTags,
        tools: Sequence[Mapping[str, Any]],
        *,
        thinks: bool,
        prompt: str,
        bare_calls: bool = False,
    ) -> None:
        """Look for thinking if `thinks`, and for calls of `tools`, which are wire dicts.

        A `prompt` that ends with the tag that starts thinking has already begun it. With
        `bare_calls` a reply that is a call without a tag counts too.
        """
        start, end = (tags.thinking_start, tags.thinking_end) if thinks else ("", "")
        begun = bool(start) and prompt.rstrip().endswith(start)
        self._splitter = ThinkingSplitter(start, end, begun=begun) if start and end else None
        names = frozenset(_name(tool) for tool in tools) - {""}
        self._finder = CallFinder(tags, names, bare=bare_calls) if names else None

    @classmethod
    def of_template(
        cls, template: Template, tools: Sequence[Mapping[str, Any]], *, thinks: bool, prompt: str
    ) -> ReplyParser:
        """A parser for the tags that the template shows."""
        return cls(template.tags, tools, thinks=thinks, prompt=prompt)

    @classmethod
    def common(
        cls, tools: Sequence[Mapping[str, Any]], *, thinks: bool, prompt: str
    ) -> ReplyParser:
        """A parser for the most usual tags, and for calls without any."""
        return cls(_COMMON, tools, thinks=thinks, prompt=prompt, bare_calls=True)

    def feed(self, text: str) -> list[Part]:
        """What more of the reply makes certain."""
        return joined(self._found(self._split(text), last=False))

    def finish(self) -> list[Part]:
        """What was held back, now that the reply is over."""
        split = self._splitter.finish() if self._splitter else []
        return joined(self._found(split, last=True))

    def _split(self, text: str) -> list[Part]:
        return self._splitter.feed(text) if self._splitter else [TextPart(text)]

    def _found(self, parts: list[Part], *, last: bool) -> list[Part]:
        if self._finder is None:
            return parts
        found: list[Part] = []
        for part in parts:
            if isinstance(part, TextPart):
                found += self._finder.feed(part.text)
            else:
                found.append(part)
        return found + self._finder.finish() if last else found


def _name(tool: Mapping[str, Any]) -> str:
    return str((tool.get("function") or {}).get("name") or "")
