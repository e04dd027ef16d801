"""The transcript: one painted, virtualised view of a conversation of any length."""

from __future__ import annotations

import html
from collections.abc import Sequence
from time import perf_counter

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from gui import theme
from gui.language import tr
from gui.records import Message, Rerun, StepRecord
from gui.widgets.transcript import accessibility
from gui.widgets.transcript.feed import THINKING, Channel
from gui.widgets.transcript.idle import IdleWork
from gui.widgets.transcript.keyboard import Keyboard
from gui.widgets.transcript.painter import MessagePainter
from gui.widgets.transcript.pointer import Pointer
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.step_row import Part
from gui.widgets.transcript.step_words import rerun_sentence
from gui.widgets.transcript.streaming import Streaming
from gui.widgets.transcript.workings import Workings

SMALLEST_SCALE, LARGEST_SCALE = 0.7, 2.5


class TranscriptView(QAbstractScrollArea):
    """Shows messages, follows a reply as it grows, and says what the person asks for.

    Everything in it is painted; it opens no link and changes no message by itself. A bare one
    shows replies without names, statistics and versions: what is around it says them.
    """

    regenerate_requested = Signal(int)  # message id
    run_again_requested = Signal(int)  # message id
    compare_requested = Signal(int)  # message id
    step_retry_requested = Signal(int, str)  # message id, name of the step
    edit_requested = Signal(int)  # message id
    sibling_requested = Signal(int)  # id of the message to show
    remedy_requested = Signal(int)  # message id
    link_activated = Signal(str)  # https, http or mailto, checked
    copied = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_bare: bool = False) -> None:
        super().__init__(parent)
        self._workings = Workings(self, is_bare=is_bare)
        self._scroller = Scroller(self, self._workings)
        self._keyboard = Keyboard(self, self._workings, self._scroller)
        self._pointer = Pointer(self, self._workings, self._scroller)
        self._idle = IdleWork(self, self._workings, self._scroller)
        self._streaming = Streaming(self, self._workings, self._scroller)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Conversation"))
        self.accessible_interface = accessibility.interface_for(self)
        """Kept here for as long as the view lives, as Qt does not keep it."""
        accessibility.install()
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # -- messages -------------------------------------------------------------------------

    def set_messages(self, messages: Sequence[Message]) -> None:
        """Show a conversation, at its end."""
        self._streaming.clear()
        self._workings.forget()
        self._workings.transcript.set_messages(messages)
        self._scroller.jump_to_end()

    def add_message(self, message: Message) -> None:
        """Show one more message; follow it if the reader is at the end."""
        self._workings.transcript.append(message)
        self._scroller.settle()

    def start_reply(self, message: Message, steps: int = 0) -> None:
        """Show a reply that is about to stream: `message` has the status STREAMING.

        `steps` is how many steps its chain has, 0 without one or if that is not known.
        """
        self._streaming.start(message, steps)

    def append_text(self, text: str) -> None:
        """Take more text of the reply that streams."""
        self._streaming.feed.push(text)

    def append_thinking(self, text: str) -> None:
        """Take more thinking of the reply that streams."""
        self._streaming.feed.push(text, THINKING)

    def put_step(self, record: StepRecord) -> None:
        """A step of the reply that streams began, or ended."""
        self._streaming.put_step(record)

    def append_step_text(self, name: str, text: str) -> None:
        """Take more of what a step gives."""
        self._streaming.feed.push(text, Channel(name, Part.OUTPUT))

    def append_step_thinking(self, name: str, text: str) -> None:
        """Take more of a step's thinking."""
        self._streaming.feed.push(text, Channel(name, Part.THINKING))

    def end_reply(self, message: Message) -> None:
        """Show the final state of the reply, once all its text has been shown."""
        self._streaming.end(message)

    def show_rerun(self, message_id: int, rerun: Rerun) -> None:
        """Say under a reply how it compares with the one it is a second run of."""
        index = self._workings.transcript.index_of(message_id)
        if index >= 0:
            self._workings.transcript.set_rerun(index, rerun_sentence(rerun))
            self._scroller.settle()

    def update_message(self, message: Message) -> None:
        """Show another state of a message."""
        index = self._workings.transcript.index_of(message.id)
        if index >= 0:
            self._workings.transcript.replace(index, message)
            self._scroller.settle()

    def remove_messages_after(self, message_id: int | None) -> None:
        """Take away all messages after one; None takes away all."""
        transcript = self._workings.transcript
        count = 0 if message_id is None else transcript.index_of(message_id) + 1
        if message_id is None or count:
            self._streaming.clear()
            self._workings.forget()
            transcript.truncate(count)
            self._scroller.settle()

    def set_context_start(self, message_id: int | None) -> None:
        """Draw the line from which on the model sees before this message; None takes it away."""
        self._workings.transcript.set_context_start(message_id)
        self._scroller.settle()

    def set_waiting(self, seconds: float) -> None:
        """Say how long the first token has been waited for."""
        layout = self._workings.live_layout()
        if layout is not None:
            layout.waiting_seconds = seconds
            self.viewport().update()

    def warm_up(self) -> None:
        """Start importing, in a thread, what the first message will need."""
        self._idle.warm()

    def set_scale(self, scale: float) -> None:
        """Make all text larger or smaller; 1.0 is the design's size."""
        self._workings.scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        self._restyle()

    def selected_text(self) -> str:
        """What Ctrl+C would copy."""
        return self._workings.selected_text()

    def messages(self) -> tuple[Message, ...]:
        """The messages on show, oldest first; a reply that streams without its newest text."""
        return tuple(self._workings.transcript.messages)

    def message(self, message_id: int) -> Message | None:
        """The message with this id, None when it is not on show."""
        index = self._workings.transcript.index_of(message_id)
        return None if index < 0 else self._workings.transcript.messages[index]

    def message_at(self, index: int) -> Message:
        """The message at a place, counted from 0."""
        return self._workings.transcript.messages[index]

    def message_count(self) -> int:
        """How many messages are shown."""
        return len(self._workings.transcript.messages)

    def index_at(self, point: QPoint) -> int:
        """The message at a point of the screen; -1 where there is none."""
        return self._pointer.index_at(QPointF(self.viewport().mapFromGlobal(point)))

    def message_rect(self, index: int) -> QRect:
        """Where a message is on the screen."""
        heights = self._workings.transcript.heights
        top = round(heights.top(index) - self._scroller.offset)
        corner = self.viewport().mapToGlobal(QPoint(0, top))
        return QRect(corner, QSize(self.viewport().width(), round(heights[index])))

    # -- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is on screen."""
        started = perf_counter()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(self._workings.style.colours.paper))
        offset = self._scroller.offset
        top, bottom = event.rect().top() + offset, event.rect().bottom() + 1 + offset
        transcript = self._workings.transcript
        for index in transcript.between(top, bottom):
            y = transcript.heights.top(index)
            painter.save()
            painter.translate(QPointF(0, y - offset))
            look = self._workings.look(index, has_focus=self.hasFocus())
            MessagePainter(painter, transcript.layout(index), look).paint(top - y, bottom - y)
            painter.restore()
        painter.end()
        self._streaming.feed.note_cost((perf_counter() - started) * 1e3)
        self._idle.wake()

    def _restyle(self) -> None:
        self._workings.restyle()
        self._scroller.reframe()

    # -- events ---------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        is_made = hasattr(self, "_streaming")
        if is_made and theme.colours(self.palette()) is not self._workings.style.colours:
            self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap to the new width."""
        super().resizeEvent(event)
        self._scroller.reframe()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002
        """The scroll bar moved."""
        self._scroller.scrolled()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl change the size of the text."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_scale(self._workings.scale * 1.1 ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, act, copy."""
        if not self._keyboard.press(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection or press a target."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what was pressed."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._pointer.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be copied."""
        self._pointer.show_menu(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self._keyboard.focus_in(event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips, as plain text; and the pointer leaving."""
        if isinstance(event, QHelpEvent):
            words = self._pointer.tip_at(QPointF(event.pos()))
            shown = f"<span>{html.escape(words)}</span>" if words else ""
            QToolTip.showText(event.globalPos(), shown, self.viewport())
            return True
        if event.type() is QEvent.Type.Leave:
            self._pointer.leave()
        return super().viewportEvent(event)
