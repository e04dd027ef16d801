"""Paints one block of a message: its text, and the grounds and marks Qt does not draw."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPen,
    QTextCharFormat,
    QTextCursor,
)

from gui.language import tr
from gui.widgets.transcript.actions import code_rect, span_rects
from gui.widgets.transcript.document import BlockDocument, CodeRun
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.shown import ShownBlock

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Brush:
    """Fills and words in the style of a message; the painter's origin is its top."""

    def __init__(self, painter: QPainter, layout: MessageLayout) -> None:
        self._painter = painter
        self._layout = layout
        self._style = layout.style
        self._colours = layout.style.colours

    def _fill(self, rect: QRectF, colour: str, radius: float) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(colour))
        self._painter.drawRoundedRect(rect, radius, radius)

    def _caret(self, x: float, y: float, *, is_open: bool) -> None:
        """The sign of a fold, 8 px wide from `x` on; `y` is its middle."""
        px = self._style.px
        arm = px(4)
        self._painter.setPen(QPen(QColor(self._colours.quiet), px(1.5)))
        if is_open:
            points = [QPointF(x, y - arm / 2), QPointF(x + arm, y + arm / 2)]
            points.append(QPointF(x + 2 * arm, y - arm / 2))
        else:
            points = [QPointF(x + arm / 2, y - arm), QPointF(x + arm * 1.5, y)]
            points.append(QPointF(x + arm / 2, y + arm))
        self._painter.drawPolyline(points)

    def _fitting(self, words: str, width: float, font: QFont) -> str:
        """`words`, cut at the end if they are wider than `width` px."""
        return QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, width)

    def _text(
        self,
        rect: QRectF,
        words: str,
        colour: str,
        flags: Qt.AlignmentFlag,
        font: QFont | None = None,
    ) -> None:
        self._painter.setFont(font or self._style.small)
        self._painter.setPen(QColor(colour))
        self._painter.drawText(rect, flags | Qt.TextFlag.TextSingleLine, words)


class BlockPainter(Brush):
    """Paints the blocks of a message."""

    def paint(
        self,
        block: ShownBlock,
        selected: tuple[int, int] | None,
        top: float,
        bottom: float,
    ) -> None:
        """Paint a block if it reaches between two y of the message; offsets are selected."""
        document = block.document
        if document is None or block.y + block.height < top or block.y > bottom:
            return
        for run in document.code_runs:
            self._code_ground(block, run)
        self._inline_code(block, document.inline_codes)
        self._painter.save()
        y = self._layout.text_top(block)
        self._painter.translate(self._layout.text_left(block), y)
        if document.marks:
            self._marks(document, block)
        clip = QRectF(0, top - y, self._layout.frame.width, bottom - top)
        self._draw(document, clip, selected)
        self._painter.restore()

    def _draw(
        self, document: BlockDocument, clip: QRectF, selected: tuple[int, int] | None
    ) -> None:
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, QColor(self._colours.ink))
        context.palette = palette
        context.clip = clip
        if selected is not None:
            chosen = QAbstractTextDocumentLayout.Selection()
            cursor = QTextCursor(document)
            last = document.characterCount() - 1
            cursor.setPosition(min(selected[0], last))
            cursor.setPosition(min(selected[1], last), QTextCursor.MoveMode.KeepAnchor)
            characters = QTextCharFormat()
            characters.setBackground(self._style.brush(self._colours.selection))
            chosen.cursor = cursor
            chosen.format = characters
            context.selections = [chosen]
        document.documentLayout().draw(self._painter, context)

    def _code_ground(self, block: ShownBlock, run: CodeRun) -> None:
        rect, px = code_rect(self._layout, block, run), self._style.px
        radius = px(8)
        self._painter.save()
        self._painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        ground = rect.adjusted(
            0, 0 if run.has_header else -2 * radius, 0, 0 if run.has_end else 2 * radius
        )
        colour = self._colours.surface if self._layout.is_user else self._colours.code
        self._fill(ground, colour, radius)
        self._painter.restore()
        if run.has_header:
            label = QRectF(rect.left() + px(16), rect.top() + px(4), rect.width() / 2, px(32))
            language = run.language or tr("code")
            self._text(label, language, self._colours.quiet, LEFT)

    def _marks(self, document: BlockDocument, block: ShownBlock) -> None:
        """Bullets, numbers, quote bars and rules of a document."""
        place, px = document.documentLayout(), self._style.px
        for mark in document.marks:
            text = document.findBlockByNumber(mark.block)
            rect = place.blockBoundingRect(text)
            if mark.marker:
                line = text.layout().lineAt(0)
                baseline = text.layout().position().y() + line.y() + line.ascent()
                metrics = QFontMetricsF(self._style.body)
                x = mark.left - px(8) - metrics.horizontalAdvance(mark.marker)
                self._painter.setFont(self._style.body)
                self._painter.setPen(QColor(self._colours.quiet))
                self._painter.drawText(QPointF(x, baseline), mark.marker)
            if mark.bars:
                top = rect.top()
                if mark.block:
                    top -= mark.gap + px(2)
                elif block.source.continues:
                    top -= self._style.gap
                for bar in mark.bars:
                    where = QRectF(bar, top, px(3), rect.bottom() - top)
                    self._fill(where, self._colours.line, 0)
            if mark.is_rule:
                y = round(rect.center().y())
                self._painter.setPen(QPen(QColor(self._colours.line), 1))
                right = self._layout.text_width(block)
                self._painter.drawLine(QPointF(mark.left, y), QPointF(right, y))

    def _inline_code(self, block: ShownBlock, codes: list[tuple[int, int]]) -> None:
        """The soft ground of code within sentences."""
        px = self._style.px
        colour = self._colours.surface if self._layout.is_user else self._colours.bubble
        for start, length in codes:
            for rect in span_rects(self._layout, block, start, length):
                self._fill(rect.adjusted(-px(2), px(1), px(2), -px(1)), colour, px(4))
