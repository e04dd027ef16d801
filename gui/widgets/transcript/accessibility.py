"""What a screen reader is told: a list of messages, and each reply once it is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from gui.language import tr
from gui.records import Message, MessageStatus, Role

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView


def name_of(message: Message) -> str:
    """How a message is read out: who speaks, what is said, how it ended."""
    who = (message.model or tr("Model")) if message.role is Role.ASSISTANT else tr("You")
    ends = {
        MessageStatus.STOPPED: tr("Stopped"),
        MessageStatus.INCOMPLETE: tr("Incomplete"),
        MessageStatus.FAILED: message.error or tr("The reply failed."),
    }
    return ". ".join(
        part for part in (f"{who}: {message.content}", ends.get(message.status)) if part
    )


def announce_reply(view: TranscriptView, message: Message) -> None:
    """Read the finished reply."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, name_of(message)))


def announce_focus(view: TranscriptView, index: int) -> None:
    """Read the message that has the focus now."""
    if QAccessible.isActive():
        message = view.message_at(index)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, name_of(message)))
