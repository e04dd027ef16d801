"""The mouse: hover, selection, targets and the context menu."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QMenu

from gui.language import tr
from gui.widgets.transcript import hits
from gui.widgets.transcript.actions import code_at
from gui.widgets.transcript.deeds import do
from gui.widgets.transcript.links import shown_target
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.selection import Position, Selection, everything
from gui.widgets.transcript.targets import Action, Target
from gui.widgets.transcript.workings import NOWHERE, Workings

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView

_AUTO_SCROLL_MS = 30
_AUTO_SCROLL_SHARE = 0.3


class Pointer:
    """Turns mouse events into selections and deeds."""

    def __init__(self, view: TranscriptView, workings: Workings, scroller: Scroller) -> None:
        self._view = view
        self._workings = workings
        self._scroller = scroller
        self._pressed: tuple[int, Target] | None = None
        self._press_point = QPointF()
        self._is_dragging = False
        self._last_double = (0.0, QPointF())
        self._menu: QMenu | None = None
        self._auto_scroll = QTimer(view)
        self._auto_scroll.setInterval(_AUTO_SCROLL_MS)
        self._auto_scroll.timeout.connect(self._scroll_on)
        self._drag_point = QPointF()

    def press(self, event: QMouseEvent) -> None:
        """Begin to select, or press a target."""
        point = event.position()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._workings.focus, self._workings.focused_target = -1, None
        self._press_point = point
        self._pressed = self._target_at(point)
        place = self._position_at(point)
        if place is None:
            self._select(NOWHERE)
            return
        if self._is_third_click(point):
            self._select(hits.block_at(place))
            return
        self._is_dragging = True
        is_longer = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        anchor = self._workings.selection.anchor if is_longer else place
        self._select(Selection(anchor, place))

    def move(self, event: QMouseEvent) -> None:
        """Select further, or hover."""
        point = event.position()
        if not self._is_dragging:
            self._hover(point)
            return
        self._drag_point = point
        self._extend(point)
        is_outside = not 0 <= point.y() <= self._scroller.page
        if is_outside and not self._auto_scroll.isActive():
            self._auto_scroll.start()
        elif not is_outside:
            self._auto_scroll.stop()

    def release(self, event: QMouseEvent) -> None:
        """Do what was pressed, if the pointer is still there."""
        self._auto_scroll.stop()
        self._is_dragging = False
        pressed, self._pressed = self._pressed, None
        moved = (event.position() - self._press_point).manhattanLength()
        is_click = moved < QGuiApplication.styleHints().startDragDistance()
        if pressed is not None and is_click and self._target_at(event.position()) == pressed:
            do(self._view, self._workings, self._scroller, *pressed)
        self._hover(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """Select the word."""
        point = event.position()
        place = self._position_at(point)
        if place is None or self._target_at(point) is not None:
            self.press(event)
            return
        layout = self._workings.transcript.layout(place.message)
        self._select(hits.word_at(layout, place))
        self._last_double = (monotonic(), point)

    def leave(self) -> None:
        """The pointer left the view."""
        self._workings.hover, self._workings.hovered_target = -1, None
        self._view.viewport().update()

    def tip_at(self, point: QPointF) -> str:
        """What the target under the pointer does, or where the link really leads."""
        found = self._target_at(point)
        if found is None:
            return ""
        target = found[1]
        if target.action is Action.LINK:
            return f"{shown_target(target.value)}\n{target.value}"
        return target.label if target.icon else ""

    def show_menu(self, event: QContextMenuEvent) -> None:
        """Copy, Copy message, Copy code, Select all."""
        point = QPointF(self._view.viewport().mapFromGlobal(event.globalPos()))
        workings = self._workings
        if event.reason() is QContextMenuEvent.Reason.Keyboard and workings.focus >= 0:
            index = workings.focus
            y = workings.transcript.heights.top(index) - self._scroller.offset
            point = QPointF(workings.transcript.frame.left, max(8.0, y + 24))
        index = self.index_at(point)
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(tr("Copy"), lambda: self._copy(workings.selected_text()))
        copy.setEnabled(not workings.selection.is_empty)
        if index >= 0:
            content = workings.transcript.messages[index].content
            menu.addAction(tr("Copy message"), lambda: self._copy(content))
            code = code_at(workings.transcript.layout(index), self._inside(index, point))
            if code is not None:
                menu.addAction(tr("Copy code"), lambda: self._copy(code))
        menu.addSeparator()
        count = len(workings.transcript.messages)
        menu.addAction(tr("Select all"), lambda: self._select(everything(count)))
        self._menu = menu
        menu.popup(self._view.viewport().mapToGlobal(point.toPoint()))

    # -- inside ---------------------------------------------------------------------------

    def _copy(self, text: str) -> None:
        self._workings.copy(text)
        self._view.copied.emit()

    def _select(self, selection: Selection) -> None:
        self._workings.selection = selection
        self._view.viewport().update()

    def _extend(self, point: QPointF) -> None:
        place = self._position_at(point)
        if place is not None:
            self._select(Selection(self._workings.selection.anchor, place))

    def _scroll_on(self) -> None:
        y = self._drag_point.y()
        beyond = y if y < 0 else y - self._scroller.page
        self._scroller.scroll_by(beyond * _AUTO_SCROLL_SHARE)
        self._extend(self._drag_point)

    def _hover(self, point: QPointF) -> None:
        workings = self._workings
        before = workings.hover, workings.hovered_target
        workings.hover = self.index_at(point)
        found = self._target_at(point)
        workings.hovered_target = found[1] if found is not None else None
        shape = Qt.CursorShape.ArrowCursor
        if found is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif workings.hover >= 0 and self._is_on_text(workings.hover, point):
            shape = Qt.CursorShape.IBeamCursor
        self._view.viewport().setCursor(shape)
        if before != (workings.hover, workings.hovered_target):
            self._view.viewport().update()

    def _is_third_click(self, point: QPointF) -> bool:
        when, where = self._last_double
        hints = QGuiApplication.styleHints()
        is_soon = (monotonic() - when) * 1e3 < hints.mouseDoubleClickInterval()
        return is_soon and (point - where).manhattanLength() < hints.startDragDistance()

    def index_at(self, point: QPointF) -> int:
        """The message at a point of the viewport; -1 below the last and above the first."""
        transcript = self._workings.transcript
        y = point.y() + self._scroller.offset
        return transcript.heights.index_at(y) if 0 <= y < transcript.heights.total else -1

    def _inside(self, index: int, point: QPointF) -> QPointF:
        return self._workings.point_in(index, point, self._scroller.offset)

    def _is_on_text(self, index: int, point: QPointF) -> bool:
        layout = self._workings.transcript.layout(index)
        return hits.is_on_text(layout, self._inside(index, point))

    def _target_at(self, point: QPointF) -> tuple[int, Target] | None:
        index = self.index_at(point)
        if index < 0:
            return None
        layout = self._workings.transcript.layout(index)
        target = hits.target_at(layout, self._inside(index, point), is_active=True)
        return (index, target) if target is not None else None

    def _position_at(self, point: QPointF) -> Position | None:
        transcript = self._workings.transcript
        index = transcript.heights.index_at(point.y() + self._scroller.offset)
        if index < 0:
            return None
        return hits.position_at(transcript.layout(index), index, self._inside(index, point))
