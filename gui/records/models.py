"""The models a server has, what is known of them, and models on their way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    parent: str = ""
    """The model it was made from, "" if that is not known."""

    @property
    def can_chat(self) -> bool:
        """False only for a model known to do nothing but embeddings."""
        return not self.capabilities or "completion" in self.capabilities

    @property
    def can_think(self) -> bool:
        """Whether the model emits thinking that can be switched on and off."""
        return "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory: `size` bytes of it, `size_vram` of them on a graphics card.

    `expires_at` is when it leaves, None if it stays for ever.
    """

    name: str
    size: int = 0
    size_vram: int = 0
    expires_at: float | None = None
    context_length: int = 0


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """All that a server tells of one model.

    `metadata` are readable pairs of the model file's header, `tensors` have name, type and
    shape, `messages` role and text, `layers` what each part is and its digest ("sha256:...").
    """

    info: ModelInfo
    modelfile: str = ""
    template: str = ""
    system: str = ""
    parameters: str = ""
    license: str = ""
    digest: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    tensors: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    layers: tuple[tuple[str, str], ...] = ()


class TransferKind(StrEnum):
    """What is being done to have, or to give away, a model."""

    PULL = "pull"
    CREATE = "create"
    PUSH = "push"
    DOWNLOAD = "download"
    """From Hugging Face."""


class TransferState(StrEnum):
    """How a transfer stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """It ran when Ondol ended; it can go on."""

    @property
    def is_active(self) -> bool:
        """Whether something happens, or will by itself."""
        return self in (TransferState.QUEUED, TransferState.RUNNING)

    @property
    def can_resume(self) -> bool:
        """Whether the person can have it go on."""
        resting = (TransferState.PAUSED, TransferState.FAILED, TransferState.INTERRUPTED)
        return self in resting


@dataclass(frozen=True, slots=True)
class Transfer:
    """A model on its way, as a row shows it.

    `server` is the key of the server it is done by, `status` one line in the person's words.
    `completed` is never more than `total`; `total` is 0 while it is not known. `speed` is
    bytes a second over the last few seconds. `error` is why it failed, `detail` what else is
    to say: why it waits, or the digest when it is done.
    """

    id: str
    kind: TransferKind
    name: str
    server: str
    state: TransferState
    status: str = ""
    completed: int = 0
    total: int = 0
    speed: float = 0.0
    seconds_left: float | None = None
    error: str = ""
    detail: str = ""


class Fit(StrEnum):
    """Whether a model runs on a machine."""

    FITS = "fits"
    SLOW = "slow"
    WILL_NOT_FIT = "will-not-fit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FitEstimate:
    """Whether a model fits, and the bytes it was judged by.

    `needed` by the model, `memory` and `video_memory` that the machine has; 0 is unknown.
    """

    fit: Fit
    needed: int
    memory: int
    video_memory: int
    sentence: str


@dataclass(frozen=True, slots=True)
class CatalogueSize:
    """One size of a model: its tag, "8B", the bytes to download, the tokens it can read."""

    tag: str
    parameters: str
    bytes: int
    context: int


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model worth suggesting. `good_for` are `PURPOSES`, `languages` two-letter codes."""

    name: str
    title: str
    about: str
    sizes: tuple[CatalogueSize, ...] = ()
    languages: tuple[str, ...] = ()
    good_for: tuple[str, ...] = ()
    license: str = ""


PURPOSES = ("chat", "korean", "small", "reasoning", "code", "vision", "embedding")
"""What a model can be good for, in the order in which a person is shown them."""
