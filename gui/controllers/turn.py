"""One turn under way: its state, its stream, and the text so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gui.chat import events
from gui.eventloop import Stream
from gui.records import Message, ModelInfo, Preset, ServerKey


class ChatState(StrEnum):
    """What a conversation is doing."""

    IDLE = "idle"
    WAITING = "waiting"
    STREAMING = "streaming"
    STOPPING = "stopping"


@dataclass(slots=True)
class Turn:
    """A turn under way, on show or not."""

    conversation_id: int
    model: ModelInfo
    preset: Preset
    server: ServerKey
    state: ChatState = ChatState.WAITING
    stream: Stream[events.TurnEvent] | None = None
    started: Message | None = None
    saved: bool = False
    """Whether what the person said is in the database."""
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """Ask it to end; it then ends as stopped."""
        self.state = ChatState.STOPPING
        if self.stream is not None:
            self.stream.stop()

    @property
    def reply(self) -> Message | None:
        """The reply with the text so far, None before it began."""
        if self.started is None:
            return None
        text, thinking = "".join(self.text), "".join(self.thinking)
        return replace(self.started, content=text, thinking=thinking)

    def take(self, event: events.TurnEvent) -> None:
        """Remember what a transcript that comes back has to show."""
        match event:
            case events.MessageSaved():
                self.saved = True
                return
            case events.ReplyStarted(message):
                self.started, self.saved = message, True
            case events.ReplyToken(text):
                self.text.append(text)
            case events.ThinkingToken(text):
                self.thinking.append(text)
            case _:
                return
        if self.state is ChatState.WAITING and not isinstance(event, events.ReplyStarted):
            self.state = ChatState.STREAMING


def merged(batch: Iterable[events.TurnEvent]) -> Iterator[events.TurnEvent]:
    """The events of a batch, neighbouring tokens of one kind joined into one."""
    last: events.TurnEvent | None = None
    for event in batch:
        match last, event:
            case events.ReplyToken(before), events.ReplyToken(after):
                last = events.ReplyToken(before + after)
            case events.ThinkingToken(before), events.ThinkingToken(after):
                last = events.ThinkingToken(before + after)
            case _:
                if last is not None:
                    yield last
                last = event
    if last is not None:
        yield last
