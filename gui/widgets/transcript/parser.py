"""The Markdown parsers: raw HTML stays text, links pass the gate, nesting is capped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from gui.widgets.transcript.links import safe_target

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 60
"""Where the parser stops going deeper, dropping what is inside (so we must stop before)."""
MAX_LEVEL = 40
"""Token level above which a block is shown as plain text instead."""
MAX_BRACKETS = 400
"""Opening brackets above which a block is shown as plain text: links are tried at each."""
MAX_STARS = 600
"""Asterisks above which a block is shown as plain text: each is paired with the ones before."""


@cache
def markdown() -> MarkdownIt:
    """The parser of replies: CommonMark with tables and strikethrough, no HTML."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _offered  # type: ignore[method-assign]
    return parser


@cache
def literal() -> MarkdownIt:
    """The parser of what people write: every character as it is, but fenced code is code."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False}).enable("fence")


def top_level(text: str, *, is_literal: bool, references: dict[str, Any]) -> Sequence[Token]:
    """The block tokens of `text`, its inline text not parsed; definitions go to `references`."""
    parser = literal() if is_literal else markdown()
    tokens: list[Token] = []
    parser.block.parse(text, parser, {"references": references}, tokens)
    return tokens


def parse(text: str, references: dict[str, Any]) -> Sequence[Token] | None:
    """All tokens of one block; None if it is too deep or too dense to be taken apart."""
    if _is_dense(text):
        return None
    tokens = markdown().parse(text, {"references": dict(references)})
    deepest = max((token.level for token in tokens), default=0)
    return None if deepest > MAX_LEVEL else tokens


def parse_inline(text: str, references: dict[str, Any]) -> Sequence[Token] | None:
    """The same for text known to be the inside of a paragraph."""
    if _is_dense(text):
        return None
    return markdown().parseInline(text, {"references": dict(references)})


def _is_dense(text: str) -> bool:
    """Whether taking `text` apart could take long (REN-07)."""
    return text.count("[") > MAX_BRACKETS or text.count("*") + text.count("_") > MAX_STARS


def _offered(url: str) -> bool:
    return safe_target(url) is not None
