"""Findings at their places in a text; the places move with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from gui import theme
from gui.records import Diagnostic, Severity
from gui.widgets.source.units import units

_WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def severity_colour(severity: Severity, look: theme.Colours) -> str:
    """The colour of how bad it is."""
    match severity:
        case Severity.ERROR:
            return look.danger
        case Severity.WARNING:
            return look.amber
        case Severity.NOTE:
            return look.quiet


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding and its characters, which the cursor has selected."""

    finding: Diagnostic
    cursor: QTextCursor

    @property
    def line(self) -> int:
        """Where it is now, from 0 on."""
        return self.cursor.document().findBlock(self.cursor.selectionStart()).blockNumber()


class Marks:
    """The findings of one document, in the order of their places."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self.all: tuple[Mark, ...] = ()

    def show(self, findings: Sequence[Diagnostic]) -> None:
        """Replace them."""
        ordered = sorted(findings, key=lambda each: (each.line, each.column))
        self.all = tuple(Mark(finding, self._cursor(finding)) for finding in ordered)

    def place(self, line: int, column: int) -> int:
        """The position of a line from 1 and a column from 0, or the nearest there is."""
        block = self._block(line)
        text = block.text()
        return block.position() + units(text, min(max(column, 0), len(text)))

    def _block(self, line: int) -> QTextBlock:
        count = self._document.blockCount()
        return self._document.findBlockByNumber(min(max(line, 1), count) - 1)

    def selections(self, look: theme.Colours) -> list[QTextEdit.ExtraSelection]:
        """Wavy lines; they are painted over the text and are no part of it."""
        made = []
        for mark in reversed(self.all):
            selection = QTextEdit.ExtraSelection()
            form = QTextCharFormat()
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(QColor(severity_colour(mark.finding.severity, look)))
            # The binding of these two does not know that they can be written.
            selection.format = form
            selection.cursor = mark.cursor
            made.append(selection)
        return made

    def severities(self) -> dict[int, Severity]:
        """The worst of each line that has findings; lines count from 0."""
        worst: dict[int, Severity] = {}
        for mark in self.all:
            line, severity = mark.line, mark.finding.severity
            known = worst.get(line, Severity.NOTE)
            worst[line] = min(known, severity, key=_WORST_FIRST.index)
        return worst

    def on_line(self, line: int) -> list[Diagnostic]:
        """The findings of a line, which counts from 0."""
        return [mark.finding for mark in self.all if mark.line == line]

    def at(self, position: int) -> list[Diagnostic]:
        """The findings about the character behind `position`."""
        return [
            mark.finding
            for mark in self.all
            if mark.cursor.selectionStart() <= position < mark.cursor.selectionEnd()
        ]

    def beside(self, position: int, step: int) -> int | None:
        """The number of the next finding (`step` 1) or the one before (-1), round the end."""
        if not self.all:
            return None
        starts = [mark.cursor.selectionStart() for mark in self.all]
        if step > 0:
            return next((i for i, start in enumerate(starts) if start > position), 0)
        before = [i for i, start in enumerate(starts) if start < position]
        return before[-1] if before else len(starts) - 1

    def _cursor(self, finding: Diagnostic) -> QTextCursor:
        """One character at least, so that it can be seen."""
        length = len(self._block(finding.line).text())
        start = min(max(finding.column, 0), length)
        end = min(max(finding.end_column, start + 1), length)
        if start == end:
            start = max(start - 1, 0)
        first, last = self.place(finding.line, start), self.place(finding.line, end)
        cursor = QTextCursor(self._document)
        cursor.setPosition(first)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        return cursor


def in_words(finding: Diagnostic) -> str:
    """What is so and what to do."""
    return f"{finding.message} {finding.mend}".rstrip()
