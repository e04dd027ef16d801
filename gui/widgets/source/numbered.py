"""A text with a margin for numbers, and lines that may stand on a tinted ground."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from gui import theme

_SCALE = 0.95
_NUMBER_SCALE = 0.85
_GAP = 8


class _Margin(QWidget):
    """The strip beside the text; its field paints it."""

    def __init__(self, field: NumberedField) -> None:
        super().__init__(field)
        self._field = field

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._field.paint_margin(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip:
            if isinstance(event, QHelpEvent):
                self._field.show_margin_tooltip(event)
            return True
        return super().event(event)


class NumberedField(QPlainTextEdit):
    """Plain text in the font of code, wrapped; what stands in the margin is said by who derives."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("source")
        self.setFont(theme.code_font(_SCALE))
        self.number_font = theme.code_font(_SCALE * _NUMBER_SCALE)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self.document().setDocumentMargin(_GAP)
        self.margin = _Margin(self)
        self.blockCountChanged.connect(self.fit_margin)
        self.updateRequest.connect(self._scroll_margin)

    @property
    def look(self) -> theme.Colours:
        """The theme this field is in."""
        return theme.colours(self.palette())

    def margin_width(self) -> int:
        """The pixels the numbers take."""
        raise NotImplementedError

    def paint_number(self, painter: QPainter, line: int, box: QRect) -> None:
        """What stands beside the first row of `line`, which counts from 0; `box` is that row."""
        raise NotImplementedError

    def ground(self, line: int) -> str:
        """The colour behind a line, "" for none."""
        raise NotImplementedError

    def paint_margin_ground(self, painter: QPainter, line: int, box: QRect) -> None:
        """What lies under the margin of all rows of `line`."""

    def show_margin_tooltip(self, event: QHelpEvent) -> None:
        """The mouse rests on the margin."""

    def digits_width(self, number: int) -> int:
        """The pixels that numbers up to `number` take, of two digits at least."""
        digits = max(2, len(str(number)))
        return QFontMetrics(self.number_font).horizontalAdvance("9" * digits)

    def fit_margin(self) -> None:
        """Make room for the numbers there are."""
        if self.viewportMargins().left() != self.margin_width():
            self.setViewportMargins(self.margin_width(), 0, 0, 0)
        self._place_margin()

    def line_boxes(self, area: QRect) -> Iterator[tuple[int, QRect, int]]:
        """The lines that are seen in `area`: number from 0, box, height of the first row."""
        block, top = self.firstVisibleBlock(), self.contentOffset().y()
        while block.isValid() and top <= area.bottom():
            row, bottom = self._rows(block)
            if top + bottom >= area.top():
                box = QRect(0, round(top), self.viewport().width(), round(bottom))
                yield block.blockNumber(), box, round(row)
            top += bottom
            block = block.next()

    def _rows(self, block: QTextBlock) -> tuple[float, float]:
        """Where the first row of a line ends, and the last; Qt itself would look at all rows."""
        layout = block.layout()
        if not layout.lineCount():
            self.blockBoundingRect(block)  # lays it out
        if not layout.lineCount():
            return 0, 0
        first, last = layout.lineAt(0), layout.lineAt(layout.lineCount() - 1)
        return first.y() + first.height(), last.y() + last.height()

    def paint_margin(self, event: QPaintEvent) -> None:
        """The numbers of the lines that are seen."""
        painter = QPainter(self.margin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.number_font)
        for line, box, height in self.line_boxes(event.rect()):
            width = self.margin.width()
            self.paint_margin_ground(painter, line, QRect(0, box.top(), width, box.height()))
            self.paint_number(painter, line, QRect(0, box.top(), width, height))
        painter.end()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        for line, box, _ in self.line_boxes(event.rect()):
            if tint := self.ground(line):
                wide = QRect(0, box.top(), self.viewport().width(), box.height())
                painter.fillRect(wide, QColor(tint))
        painter.end()
        super().paintEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_margin()

    def _place_margin(self) -> None:
        seen = self.viewport().geometry()
        width = self.margin_width()
        corner = QPoint(seen.left() - width, seen.top())
        self.margin.setGeometry(QRect(corner, seen.size()).adjusted(0, 0, width - seen.width(), 0))
        self.margin.update()

    def _scroll_margin(self, area: QRect, pixels: int) -> None:
        if pixels:
            self.margin.scroll(0, pixels)
        self.margin.update(0, area.top(), self.margin.width(), area.height())
