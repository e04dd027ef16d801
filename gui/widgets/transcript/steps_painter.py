"""Paints the steps of a chain: their line, a row for each, labels, bars and reasons."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui import theme
from gui.language import tr
from gui.records import StepStatus
from gui.widgets.transcript.block_painter import LEFT, Brush
from gui.widgets.transcript.folds import STEPS, row_key
from gui.widgets.transcript.look import Look
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.step_row import Part, PartText, StepRow
from gui.widgets.transcript.step_targets import label_rect, row_rect
from gui.widgets.transcript.step_words import ICONS, head_line, part_word, row_facts
from gui.widgets.transcript.steps import StepsPanel

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class StepsPainter(Brush):
    """Paints the steps of a reply; the painter's origin is the top of the message."""

    def __init__(self, painter: QPainter, layout: MessageLayout, look: Look) -> None:
        super().__init__(painter, layout)
        self._look = look

    def paint(self, panel: StepsPanel, top: float, bottom: float) -> None:
        """Paint what lies between two y of the message; not the blocks of text."""
        if not panel.rows:
            return
        self._head(panel)
        if not panel.is_open:
            return
        for start, end in panel.groups():
            self._group(start, end)
        for row in panel.rows:
            if row.bottom >= top and row.top <= bottom:
                self._row(panel, row)

    def _is_under_pointer(self, key: str) -> bool:
        pressed = self._look.pressed
        return pressed is not None and pressed.value == key

    def _head(self, panel: StepsPanel) -> None:
        frame, px = self._layout.frame, self._style.px
        rect = QRectF(frame.left, panel.head_top, frame.width, px(28))
        x = rect.left() + px(4)
        self._caret(x, rect.center().y(), is_open=panel.is_open)
        rect.setLeft(x + px(16))
        is_pressed = self._is_under_pointer(STEPS)
        colour = self._colours.ink if is_pressed else self._colours.quiet
        words = self._fitting(head_line(panel), rect.width(), self._style.small)
        self._text(rect, words, colour, LEFT)

    def _group(self, top: float, bottom: float) -> None:
        """The heading of steps that ran side by side, and the bar that joins them."""
        frame, px = self._layout.frame, self._style.px
        rect = QRectF(frame.left + px(4), top, frame.width, px(24))
        self._text(rect, tr("At the same time"), self._colours.quiet, LEFT)
        bar = QRectF(frame.left + px(4), top + px(24), px(2), bottom - top - px(28))
        self._fill(bar, self._colours.line, px(1))

    def _row(self, panel: StepsPanel, row: StepRow) -> None:
        px, colours = self._style.px, self._colours
        rect = row_rect(self._layout, row)
        if self._is_under_pointer(row_key(row.record.name)):
            self._fill(rect, colours.code, px(6))
        is_open = panel.is_row_open(row)
        self._caret(rect.left() + px(4), rect.center().y(), is_open=is_open)
        self._sign(rect, row)
        facts = row_facts(row)
        facts_width = QFontMetricsF(self._style.small).horizontalAdvance(facts)
        is_failed = row.record.status is StepStatus.FAILED
        place = rect.adjusted(0, 0, -px(8), 0)
        self._text(place, facts, colours.danger if is_failed else colours.quiet, _RIGHT)
        self._title(row, rect.adjusted(px(44), 0, -facts_width - px(24), 0))
        if is_open:
            self._open(panel, row)
        if row.reason is not None:
            self._painter.save()
            self._painter.translate(rect.left() + px(24), row.reason_top)
            row.reason.drawContents(self._painter)
            self._painter.restore()

    def _sign(self, rect: QRectF, row: StepRow) -> None:
        """How the step ended, as a sign; the word stands at the right."""
        colours, px = self._colours, self._style.px
        shades = {
            StepStatus.RUNNING: colours.accent,
            StepStatus.DONE: colours.accent,
            StepStatus.FAILED: colours.danger,
        }
        colour = shades.get(row.record.status, colours.quiet)
        side = px(16)
        where = QRectF(rect.left() + px(22), rect.center().y() - side / 2, side, side)
        theme.icon(ICONS[row.record.status], colour).paint(self._painter, where.toRect())

    def _title(self, row: StepRow, rect: QRectF) -> None:
        """What the step is called, and its model if that is not the reply's."""
        title = self._fitting(row.title, rect.width(), self._style.small)
        self._text(rect, title, self._colours.ink, LEFT)
        model = row.record.model
        if model and model != self._layout.message.model:
            used = QFontMetricsF(self._style.small).horizontalAdvance(title)
            rect.setLeft(rect.left() + used + self._style.px(12))
            words = self._fitting(model, rect.width(), self._style.small)
            if rect.width() > self._style.px(48):
                self._text(rect, words, self._colours.quiet, LEFT)

    def _open(self, panel: StepsPanel, row: StepRow) -> None:
        px = self._style.px
        x = self._layout.frame.left + row.indent + px(8)
        top = row.top + px(32)
        if row.parts:
            bar = QRectF(x - px(1), top, px(2), row.reason_top - px(8) - top)
            self._fill(bar, self._colours.line, px(1))
        for shown in row.parts.values():
            self._label(panel, row, shown)

    def _label(self, panel: StepsPanel, row: StepRow, shown: PartText) -> None:
        rect, px = label_rect(self._layout, row, shown), self._style.px
        words = part_word(shown.part)
        if shown.part is Part.THINKING:
            is_open = panel.is_thinking_open(row)
            self._caret(rect.left(), rect.center().y(), is_open=is_open)
            rect.setLeft(rect.left() + px(16))
        elif shown.is_below:
            words = tr("Output: the reply below")
        elif shown.hidden:
            more = f"{shown.hidden:,}"
            words = f"{words} · {tr('{count} more characters when copied', count=more)}"
        self._text(rect, words, self._colours.quiet, LEFT)
