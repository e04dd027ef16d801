"""What a turn does, told by the signals of the chat controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from gui.chat import events
from gui.controllers.turn import step_count

if TYPE_CHECKING:
    from gui.controllers.chat_controller import ChatController


def announce(chat: ChatController, event: events.TurnEvent) -> None:
    """Tell what happened in the conversation on show."""
    match event:
        case events.MessageSaved(message):
            chat.branch_cut.emit(message.parent_id)
            chat.message_added.emit(message)
        case events.ReplyStarted(message):
            chat.branch_cut.emit(message.parent_id)
            chat.reply_started.emit(message, step_count(message))
        case events.ThinkingToken(text):
            chat.thinking_arrived.emit(text)
        case events.ReplyToken(text):
            chat.text_arrived.emit(text)
        case events.Waiting(seconds):
            chat.waited.emit(seconds)
        case events.ReplyFinished() | events.ReplyStopped() | events.ReplyFailed():
            chat.reply_ended.emit(event.message)
        case events.Compared():
            pass  # said once the reply has ended
        case _:
            _announce_step(chat, event)


def _announce_step(chat: ChatController, event: events.StepEvent) -> None:
    match event:
        case events.StepStarted(record):
            chat.step_started.emit(record)
        case events.StepToken(name, text):
            chat.step_text.emit(name, text)
        case events.StepThinking(name, text):
            chat.step_thinking.emit(name, text)
        case events.StepEnded(record):
            chat.step_ended.emit(record)
        case _:
            assert_never(event)
