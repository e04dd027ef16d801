"""One of several answers that stream side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from gui.chat import Choice, events
from gui.controllers.turn import Turn, step_count
from gui.records import Message, MessageStatus, ModelInfo, Preset, ServerKey
from gui.records.sending import Sending


class LaneState(StrEnum):
    """What a lane is doing."""

    WAITING = "waiting"
    ANSWERING = "answering"
    STOPPING = "stopping"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Contender:
    """Who answers in a lane: a model, as a preset has it in the conversation."""

    model: ModelInfo
    sending: Sending

    @property
    def preset(self) -> Preset:
        """With the conversation's own temperature in it, if there is one."""
        return self.sending.preset

    @property
    def choice(self) -> Choice:
        """What a turn is asked with."""
        return Choice(self.model, self.sending.preset, self.sending.variables)


class Lane(QObject):
    """Tells what comes in the words of a transcript, and keeps it for one that comes later."""

    restarted = Signal()
    started = Signal(object, int)  # Message, with the text so far; how many steps it has
    thinking_arrived = Signal(str)
    text_arrived = Signal(str)
    step_started = Signal(object)  # StepRecord
    step_text = Signal(str, str)  # name of the step, text
    step_thinking = Signal(str, str)
    step_ended = Signal(object)  # StepRecord
    waited = Signal(float)  # seconds of silence
    ended = Signal(object)  # Message
    state_changed = Signal()

    def __init__(self, number: int, contender: Contender, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self.contender = contender
        self.state = LaneState.WAITING
        self.problem = ""
        """Why nothing came, "" if something did."""
        self._turn = self._new_turn()
        self._end: Message | None = None

    @property
    def message(self) -> Message | None:
        """The reply as it is now, None before it began."""
        return self._end or self._turn.reply

    @property
    def answer(self) -> Message | None:
        """The reply once it has ended and says something."""
        return self._end if self._end is not None and self._end.content else None

    @property
    def steps(self) -> int:
        """How many steps the reply has."""
        return step_count(self._turn.started) if self._turn.started is not None else 0

    @property
    def is_running(self) -> bool:
        """Whether something may still come."""
        return self.state is not LaneState.DONE

    @property
    def is_good(self) -> bool:
        """Whether the reply is whole."""
        return self._end is not None and self._end.status is MessageStatus.COMPLETE

    def restart(self) -> None:
        """Another reply is on its way in place of this one."""
        self._turn, self._end, self.problem = self._new_turn(), None, ""
        self._set_state(LaneState.WAITING)
        self.restarted.emit()

    def stop(self) -> None:
        """The person does not want more of it."""
        if self.is_running:
            self._set_state(LaneState.STOPPING)

    def close(self, problem: str = "") -> None:
        """Nothing more comes; `problem` says why if nothing came at all."""
        if self.is_running:
            if self._end is None and self.message is not None:
                self._finish(replace(self.message, status=MessageStatus.FAILED, error=problem))
            self.problem = problem if self.message is None else ""
            self._set_state(LaneState.DONE)

    def take(self, event: events.TurnEvent) -> None:
        """Tell what came."""
        self._turn.take(event)
        match event:
            case events.ReplyStarted(message):
                self.started.emit(message, step_count(message))
            case events.ReplyFinished() | events.ReplyStopped() | events.ReplyFailed():
                self._finish(event.message)
                self._set_state(LaneState.DONE)
            case events.Waiting(seconds):
                self.waited.emit(seconds)
            case _:
                self._take_text(event)
                if self.state is LaneState.WAITING:
                    self._set_state(LaneState.ANSWERING)

    def _take_text(self, event: events.TurnEvent) -> None:
        match event:
            case events.ReplyToken(text):
                self.text_arrived.emit(text)
            case events.ThinkingToken(text):
                self.thinking_arrived.emit(text)
            case events.StepStarted(record):
                self.step_started.emit(record)
            case events.StepToken(name, text):
                self.step_text.emit(name, text)
            case events.StepThinking(name, text):
                self.step_thinking.emit(name, text)
            case events.StepEnded(record):
                self.step_ended.emit(record)
            case _:
                pass

    def _finish(self, message: Message) -> None:
        self._end = message
        self.ended.emit(message)

    def _set_state(self, state: LaneState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit()

    def _new_turn(self) -> Turn:
        who = self.contender
        return Turn(0, who.model, who.preset, ServerKey())
