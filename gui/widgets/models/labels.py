"""Labels of plain text: one that cuts what has no room, and a row of chips."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from gui import theme
from gui.widgets.models import paint

_CHIPS_HEIGHT = 20


def plain_label(kind: str = "", text: str = "", *, wraps: bool = False) -> QLabel:
    """A label that shows foreign text as it is; `kind` is a property of the style sheet."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if kind:
        label.setProperty(kind, True)
    return label


def for_tooltip(text: str) -> str:
    """Foreign text for a tooltip, which would take what looks like a tag for one."""
    return text.replace("<", "‹")


class ElidedLabel(QLabel):
    """One line, cut in its middle or at its end; the whole of it is the tooltip."""

    def __init__(self, kind: str = "", elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle):
        super().__init__()
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(1)
        if kind:
            self.setProperty(kind, True)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.wordWrap():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._elide, self.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.style().drawItemText(
            painter,
            self.rect(),
            int(flags) | int(Qt.TextFlag.TextSingleLine),
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )


class Chips(QWidget):
    """Words on rounded grounds, from left to right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setFixedHeight(_CHIPS_HEIGHT)

    def show_words(self, words: tuple[str, ...]) -> None:
        """Replace them."""
        self._words = words
        self.setVisible(bool(words))
        self.setAccessibleName(", ".join(words))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self.rect().center()
        at.setX(0)
        for word in self._words:
            if at.x() + paint.chip_width(self.font(), word) > self.width():
                break
            at.setX(paint.chip(painter, at, word, self.font(), (look.quiet, look.bubble)))
