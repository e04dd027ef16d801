"""Repositories of Hugging Face, what can be chosen in them, downloads, the account there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gui.records.models import FitEstimate


@dataclass(frozen=True, slots=True)
class HubRepo:
    """A repository with GGUF files. Names and tags are the hub's: show them as plain text.

    `gated` is "" for one that is open to all, "auto" if consent is enough, "manual" if the
    owner answers by hand. `updated` is an ISO date. `parameters` and `context_length` are
    counts from the header of its first file; 0 is unknown.
    """

    id: str
    author: str = ""
    downloads: int = 0
    likes: int = 0
    gated: str = ""
    updated: str = ""
    license: str = ""
    tags: tuple[str, ...] = ()
    parameters: int = 0
    context_length: int = 0
    url: str = ""
    """Its page, for the person."""


@dataclass(frozen=True, slots=True)
class HubPage:
    """A part of what a search found; `cursor` asks for the next, "" after the last."""

    repos: tuple[HubRepo, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class HubPart:
    """One file of a repository: its path there, bytes, and what proves its content.

    `sha256` is of the content, in hex; a small file has none, but git's own `blob_id`.
    """

    name: str
    size: int
    sha256: str = ""
    blob_id: str = ""


class HubFileKind(StrEnum):
    """What a GGUF file is for."""

    MODEL = "model"
    PROJECTOR = "projector"
    """Lets a model see; of no use alone."""
    ADAPTER = "adapter"


@dataclass(frozen=True, slots=True)
class HubFile:
    """One choice in a repository: a file, or all parts of a split one in their order.

    `name` is the path of the (first) file, `quantization` like "Q4_K_M", "" if unknown.
    """

    name: str
    size: int
    quantization: str = ""
    kind: HubFileKind = HubFileKind.MODEL
    parts: tuple[HubPart, ...] = ()

    @property
    def shards(self) -> int:
        """Of how many files it is."""
        return len(self.parts)


@dataclass(frozen=True, slots=True)
class HubListing:
    """What can be chosen in a repository as it was at `revision` (a commit, in hex)."""

    repo: HubRepo
    revision: str
    files: tuple[HubFile, ...]


class HubPhase(StrEnum):
    """What a download is doing."""

    DOWNLOADING = "downloading"
    CHECKING = "checking"
    """Reading what is here already, to know that it is right."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class HubProgress:
    """A step of a download; `completed` of `total` bytes are here.

    `moved` bytes came over the network since it began. `paths` are the files, when done.
    """

    phase: HubPhase
    file: str
    completed: int
    total: int
    moved: int = 0
    paths: tuple[str, ...] = ()


class HubHelp(StrEnum):
    """What a person can do when the hub gives nothing."""

    RETRY = "retry"
    ACCEPT = "accept"
    """Open the page at `link` and accept the terms there."""
    TOKEN = "token"  # noqa: S105 - no secret, but the word for one
    ELSEWHERE = "elsewhere"
    """Get models from another place: this one is closed for now."""


@dataclass(frozen=True, slots=True)
class HubProblem:
    """Why the hub gave nothing, in whole sentences, and what helps; `link` is a page there."""

    text: str
    helps: tuple[HubHelp, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class HubOffer:
    """A model file of a repository, and whether it fits the machine it would run on.

    `fit` is judged with the repository's projector, if it has one.
    """

    file: HubFile
    fit: FitEstimate
    is_recommended: bool = False


@dataclass(frozen=True, slots=True)
class HubLook:
    """A repository looked into: its model files, and what goes with them.

    `wanted` is the name of the file that the person asked for, else of the one recommended;
    "" if there is neither. `projector` lets the models see, None if there is none.
    """

    listing: HubListing
    offers: tuple[HubOffer, ...]
    projector: HubFile | None = None
    adapters: tuple[HubFile, ...] = ()
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class HubAccount:
    """Whether there is a token, and whose; never the token itself.

    `is_for_session`: it is in memory only. `problem` is why the hub, or the keyring, did not
    say whose it is.
    """

    has_token: bool = False
    name: str = ""
    is_for_session: bool = False
    problem: str = ""
