"""Paints one message: names, bubble, grounds of code, bars of quotes, markers and actions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPen,
)

from gui import theme
from gui.language import tr
from gui.widgets.transcript.actions import counter_text, targets_of
from gui.widgets.transcript.block_painter import LEFT, BlockPainter, Brush
from gui.widgets.transcript.look import Look
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.notices import statistics_line, waiting_sentence
from gui.widgets.transcript.shown import between
from gui.widgets.transcript.steps_painter import StepsPainter
from gui.widgets.transcript.targets import FOOT_ACTIONS, Action, Target

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


class MessagePainter(Brush):
    """Paints a message; the painter's origin is the top of the message."""

    def __init__(self, painter: QPainter, layout: MessageLayout, look: Look) -> None:
        super().__init__(painter, layout)
        self._look = look

    def paint(self, top: float, bottom: float) -> None:
        """Paint what lies between two y of the message."""
        layout = self._layout
        if layout.has_divider:
            self._divider()
        if self._look.has_focus:
            self._focus_bar()
        if layout.is_user:
            self._fill(layout.bubble, self._colours.bubble, self._style.px(16))
        else:
            self._head(top, bottom)
        self._blocks(top, bottom)
        if layout.notice is not None:
            self._notice()
        if layout.rerun:
            self._rerun()
        self._foot()
        self._targets(top, bottom)

    # -- parts ----------------------------------------------------------------------------

    def _divider(self) -> None:
        frame, words = self._layout.frame, tr("The model sees from here on")
        metrics = QFontMetricsF(self._style.small)
        middle = self._style.px(20)
        half = metrics.horizontalAdvance(words) / 2 + self._style.px(12)
        centre = frame.left + frame.width / 2
        self._painter.setPen(QPen(QColor(self._colours.line), 1))
        self._painter.drawLine(QPointF(frame.left, middle), QPointF(centre - half, middle))
        self._painter.drawLine(QPointF(centre + half, middle), QPointF(frame.right, middle))
        rect = QRectF(frame.left, 0, frame.width, 2 * middle)
        self._text(rect, words, self._colours.quiet, _CENTRE)

    def _focus_bar(self) -> None:
        layout = self._layout
        x = layout.frame.left - self._style.px(16)
        top = layout.name_top + self._style.px(4)
        bar = QRectF(x, top, self._style.px(3), layout.foot_top - top)
        self._fill(bar, self._colours.accent, self._style.px(1.5))

    def _head(self, top: float, bottom: float) -> None:
        layout, px = self._layout, self._style.px
        rect = QRectF(layout.frame.left, layout.name_top, layout.frame.width, px(24))
        if not self._style.is_bare:
            name = layout.message.model or tr("Model")
            self._text(rect, name, self._colours.quiet, LEFT, self._style.name)
        if layout.panel is not None:
            StepsPainter(self._painter, layout, self._look).paint(layout.panel, top, bottom)
        if layout.has_thinking:
            self._thinking_head()
        if layout.is_waiting:
            rect = QRectF(layout.frame.left, layout.content_top, layout.frame.width, px(24))
            self._text(rect, waiting_sentence(layout.waiting_seconds), self._colours.quiet, LEFT)

    def _thinking_head(self) -> None:
        layout, px = self._layout, self._style.px
        is_going_on = layout.is_live and not layout.blocks
        words = tr("Thinking…") if is_going_on else tr("Thinking")
        rect = QRectF(layout.frame.left, layout.thinking_top, px(200), px(28))
        x = layout.frame.left + px(4)
        self._caret(x, rect.center().y(), is_open=layout.is_thinking_open)
        rect.setLeft(x + px(16))
        self._text(rect, words, self._colours.quiet, LEFT)
        if layout.is_thinking_open:
            first, last = layout.thinking_blocks[0], layout.thinking_blocks[-1]
            bar = QRectF(layout.frame.left + px(1), first.y, px(2), last.y + last.height - first.y)
            self._fill(bar, self._colours.line, px(1))

    def _blocks(self, top: float, bottom: float) -> None:
        layout, painter = self._layout, BlockPainter(self._painter, self._layout)
        panel = layout.panel
        for place, block in between(panel.blocks if panel is not None else (), top, bottom):
            number = panel.numbers[place] if panel is not None else 0
            painter.paint(block, self._look.selected(number), top, bottom)
        thinking = layout.thinking_blocks if layout.is_thinking_open else []
        for number, block in enumerate(thinking):
            painter.paint(block, self._look.selected(number - len(thinking)), top, bottom)
        for number, block in between(layout.blocks, top, bottom):
            painter.paint(block, self._look.selected(number), top, bottom)

    def _notice(self) -> None:
        layout, px = self._layout, self._style.px
        document = layout.notice
        if document is None:
            return
        box = QRectF(layout.frame.left, layout.notice_top, layout.frame.width, layout.notice_height)
        self._fill(box, self._colours.code, px(8))
        self._painter.save()
        self._painter.translate(box.topLeft() + QPointF(px(16), px(12)))
        document.drawContents(self._painter)
        self._painter.restore()

    def _rerun(self) -> None:
        """How the reply compares with the one it is a second run of."""
        layout, px = self._layout, self._style.px
        top, side = layout.rerun_top + px(6), px(16)
        icon = QRectF(layout.frame.left, top + px(2), side, side)
        theme.icon("repeat", self._colours.quiet).paint(self._painter, icon.toRect())
        left = layout.frame.left + px(24)
        width = layout.frame.right - left
        rect = QRectF(left, top, width, self._style.small_height(layout.rerun, width))
        self._painter.setFont(self._style.small)
        self._painter.setPen(QColor(self._colours.quiet))
        self._painter.drawText(rect, Qt.TextFlag.TextWordWrap, layout.rerun)

    def _foot(self) -> None:
        layout, px = self._layout, self._style.px
        if self._style.is_bare or layout.is_user:
            return
        if words := statistics_line(layout.message):
            rect = QRectF(layout.frame.left, layout.foot_top, layout.frame.width, px(28))
            if layout.frame.width < px(512):
                rect.setLeft(rect.left() + px(224))
            fitting = self._fitting(words, rect.width(), self._style.small)
            self._text(rect, fitting, self._colours.quiet, _RIGHT)

    # -- targets --------------------------------------------------------------------------

    def _targets(self, top: float, bottom: float) -> None:
        look = self._look
        targets = targets_of(self._layout, top, bottom)
        for target in targets:
            if target.rect.bottom() < top or target.rect.top() > bottom:
                continue
            is_pressed = look.pressed == target
            if target.action in FOOT_ACTIONS:
                if look.is_active:
                    self._button(target, is_pressed=is_pressed)
            elif target.action in (Action.COPY_CODE, Action.COPY_STEP):
                self._button(target, is_pressed=is_pressed)
            elif target.action in (Action.REMEDY, Action.RETRY_STEP):
                self._remedy(target, is_pressed=is_pressed)
            if is_pressed and look.is_ringed:
                self._ring(target.rect)
        if look.is_active and (counter := counter_text(self._layout)):
            self._counter(targets, counter)

    def _button(self, target: Target, *, is_pressed: bool) -> None:
        is_off = target.action in (Action.PREVIOUS, Action.NEXT) and not target.value
        if is_pressed and not is_off:
            self._fill(target.rect, self._colours.line, self._style.px(6))
        colour = self._colours.ink if is_pressed else self._colours.quiet
        name = target.icon
        if self._look.copied == target:
            name, colour = "check", self._colours.accent
        if is_off:
            colour = self._colours.line
        inset = self._style.px(5)
        icon = theme.icon(name, colour)
        icon.paint(self._painter, target.rect.adjusted(inset, inset, -inset, -inset).toRect())

    def _counter(self, targets: list[Target], counter: str) -> None:
        previous = next(target for target in targets if target.action is Action.PREVIOUS)
        following = next(target for target in targets if target.action is Action.NEXT)
        rect = QRectF(previous.rect.topRight(), following.rect.bottomLeft())
        self._text(rect, counter, self._colours.quiet, _CENTRE)

    def _remedy(self, target: Target, *, is_pressed: bool) -> None:
        colour = self._colours.accent if is_pressed else self._colours.line
        self._painter.setPen(QPen(QColor(colour), 1))
        self._painter.setBrush(QColor(self._colours.surface))
        radius = self._style.px(8)
        self._painter.drawRoundedRect(target.rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self._text(target.rect, target.label, self._colours.accent, _CENTRE)

    def _ring(self, rect: QRectF) -> None:
        self._painter.setPen(QPen(QColor(self._colours.accent), 1.5))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._style.px(6)
        self._painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), radius, radius)
