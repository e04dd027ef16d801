"""A prompt: several lines of text whose names in braces are marked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui import theme
from gui.widgets.modelfile.text_field import TextField

_BRACES = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}")
_SPARE = 4
_MOST_MARKED = 5_000
"""Characters of a line; what is behind them stays plain, so that typing stays quick."""


class _Marker(QSyntaxHighlighter):
    """Colours names that something gives, and underlines those that nothing does."""

    def __init__(self, document: QTextDocument, look: theme.Colours) -> None:
        super().__init__(document)
        self.names: frozenset[str] = frozenset()
        self.look = look

    @override
    def highlightBlock(self, text: str) -> None:
        known, unknown = QTextCharFormat(), QTextCharFormat()
        known.setForeground(QColor(self.look.accent))
        unknown.setForeground(QColor(self.look.amber))
        unknown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        unknown.setUnderlineColor(QColor(self.look.amber))
        units = _Units(text[:_MOST_MARKED])
        for match in _BRACES.finditer(text[:_MOST_MARKED]):
            if (name := match["name"]) is not None:
                start, end = units.at(match.start()), units.at(match.end())
                self.setFormat(start, end - start, known if name in self.names else unknown)


class _Units:
    """Qt counts UTF-16 units, Python characters."""

    def __init__(self, text: str) -> None:
        self._wide = [place for place, character in enumerate(text) if ord(character) > 0xFFFF]

    def at(self, offset: int) -> int:
        return offset + sum(place < offset for place in self._wide)


class TemplateField(TextField):
    """`show_names` says what can be named; a name can be put in at the cursor."""

    _marker: _Marker | None = None

    def __init__(
        self, label: str, lines: tuple[int, int] = (2, 14), parent: QWidget | None = None
    ) -> None:
        super().__init__(label, lines, parent)
        self._marker = _Marker(self.document(), theme.colours(self.palette()))

    def show_names(self, names: Iterable[str]) -> None:
        """What can be named from now on."""
        if self._marker is not None and (known := frozenset(names)) != self._marker.names:
            self._marker.names = known
            self._marker.rehighlight()

    def insert_name(self, name: str) -> None:
        """Put a name in braces where the cursor is."""
        self.textCursor().insertText("{" + name + "}")
        self.setFocus()

    @override
    def sizeHint(self) -> QSize:
        """As high as its lines, some of which may be higher for the letters in them."""
        hint, layout = super().sizeHint(), self.document().documentLayout()
        if self.blockCount() > self._most:
            return hint
        block, height = self.document().begin(), 0.0
        while block.isValid():
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        most = self._most * self.fontMetrics().lineSpacing()
        frame = 2 * (round(self.document().documentMargin()) + self.frameWidth()) + _SPARE
        return QSize(hint.width(), max(hint.height(), min(most, math.ceil(height)) + frame))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._marker is not None:
            look = theme.colours(self.palette())
            if look != self._marker.look:
                self._marker.look = look
                self._marker.rehighlight()
