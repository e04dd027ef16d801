"""A dropdown in the theme's clothes, which scrolling a form does not change."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from gui import theme

CARET = 12


def paint_caret(widget: QWidget, painter: QPainter, place: QRect, *, up: bool = False) -> None:
    """A small arrow in the middle of `place`."""
    look = theme.colours(widget.palette())
    picture = theme.icon("caret-up" if up else "caret-down", look.quiet)
    mark = QRect(place.topLeft(), QSize(CARET, CARET))
    mark.moveCenter(place.center())
    picture.paint(painter, mark)


class Choice(QComboBox):
    """A style sheet that rounds a dropdown loses its arrow; here it is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("field", True)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        paint_caret(self, painter, QRect(self.width() - 26, 0, 22, self.height()))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
