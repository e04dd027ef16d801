"""Frozen values that cross rooms. Standard library only.

Times are seconds since the epoch (UTC) as float; durations are integer nanoseconds,
as Ollama sends them; sizes are bytes; text is Unicode without lone surrogates.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


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


class ServerKind(StrEnum):
    """Where the text comes from."""

    BUILT_IN = "built-in"
    OLLAMA = "ollama"


class ServerState(StrEnum):
    """What is known of a server now."""

    STARTING = "starting"
    READY = "ready"
    UNREACHABLE = "unreachable"


class Remedy(StrEnum):
    """The one thing a button beside an error can do about it."""

    NONE = ""
    RETRY = "retry"
    CHOOSE_MODEL = "choose-model"
    USE_BUILT_IN = "use-built-in"
    RESTART_SERVER = "restart-server"
    NEW_CONVERSATION = "new-conversation"
    UNDO_DELETE = "undo-delete"


@dataclass(frozen=True, slots=True)
class Options:
    """Generation settings under Ollama's names; None leaves the server's default.

    Source of names and types: Ollama's API, section A0 of its `options` map.
    """

    num_ctx: int | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    seed: int | None = None
    num_predict: int | None = None
    num_keep: int | None = None
    stop: tuple[str, ...] = ()
    repeat_penalty: float | None = None
    repeat_last_n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    num_thread: int | None = None
    num_gpu: int | None = None

    def as_request(self) -> dict[str, Any]:
        """The `options` object of a request: only what is set."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "stop"}
        request = {name: value for name, value in named.items() if value is not None}
        if self.stop:
            request["stop"] = list(self.stop)
        return request

    def over(self, base: Options) -> Options:
        """These options where set, `base` where not."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Options(
            **{
                name: value if value not in (None, ()) else getattr(base, name)
                for name, value in values.items()
            }
        )


@dataclass(frozen=True, slots=True)
class Preset:
    """A system prompt, options and, if wanted, a model, under a name."""

    id: str
    name: str
    system: str = ""
    options: Options = Options()
    model: str = ""
    description: str = ""
    built_in: bool = False


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
    options: Options = Options()
    context_start: int | None = None
    """Id of the first message the model saw, None when it saw all of them."""

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RunRecord:
        """The record that `as_json` gave; unknown keys are ignored."""
        known = {f.name for f in fields(cls)}
        kept = {key: item for key, item in value.items() if key in known}
        known_options = {f.name for f in fields(Options)}
        options: dict[str, Any] = {
            key: tuple(item) if key == "stop" else item
            for key, item in (kept.pop("options", None) or {}).items()
            if key in known_options
        }
        return cls(**kept, options=Options(**options))


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


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model a server has, as its list and its details say."""

    name: str
    digest: str = ""
    size: int = 0
    modified_at: str = ""
    family: str = ""
    parameter_size: str = ""
    quantization: str = ""
    context_length: int = 0
    capabilities: tuple[str, ...] = ()
    license: str = ""

    @property
    def can_chat(self) -> bool:
        """False only for a model known to do nothing but embeddings."""
        return not self.capabilities or "completion" in self.capabilities

    @property
    def can_think(self) -> bool:
        """Whether the model emits thinking that can be switched on and off."""
        return "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that speaks Ollama's API, and what to send with every request to it."""

    kind: ServerKind
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What the window shows of a server."""

    kind: ServerKind
    state: ServerState
    url: str = ""
    version: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person, with at most one thing to do about it."""

    text: str
    remedy: Remedy = Remedy.NONE
    remedy_label: str = ""
    is_error: bool = True
