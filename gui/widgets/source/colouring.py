"""Colours of a text, a few milliseconds at a time.

One quote can change the colour of everything behind it. What has no time is put off to
the next turn of the event loop, so no key waits for more than its own line.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import (
    QBrush,
    QColor,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from typing_extensions import override

from gui import theme
from gui.records import Colour, Span
from gui.widgets.source.language import SourceLanguage
from gui.widgets.source.units import units

_SECONDS = 0.004
"""For colours, in one turn of the event loop."""
_HEAD = 2000
_TAIL = 500
"""Of a line longer than both together only these ends are read."""


def formats(look: theme.Colours) -> dict[Colour, QTextCharFormat]:
    """How each part looks; a value is plain text and has no format."""
    return {
        Colour.KEYWORD: _format(look.accent, is_bold=True),
        Colour.PARAMETER: _format(look.teal),
        Colour.ROLE: _format(look.plum),
        Colour.QUOTE: _format(look.amber),
        Colour.COMMENT: _format(look.quiet),
        Colour.ACTION: _format(look.moss),
        Colour.ERROR: _format(look.danger),
    }


def _format(colour: str, *, is_bold: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QBrush(QColor(colour)))
    if is_bold:
        made.setFontWeight(600)
    return made


def read_ends(language: SourceLanguage, line: str, state: int) -> tuple[tuple[Span, ...], int]:
    """The spans of a line; of a very long one those of its ends, and what crosses the middle."""
    left_out = len(line) - _HEAD - _TAIL
    if left_out <= 0:
        return language.spans(line, state)
    found, after = language.spans(line[:_HEAD] + line[-_TAIL:], state)
    return tuple(_spread(span, left_out) for span in found), after


def _spread(span: Span, left_out: int) -> Span:
    start = span.start if span.start < _HEAD else span.start + left_out
    end = span.end if span.end <= _HEAD else span.end + left_out
    return Span(start, end, span.colour)


class Colouring(QSyntaxHighlighter):
    """Asks the language for each line that changed; a line's state is its block's."""

    def __init__(
        self,
        parent: QObject,
        document: QTextDocument,
        language: SourceLanguage,
        look: theme.Colours,
    ) -> None:
        super().__init__(parent)
        self._language = language
        self._formats = formats(look)
        self._put_off_from: QTextCursor | None = None
        self._last = QTextBlock()
        self._until = 0.0
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._go_on)
        self.setDocument(document)

    def recolour(self, look: theme.Colours) -> None:
        """Another theme."""
        self._formats = formats(look)
        self.rehighlight()

    @property
    def is_done(self) -> bool:
        """Whether every line has its colours."""
        return self._put_off_from is None

    @override
    def highlightBlock(self, text: str) -> None:
        if not self._turn.isActive():
            self._begin()
        elif time.perf_counter() > self._until:
            self._put_off(self.currentBlock())
            return
        self._last = self.currentBlock()
        spans, state = read_ends(self._language, text, max(self.previousBlockState(), 0))
        is_plain = text.isascii()
        for span in spans:
            if span.colour is Colour.VALUE:
                continue  # As it is: a format would cost time in each painting of a long line.
            start = span.start if is_plain else units(text, span.start)
            end = span.end if is_plain else units(text, span.end)
            self.setFormat(start, end - start, self._formats[span.colour])
        self.setCurrentBlockState(state)

    def _begin(self) -> None:
        self._until = time.perf_counter() + _SECONDS
        self._turn.start()

    def _put_off(self, block: QTextBlock) -> None:
        """Its state stays as it was, so Qt does not go on to the line behind it."""
        first = self._put_off_from
        if first is None or block.blockNumber() < first.blockNumber():
            self._put_off_from = QTextCursor(block)

    def _go_on(self) -> None:
        if self._put_off_from is None:
            return
        block = self._put_off_from.block()
        self._put_off_from = None
        self._begin()
        while block.isValid():
            if time.perf_counter() > self._until:
                self._put_off(block)
                return
            self._last = block
            self.rehighlightBlock(block)
            block = self._last.next()
