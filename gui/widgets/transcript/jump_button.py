"""The round button that leads back to the newest words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui import theme
from gui.language import tr

SIZE = 36


class JumpButton(QAbstractButton):
    """Appears when the reader has left the end; painted, so it costs no icon font."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(SIZE, SIZE))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip(tr("Jump to latest"))
        self.setAccessibleName(tr("Jump to latest"))
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """A disc with an arrow that points down."""
        colours = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.bubble if self.underMouse() else colours.surface))
        painter.drawEllipse(QPointF(SIZE / 2, SIZE / 2), SIZE / 2 - 1, SIZE / 2 - 1)
        pen = QPen(QColor(colours.ink), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        x, y = SIZE / 2, SIZE / 2
        painter.drawLine(QPointF(x, y - 6), QPointF(x, y + 6))
        head = [QPointF(x - 5, y + 1), QPointF(x, y + 6), QPointF(x + 5, y + 1)]
        painter.drawPolyline(QPolygonF(head))
        painter.end()
