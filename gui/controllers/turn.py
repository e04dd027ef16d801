"""One turn under way: its state, its stream, and the text so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import monotonic

from gui.chat import events
from gui.chat.presets import reading
from gui.eventloop import Stream
from gui.records import Message, ModelInfo, Preset, Rerun, Role, ServerKey, StepRecord, StepStatus
from gui.records.sending import Sending


class ChatState(StrEnum):
    """What a conversation is doing."""

    IDLE = "idle"
    WAITING = "waiting"
    STREAMING = "streaming"
    STOPPING = "stopping"


@dataclass(slots=True)
class StepSoFar:
    """A step of the reply: its record, and the text since it began."""

    record: StepRecord
    began: float = field(default_factory=monotonic)
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)

    @property
    def now(self) -> StepRecord:
        """The step as it is now."""
        if self.record.status is not StepStatus.RUNNING:
            return self.record
        return replace(
            self.record,
            output="".join(self.text),
            thinking="".join(self.thinking),
            seconds=monotonic() - self.began,
        )


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
    steps: dict[str, StepSoFar] = field(default_factory=dict)
    """By name, in the order in which they began."""
    rerun: Rerun | None = None
    sending: Sending | None = None
    """What a conversation that begins with it keeps."""

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
        run = self.started.run
        if run is not None and self.steps:
            run = replace(run, steps=tuple(step.now for step in self.steps.values()))
        return replace(self.started, content=text, thinking=thinking, run=run)

    def take(self, event: events.TurnEvent) -> None:
        """Remember what a transcript that comes back has to show."""
        match event:
            case events.MessageSaved():
                self.saved = True
                return
            case events.ReplyStarted(message):
                self.started, self.saved = message, True
            case events.Compared(rerun):
                self.rerun = rerun
            case events.ReplyToken(text):
                self.text.append(text)
            case events.ThinkingToken(text):
                self.thinking.append(text)
            case (
                events.StepStarted()
                | events.StepToken()
                | events.StepThinking()
                | events.StepEnded()
            ):
                self._take_step(event)
            case _:
                return
        if self.state is ChatState.WAITING and not isinstance(event, events.ReplyStarted):
            self.state = ChatState.STREAMING

    def _take_step(self, event: events.StepEvent) -> None:
        match event:
            case events.StepStarted(record) | events.StepEnded(record):
                self.steps[record.name] = StepSoFar(record)
            case events.StepToken(name, text):
                self.steps[name].text.append(text)
            case events.StepThinking(name, text):
                self.steps[name].thinking.append(text)


def step_count(reply: Message) -> int:
    """How many steps the chain of a reply has, 0 without one."""
    if reply.run is None or not reply.run.chain:
        return 0
    try:
        return len(reading.parse(reply.run.chain, "", "").chain.steps)
    except ValueError:
        return 0


def merged(batch: Iterable[events.TurnEvent]) -> Iterator[events.TurnEvent]:
    """The events of a batch, neighbouring tokens of one kind joined into one."""
    last: events.TurnEvent | None = None
    for event in batch:
        match last, event:
            case events.ReplyToken(before), events.ReplyToken(after):
                last = events.ReplyToken(before + after)
            case events.ThinkingToken(before), events.ThinkingToken(after):
                last = events.ThinkingToken(before + after)
            case events.StepToken(name, before), events.StepToken(other, after) if name == other:
                last = events.StepToken(name, before + after)
            case (
                events.StepThinking(name, before),
                events.StepThinking(other, after),
            ) if name == other:
                last = events.StepThinking(name, before + after)
            case _:
                if last is not None:
                    yield last
                last = event
    if last is not None:
        yield last


def used_tokens(message: Message) -> tuple[int, int]:
    """Tokens of context used after `message`, and the context length; (0, 0) if unknown."""
    if message.role is not Role.ASSISTANT or message.statistics is None or message.run is None:
        return 0, 0
    if message.run.chain:  # the counts of several prompts say nothing about the conversation
        return 0, 0
    counted = message.statistics.prompt_eval_count + message.statistics.eval_count
    return counted, message.run.options.num_ctx or 0
