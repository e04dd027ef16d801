"""What a turn can produce: a closed union that ends in exactly one `TurnEnd`."""

from __future__ import annotations

from dataclasses import dataclass

from gui.errors import OndolError
from gui.records import Message


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
TurnEvent = MessageSaved | ReplyStarted | ThinkingToken | ReplyToken | Waiting | TurnEnd
