"""How much of the model's context this conversation fills."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr

_NEARLY_FULL = 0.85


class ContextMeter(QWidget):
    """A small bar; the counts are in its tooltip and its accessible name.

    A click asks what is in it; the keyboard has Ctrl+I for that.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedSize(QSize(72, 20))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_counts(self, used: int, context_length: int) -> None:
        """`used` of `context_length` tokens; 0 of anything hides the meter."""
        self.setVisible(used > 0 and context_length > 0)
        if not context_length:
            return
        self._share = min(1.0, used / context_length)
        text = tr(
            "{used} of {all} tokens of context used", used=f"{used:,}", all=f"{context_length:,}"
        )
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, self.height() / 2 - 3, self.width(), 6)
        painter.setBrush(QColor(look.line))
        painter.drawRoundedRect(bar, 3, 3)
        bar.setWidth(max(6.0, bar.width() * self._share))
        painter.setBrush(QColor(look.danger if self._share > _NEARLY_FULL else look.accent))
        painter.drawRoundedRect(bar, 3, 3)
