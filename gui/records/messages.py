"""What was said, how it was produced, how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from gui.records.chains import StepRecord, StepStatus
from gui.records.options import Options


class Role(StrEnum):
    """Who speaks, in Ollama's words."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class MessageStatus(StrEnum):
    """How a message ended; STREAMING found at start-up means the app was killed."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts and durations of one reply, as the server gave them.

    `first_token_ns` is ours: from the request leaving to the first token arriving.
    """

    prompt_eval_count: int = 0
    eval_count: int = 0
    total_duration: int = 0
    load_duration: int = 0
    prompt_eval_duration: int = 0
    eval_duration: int = 0
    first_token_ns: int = 0
    done_reason: str = ""

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens a second, 0.0 when the server gave no duration."""
        return self.eval_count * 1e9 / self.eval_duration if self.eval_duration else 0.0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What produced a reply: enough to run it again."""

    model: str
    digest: str = ""
    server: str = ""
    server_version: str = ""
    preset: str = ""
    system: str = ""
    options: Options = field(default_factory=Options)
    context_start: int | None = None
    """Id of the first message the model saw, None when it saw all of them."""
    think: bool = False
    chain: str = ""
    """The preset as TOML when it had a chain, "" for a plain turn."""
    variables: tuple[tuple[str, str], ...] = ()
    """The values of the preset's variables, by name."""
    steps: tuple[StepRecord, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RunRecord:
        """The record that `as_json` gave; unknown keys are ignored."""
        kept = _known(cls, value)
        kept["options"] = _options(kept.get("options"))
        kept["variables"] = tuple((name, text) for name, text in kept.get("variables") or ())
        kept["steps"] = tuple(_step(step) for step in kept.get("steps") or ())
        return cls(**kept)


def _step(value: dict[str, Any]) -> StepRecord:
    kept = _known(StepRecord, value)
    status = StepStatus(kept.pop("status", StepStatus.FAILED))
    return StepRecord(**kept | {"status": status, "options": _options(kept.get("options"))})


def _options(value: dict[str, Any] | None) -> Options:
    kept = _known(Options, value or {})
    return Options(**kept | {"stop": tuple(kept.get("stop") or ())})


def _known(kind: type[Any], value: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in fields(kind)}
    return {key: item for key, item in value.items() if key in names}


@dataclass(frozen=True, slots=True)
class Rerun:
    """A reply made again from its run record, beside the first one."""

    same: bool
    differs_at: int | None = None
    """The first character that is another one, None if all are the same."""
    changed: tuple[str, ...] = ()
    """What is not as it was: "model" (its digest), "version" (the server's), "machine"."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, as it is stored and shown."""

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    content: str
    thinking: str = ""
    status: MessageStatus = MessageStatus.COMPLETE
    model: str = ""
    error: str = ""
    created_at: float = 0.0
    statistics: Statistics | None = None
    run: RunRecord | None = None
    siblings: tuple[int, ...] = ()
    """Ids of all messages with the same parent and role, this one included, oldest first."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A titled thread of messages; `leaf_id` is the end of the branch on show."""

    id: int
    title: str
    created_at: float
    updated_at: float
    model: str = ""
    preset: str = ""
    leaf_id: int | None = None
    temperature: float | None = None
    """Chosen for this conversation; None is that of its preset."""


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One question of a conversation, asked again elsewhere: the old reply and the new one."""

    conversation_id: int
    """The new conversation."""
    number: int
    """Of `total`, counted from 1."""
    total: int
    question: Message
    old: Message | None
    """None for a question that was never answered."""
    new: Message | None
    """None if not even the question could be saved."""
    seconds: float
    error: str = ""

    @property
    def tokens(self) -> int:
        """Generated tokens of the new reply."""
        return self.new.statistics.eval_count if self.new and self.new.statistics else 0

    @property
    def tokens_per_second(self) -> float:
        """How fast the new reply was generated, 0.0 if that is not known."""
        known = self.new.statistics if self.new else None
        return known.tokens_per_second if known else 0.0

    @property
    def same(self) -> bool:
        """Whether both replies are the same text."""
        return (
            self.old is not None and self.new is not None and (self.old.content == self.new.content)
        )
