"""What a screen reader is told: a list of messages, and each reply once it is finished."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QColor,
    QWindow,
)

from gui.language import tr
from gui.records import Message, MessageStatus, Role
from gui.widgets.transcript.step_words import summary

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView


def name_of(message: Message) -> str:
    """How a message is read out: who speaks, what is said, how it and its steps ended."""
    who = (message.model or tr("Model")) if message.role is Role.ASSISTANT else tr("You")
    ends = {
        MessageStatus.STOPPED: tr("Stopped"),
        MessageStatus.INCOMPLETE: tr("Incomplete"),
        MessageStatus.FAILED: message.error or tr("The reply failed."),
    }
    steps = summary(message.run.steps) if message.run is not None else ""
    parts = (f"{who}: {message.content}", ends.get(message.status), steps)
    return ". ".join(part for part in parts if part)


def announce(view: TranscriptView, message: Message) -> None:
    """Have a message read: the finished reply, or the one that has the focus now."""
    if QAccessible.isActive():
        say(view, name_of(message))


def say(view: TranscriptView, words: str) -> None:
    """Have `words` read: what would be pressed now."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, words))


@cache
def install() -> None:
    """Let Qt ask each transcript view for its interface; once for the whole program."""
    QAccessible.installFactory(_interface_of)


def interface_for(view: TranscriptView) -> QAccessibleInterface:
    """The interface of a view, which has to keep it."""
    return _TranscriptInterface(view)


def _interface_of(_: str, asked: QObject) -> QAccessibleInterface | None:
    interface: QAccessibleInterface | None = getattr(asked, "accessible_interface", None)
    return interface


class _Interface(QAccessibleInterface):
    """What the list and its items have in common."""

    def backgroundColor(self) -> QColor:
        return QColor()

    def foregroundColor(self) -> QColor:
        return QColor()

    def setText(self, t: QAccessible.Text, text: str) -> None:
        """Nothing of the transcript can be written to."""

    def interface_cast(self, t: QAccessible.InterfaceType) -> Any:  # noqa: ARG002
        return None


class _MessageInterface(_Interface):
    """One message, a list item."""

    def __init__(self, view: TranscriptView, parent: _TranscriptInterface, index: int) -> None:
        super().__init__()
        self._view, self._parent, self._index = view, parent, index

    def isValid(self) -> bool:
        return self._index < self._view.message_count()

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._view.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        return self._parent

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: ARG002
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # noqa: ARG002
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:  # noqa: ARG002
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        state.focusable = True
        return state

    def text(self, t: QAccessible.Text) -> str:
        is_name = t == QAccessible.Text.Name and self.isValid()
        return name_of(self._view.message_at(self._index)) if is_name else ""

    def rect(self) -> QRect:
        return self._view.message_rect(self._index)


class _TranscriptInterface(_Interface):
    """The view, a list of messages; it keeps the items it has given out."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__()
        self._view = view
        self._items: dict[int, _MessageInterface] = {}

    def isValid(self) -> bool:
        return True

    def object(self) -> QObject:
        return self._view

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._view.window().windowHandle()

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        around = self._view.parentWidget()
        return QAccessible.queryAccessibleInterface(around) if around is not None else None

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= index < self._view.message_count():
            return None
        if index not in self._items:
            self._items[index] = _MessageInterface(self._view, self, index)
        return self._items[index]

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.child(self._view.index_at(QPoint(x, y)))

    def childCount(self) -> int:
        return self._view.message_count()

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((index for index, item in self._items.items() if item is child), -1)

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = True
        state.focused = self._view.hasFocus()
        return state

    def text(self, t: QAccessible.Text) -> str:
        return self._view.accessibleName() if t == QAccessible.Text.Name else ""

    def rect(self) -> QRect:
        return QRect(self._view.mapToGlobal(QPoint(0, 0)), self._view.size())
