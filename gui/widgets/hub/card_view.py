"""A model card by strangers, painted as the transcript paints Markdown: nothing of it acts."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Message, Role
from gui.widgets.transcript.actions import code_at, targets_of
from gui.widgets.transcript.block_painter import BlockPainter
from gui.widgets.transcript.layout import Frame
from gui.widgets.transcript.links import shown_target
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.shown import between
from gui.widgets.transcript.style import Style

_MARGIN, _FOOT = 20, 24
_SCALE = 14 / theme.BODY_PX
_WIDEST = 720


@dataclass(frozen=True, slots=True)
class Spot:
    """A link, or a button that copies code; `rect` from the top of the layout."""

    rect: QRectF
    link: str = ""


class CardView(QAbstractScrollArea):
    """Arrows scroll; left and right go from link to link, Enter follows it, Ctrl+C copies all."""

    link_activated = Signal(str)  # https, http or mailto, checked

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._focused = -1
        self._pressed: Spot | None = None
        self._layout = self._laid_out()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Model card"))
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(round(self._layout.style.line))

    @property
    def text(self) -> str:
        """The Markdown on show."""
        return self._text

    def show_card(self, text: str) -> None:
        """Show a card from its beginning."""
        self._text = text
        self.setAccessibleDescription(text)
        self._renew()
        self.verticalScrollBar().setValue(0)

    def spots(self) -> list[Spot]:
        """All links in it, and the buttons that copy code."""
        self._layout.build_between(0, self._layout.height)
        return self._spots(0, math.inf)

    def _spots(self, top: float, bottom: float) -> list[Spot]:
        found = []
        for target in targets_of(self._layout, top, bottom):
            if target.action == "link":
                found.append(Spot(target.rect, target.value))
            elif target.action == "copy-code":
                found.append(Spot(target.rect))
        return found

    # -- layout ---------------------------------------------------------------------------

    @property
    def _top(self) -> float:
        """From the top of the viewport to the top of the layout, which has room for a name."""
        return 8 - self._layout.content_top - self.verticalScrollBar().value()

    def _laid_out(self) -> MessageLayout:
        style = Style(theme.colours(self.palette()), _SCALE)
        width = min(max(self.viewport().width() - 2 * _MARGIN, 120), _WIDEST)
        message = Message(1, 1, None, Role.ASSISTANT, self._text)
        layout = MessageLayout(message, style, Frame(_MARGIN, width))
        layout.read_more(len(self._text))
        return layout

    def _renew(self) -> None:
        self._focused = -1
        self._layout = self._laid_out()
        self._measure()
        self.viewport().update()

    def _measure(self) -> None:
        page = self.viewport().height()
        layout = self._layout
        whole = layout.content_bottom - layout.content_top + _FOOT
        self.verticalScrollBar().setPageStep(page)
        self.verticalScrollBar().setRange(0, max(0, round(whole) - page))

    # -- painting -------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        layout, shift = self._layout, self._top
        top, bottom = -shift, self.viewport().height() - shift
        if layout.build_between(top, bottom):
            self._measure()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(layout.style.colours.paper))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QPointF(0, shift))
        block_painter = BlockPainter(painter, layout)
        for _, block in between(layout.blocks, top, bottom):
            block_painter.paint(block, None, top, bottom)
        for spot in self._spots(top, bottom):
            if not spot.link:
                box = spot.rect.adjusted(5, 5, -5, -5).toRect()
                theme.icon("copy", layout.style.colours.quiet).paint(painter, box)
        if self._focused >= 0 and self.hasFocus():
            self._ring(painter, self.spots()[self._focused].rect)
        painter.end()

    def _ring(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(QColor(self._layout.style.colours.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), 4, 4)

    # -- events ---------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = min(max(self.viewport().width() - 2 * _MARGIN, 120), _WIDEST)
        if width != self._layout.frame.width:
            self._renew()
        self._measure()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_layout"):
            self._renew()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._text)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._focused >= 0:
            self._do(self.spots()[self._focused])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(0 if key == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._spot_at(event.position())
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._pressed = self._spot_at(event.position()) if is_left else None
        event.accept()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._spot_at(event.position()):
            self._do(pressed)
        event.accept()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        """Where a link really leads, as plain text."""
        if isinstance(event, QHelpEvent):
            spot = self._spot_at(QPointF(event.pos()))
            words = f"{shown_target(spot.link)}\n{spot.link}" if spot and spot.link else ""
            shown = f"<span>{html.escape(words)}</span>" if words else ""
            QToolTip.showText(event.globalPos(), shown, self.viewport())
            return True
        return super().viewportEvent(event)

    def _spot_at(self, point: QPointF) -> Spot | None:
        inside = point - QPointF(0, self._top)
        near = self._spots(inside.y() - 1, inside.y() + 1)
        return next((spot for spot in near if spot.rect.contains(inside)), None)

    def _step(self, step: int) -> None:
        """To the next link, and have it on screen."""
        found = self.spots()
        if not found:
            return
        self._focused = min(max(self._focused + step, 0), len(found) - 1)
        self._measure()
        y = found[self._focused].rect.center().y() - self._layout.content_top
        bar, page = self.verticalScrollBar(), self.viewport().height()
        if not bar.value() + 24 < y < bar.value() + page - 24:
            bar.setValue(round(y - page / 2))
        self.viewport().update()

    def _do(self, spot: Spot) -> None:
        if spot.link:
            self.link_activated.emit(spot.link)
        else:
            QGuiApplication.clipboard().setText(code_at(self._layout, spot.rect.center()) or "")
