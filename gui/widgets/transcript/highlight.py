"""Colours for code: Pygments in small slices, set over the text without changing it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtGui import QColor, QTextCharFormat, QTextLayout

from gui.widgets.transcript.document import BlockDocument

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LARGEST = 200_000
"""Code longer than this stays plain, characters (REN-11)."""

Span = tuple[int, int, str]
"""Start, length and kind of a stretch of code."""

_KINDS = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Constant", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"),
    ("Token.Name.Builtin", "builtin"),
    ("Token.Generic.Deleted", "keyword"),
    ("Token.Generic.Inserted", "string"),
    ("Token.Generic.Heading", "name"),
)
COLOURS = {
    "light": {
        "comment": "#6F665D",
        "keyword": "#9C4221",
        "string": "#4D6627",
        "number": "#8A5A00",
        "name": "#2B5F8F",
        "builtin": "#6F4B8B",
    },
    "dark": {
        "comment": "#9A9188",
        "keyword": "#E8A27E",
        "string": "#AEC488",
        "number": "#E2BC74",
        "name": "#92BBDF",
        "builtin": "#C6AAE3",
    },
}


class Lexers:
    """Lexers by language, loaded in a thread because the first one costs 30 ms."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lexers")
        self._found: dict[str, Future[Lexer | None]] = {}

    def warm(self) -> None:
        """Import the parsers before they are needed."""
        self._thread.submit(_import_parsers)

    def find(self, language: str) -> Future[Lexer | None]:
        """The lexer for the word after a fence, None inside if there is none."""
        language = language.lower().strip("{}.,:")
        if language not in self._found:
            self._found[language] = self._thread.submit(_load, language)
        return self._found[language]

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _import_parsers() -> None:
    from gui.widgets.transcript.parser import literal, markdown

    markdown()
    literal()
    _load("python")


def _load(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if not language:
        return None
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    for _ in lexer.get_tokens_unprocessed("x\n"):
        pass
    return lexer


class Coloured(Protocol):
    """What a job colours: keeps the spans of each run of code, has a document at times."""

    document: BlockDocument | None
    spans: dict[int, list[Span]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters [start, start + length) of a code, shown by one run of one block."""

    block: Coloured
    run: int
    start: int
    length: int


class ColouringJob:
    """Lexes one code and colours its stretches, some milliseconds at a time."""

    def __init__(self, code: str, lexer: Lexer | None, stretches: list[Stretch]) -> None:
        self._stretches = stretches
        self._tokens: Iterator[tuple[int, Any, str]] = iter(
            lexer.get_tokens_unprocessed(code) if lexer is not None else ()
        )
        self._starts = [stretch.start for stretch in stretches]
        self._spans: list[list[Span]] = [[] for _ in stretches]
        self._done = 0

    def step(self, seconds: float, theme: str) -> bool:
        """Work for about `seconds`; False when all is coloured."""
        until = perf_counter() + seconds
        for start, kind, text in self._tokens:
            self._colour_before(start, theme)
            self._add(start, start + len(text), kind_of(str(kind)))
            if perf_counter() > until:
                return True
        self._colour_before(1 << 60, theme)
        return False

    def _add(self, start: int, end: int, kind: str) -> None:
        place = bisect_right(self._starts, start) - 1
        while kind and place < len(self._stretches) and start < end:
            stretch = self._stretches[place]
            last = min(end, stretch.start + stretch.length)
            if last > start:
                self._spans[place].append((start - stretch.start, last - start, kind))
            place += 1
            start = self._starts[place] if place < len(self._starts) else end

    def _colour_before(self, place: int, theme: str) -> None:
        while self._done < len(self._stretches):
            stretch = self._stretches[self._done]
            if stretch.start + stretch.length > place:
                return
            spans = self._spans[self._done]
            stretch.block.spans[stretch.run] = spans
            document = stretch.block.document
            if document is not None and stretch.run < len(document.code_runs):
                run = document.code_runs[stretch.run]
                colour(document, run.first, run.last, spans, theme)
            self._done += 1


def colour_all(block: Coloured, theme: str) -> None:
    """Colour a new document of a block from the spans found earlier."""
    document = block.document
    for number, run in enumerate(document.code_runs if document is not None else ()):
        if document is not None and block.spans.get(number):
            colour(document, run.first, run.last, block.spans[number], theme)


def colour(document: BlockDocument, first: int, last: int, spans: list[Span], theme: str) -> None:
    """Colour text blocks first to last; spans count characters from the first one's beginning."""
    block = document.findBlockByNumber(first)
    start = base = block.position()
    waiting = iter(spans)
    span = next(waiting, None)
    for _ in range(first, last + 1):
        ranges: list[QTextLayout.FormatRange] = []
        at, end = block.position() - base, block.position() - base + block.length() - 1
        while span is not None and span[0] < end:
            begin, stop = max(span[0], at), min(span[0] + span[1], end)
            if stop > begin:
                ranges.append(_range(begin - at, stop - begin, _format(theme, span[2])))
            if span[0] + span[1] > end + 1:
                break
            span = next(waiting, None)
        if ranges or block.layout().formats():
            block.layout().setFormats(ranges)
        block = block.next()
    end = block.position() if block.isValid() else document.characterCount()
    document.markContentsDirty(start, end - start)


def kind_of(token: str) -> str:
    """Our kind for a Pygments token type; "" for what stays in ink."""
    return next((kind for prefix, kind in _KINDS if token.startswith(prefix)), "")


@cache
def _format(theme: str, kind: str) -> QTextCharFormat:
    characters = QTextCharFormat()
    characters.setForeground(QColor(COLOURS[theme][kind]))
    return characters


def _range(start: int, length: int, characters: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, characters
    return made
