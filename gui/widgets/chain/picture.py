"""A picture of a chain: what comes from where, as boxes and arrows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records.preset_editing import ChainBox, ChainGraph
from gui.widgets.chain.routes import Picture, head, laid_out
from gui.widgets.models import paint
from gui.widgets.models.labels import for_tooltip

_RADIUS = 10


class ChainPicture(QWidget):
    """A click, or arrows and Enter, chooses a step; screen readers are told it in words."""

    chosen = Signal(object)  # Place

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graph = ChainGraph()
        self.picture: Picture = laid_out(self.graph, 200)
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Picture of the chain"))

    def show_graph(self, graph: ChainGraph) -> None:
        """Another picture."""
        if graph != self.graph:
            self.graph = graph
            self._current = min(self._current, len(graph.boxes) - 1)
            self._lay_out()
            self.setAccessibleDescription(in_words(graph))

    def _lay_out(self) -> None:
        self.picture = laid_out(self.graph, max(160, self.width()))
        self.setMinimumSize(QSize(round(min(self.picture.width, 220)), round(self.picture.height)))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(round(self.picture.width), round(self.picture.height))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for arrow, line in zip(self.graph.arrows, self.picture.lines, strict=True):
            colour = QColor(look.teal if arrow.when else look.quiet)
            style = Qt.PenStyle.DashLine if arrow.when else Qt.PenStyle.SolidLine
            painter.setPen(QPen(colour, 1.4, style))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(line)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPath(head(line))
        for number, (box, rect) in enumerate(
            zip(self.graph.boxes, self.picture.boxes, strict=True)
        ):
            self._paint_box(painter, box, rect, look, is_current=number == self._current)

    def _paint_box(
        self,
        painter: QPainter,
        box: ChainBox,
        rect: QRectF,
        look: theme.Colours,
        *,
        is_current: bool,
    ) -> None:
        has_ring = is_current and self.hasFocus()
        painter.setPen(QPen(QColor(look.accent if has_ring else look.line), 1.2))
        painter.setBrush(QColor(look.surface if box.place is not None else look.bubble))
        radius = _RADIUS if box.place is not None else rect.height() / 2
        painter.drawRoundedRect(rect, radius, radius)
        inside = rect.adjusted(10, 3, -10, -3).toRect()
        font = paint.sized(self.font(), 13, bold=box.place is not None)
        if not box.detail:
            _centred(painter, inside, box.title, font, look.ink)
            return
        half = inside.height() // 2
        _centred(painter, inside.adjusted(0, 0, 0, -half), box.title, font, look.ink)
        small = paint.sized(self.font(), 11)
        _centred(painter, inside.adjusted(0, half, 0, 0), box.detail, small, look.quiet)

    def number_at(self, point: QPointF) -> int:
        """The box there, -1 for none."""
        found = (n for n, box in enumerate(self.picture.boxes) if box.contains(point))
        return next(found, -1)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self.number_at(event.position()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position())
        is_step = number >= 0 and self.graph.boxes[number].place is not None
        shape = Qt.CursorShape.PointingHandCursor if is_step else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        steps = [n for n, box in enumerate(self.graph.boxes) if box.place is not None]
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._current)
        elif key in by and steps:
            at = steps.index(self._current) + by[Qt.Key(key)] if self._current in steps else 0
            self._current = steps[min(max(at, 0), len(steps) - 1)]
            self.update()
        else:
            super().keyPressEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.number_at(QPointF(event.pos()))
            text = self.graph.boxes[number].title if number >= 0 else ""
            QToolTip.showText(event.globalPos(), for_tooltip(text), self)
            return True
        return super().event(event)

    def _choose(self, number: int) -> None:
        self._current = number
        self.update()
        if number >= 0 and (place := self.graph.boxes[number].place) is not None:
            self.chosen.emit(place)


def in_words(graph: ChainGraph) -> str:
    """The picture for who cannot see it: a sentence for each box that takes something."""
    sentences = []
    for number, box in enumerate(graph.boxes):
        titles = [graph.boxes[a.start].title for a in graph.arrows if a.end == number]
        if titles:
            names = ", ".join(dict.fromkeys(titles))
            sentences.append(tr("{step} takes {names}.", step=box.title, names=names))
    return " ".join(sentences)


def _centred(painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
    """One line of foreign text, cut where the room ends."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    line = " ".join(text.split())
    fitted = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, rect.width())
    flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextSingleLine)
    painter.drawText(rect, flags, fitted)
