"""What goes into one call of the chain and what comes out of it: plain values, no LangChain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gui.chat.events import StepEvent, StepThinking, StepToken
from gui.records import Message, Options, Statistics


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model: everything the chain needs, nothing it has to guess."""

    model: str
    text: str
    """What the person says now."""

    options: Options
    """Complete: `num_ctx` is set."""

    system: str = ""
    history: tuple[Message, ...] = ()
    think: bool = False
    """Never None: left unsaid, a server lets a thinking model think and the text is lost."""

    top_logprobs: int | None = None
    """How many likely tokens to report for each token (1 to 20), None for no logprobs."""


@dataclass(frozen=True, slots=True)
class Text:
    """Reply text as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """Thinking text as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """How likely a token was, and what else was likely in its place."""

    token: str
    logprob: float
    top: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class Logprobs:
    """The log probabilities of the tokens of one chunk."""

    tokens: tuple[TokenLogprob, ...]


@dataclass(frozen=True, slots=True)
class Final:
    """The server said that it was done; a stream without this was cut."""

    statistics: Statistics = field(default_factory=Statistics)


Part = Text | Thinking | Logprobs | Final
"""What one model's reply is made of."""

TurnPart = Part | StepEvent
"""What a turn reads: the parts of its reply, and what the steps of a chain do meanwhile."""


def merged(parts: Iterable[TurnPart]) -> Iterator[TurnPart]:
    """The same parts, neighbours of plain text joined: one event for what came together."""
    waiting: list[str] = []
    last: TurnPart | None = None
    for part in parts:
        if waiting and not _continues(last, part):
            yield _joined(last, waiting)
            waiting = []
        last = part
        if isinstance(part, Text | Thinking | StepToken | StepThinking):
            waiting.append(part.text)
        else:
            yield part
    if waiting:
        yield _joined(last, waiting)


def _continues(last: TurnPart | None, part: TurnPart) -> bool:
    if type(last) is not type(part):
        return False
    match last, part:
        case (StepToken(before), StepToken(now)) | (StepThinking(before), StepThinking(now)):
            return before == now
    return True


def _joined(last: TurnPart | None, texts: list[str]) -> TurnPart:
    text = "".join(texts)
    match last:
        case StepToken(name):
            return StepToken(name, text)
        case StepThinking(name):
            return StepThinking(name, text)
        case Thinking():
            return Thinking(text)
    return Text(text)
