"""What a turn can produce: a closed union that ends in exactly one `TurnEnd`."""

from __future__ import annotations

from dataclasses import dataclass

from gui.errors import OndolError
from gui.records import Message, Rerun, StepRecord


@dataclass(frozen=True, slots=True)
class MessageSaved:
    """The person's message is in the database; nothing has been sent yet."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The reply's row is in the database (STREAMING) and the request is about to go out.

    `message.run.context_start` is the first message the model sees, None for all; the end of
    the turn says it again, since a prompt that is too long is sent once more with less.
    """

    message: Message


@dataclass(frozen=True, slots=True)
class ThinkingToken:
    """Thinking text as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """Reply text as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing has come for `seconds`; the turn goes on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step of a chain is about to be asked for; `record` has its prompt, system and options."""

    record: StepRecord


@dataclass(frozen=True, slots=True)
class StepToken:
    """A step's text as it comes; that of the step that is the reply comes as `ReplyToken`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class StepThinking:
    """A step's thinking as it comes; that of the reply's step comes as `ThinkingToken`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step ended in one of the ways of `StepStatus`; one kept from before only ends."""

    record: StepRecord


@dataclass(frozen=True, slots=True)
class Compared:
    """A reply that was run again is whole; how it compares with the first one."""

    rerun: Rerun


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """The server said it was done; the reply is saved whole.

    `server_cut` is True when the server evaluated far fewer tokens than were sent.
    """

    message: Message
    server_cut: bool = False


@dataclass(frozen=True, slots=True)
class ReplyStopped:
    """The person stopped it; the text so far is saved."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """It failed; the text so far is saved, `error` says why and what to do."""

    message: Message
    error: OndolError


TurnEnd = ReplyFinished | ReplyStopped | ReplyFailed
StepEvent = StepStarted | StepToken | StepThinking | StepEnded
TurnEvent = (
    MessageSaved
    | ReplyStarted
    | ThinkingToken
    | ReplyToken
    | Waiting
    | StepEvent
    | Compared
    | TurnEnd
)


@dataclass(frozen=True, slots=True)
class LaneEvent:
    """An event of one of several replies that stream side by side; lanes count from 0."""

    lane: int
    event: TurnEvent
