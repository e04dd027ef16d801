"""Several lines of text, as high as they need; Tab goes on to the next field."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

_MARGIN, _BORDER, _SPARE = 6, 1, 3
_NARROWEST = 80


class TextField(QPlainTextEdit):
    """`edited` tells what the person changed, never what was shown."""

    edited = Signal(str)

    def __init__(
        self, label: str, lines: tuple[int, int] = (1, 12), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._least, self._most = lines
        self._last = ""
        self.setProperty("field", True)
        self.setAccessibleName(label)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(_MARGIN)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        self.textChanged.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Have this in the field; nothing moves if it is there already."""
        if text != self.toPlainText():
            self._last = text
            self.setPlainText(text)

    def _tell(self) -> None:
        # Composing a syllable is a change of nothing yet.
        text = self.toPlainText()
        if text != self._last:
            self._last = text
            self.edited.emit(text)

    @override
    def sizeHint(self) -> QSize:
        lines = max(self._least, min(self._most, round(self.document().size().height())))
        text = lines * self.fontMetrics().lineSpacing()
        return QSize(_NARROWEST, text + 2 * (_MARGIN + _BORDER) + _SPARE)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower, the same text needs more lines."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """A form is scrolled past a field that shows all of its text."""
        bar = self.verticalScrollBar()
        if self.hasFocus() and bar.maximum() > bar.minimum():
            super().wheelEvent(event)
        else:
            event.ignore()
