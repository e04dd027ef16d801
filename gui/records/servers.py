"""Servers of Ollama's API, what is known of them, and how a connection was tested."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

ServerKey = str
"""Names one server: a ServerKind for the two of this machine, `remote:<id>` for the others."""


class ServerKind(StrEnum):
    """Where the text comes from."""

    BUILT_IN = "built-in"
    OLLAMA = "ollama"
    REMOTE = "remote"


def server_key(kind: ServerKind, server_id: str = "") -> ServerKey:
    """The key of a server; `server_id` is that of its ServerEntry, "" for this machine's."""
    return f"{kind.value}:{server_id}" if server_id else kind


class ServerState(StrEnum):
    """What is known of a server now."""

    STARTING = "starting"
    READY = "ready"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that speaks Ollama's API, and what to send with every request to it.

    `fingerprint` is the SHA-256 of the one certificate it may show, 64 hexadecimal digits;
    "" asks the system's authorities.
    """

    kind: ServerKind
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    fingerprint: str = ""
    id: str = ""
    """Of its ServerEntry, if it has one."""

    @property
    def key(self) -> ServerKey:
        """What names this server everywhere."""
        return server_key(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What the window shows of a server."""

    kind: ServerKind
    state: ServerState
    url: str = ""
    version: str = ""
    detail: str = ""
    id: str = ""
    """Of its ServerEntry, if it has one."""
    name: str = ""
    """What the person calls it."""

    @property
    def key(self) -> ServerKey:
        """What names this server everywhere."""
        return server_key(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """A server elsewhere that the person added; the values of its headers are not here."""

    id: str
    name: str
    url: str
    header_names: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def key(self) -> ServerKey:
        """What names this server everywhere."""
        return server_key(ServerKind.REMOTE, self.id)


@dataclass(frozen=True, slots=True)
class ServerDraft:
    """What the person typed of a server; a value of None keeps the one saved before."""

    id: str
    """"" for a new one."""
    name: str
    address: str
    token: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    fingerprint: str = ""

    @property
    def keeps_secrets(self) -> bool:
        """Whether something saved before is kept."""
        return self.token is None or any(value is None for _, value in self.headers)


@dataclass(frozen=True, slots=True)
class ServerChoices:
    """What the person decided about servers.

    `plain_hosts` are hosts on the internet that may be spoken to without encryption; None
    lets all of them be.
    """

    entries: tuple[ServerEntry, ...] = ()
    plain_hosts: tuple[str, ...] | None = None


class CertificateProblem(StrEnum):
    """Why a certificate is not believed."""

    SELF_SIGNED = "self-signed"
    UNKNOWN_ISSUER = "unknown-issuer"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wrong-host"
    CHANGED = "changed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a person compares it; times are seconds since the epoch, UTC."""

    fingerprint: str
    """The SHA-256 of the whole certificate, 64 hexadecimal digits."""
    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: float
    valid_until: float


class StepOutcome(StrEnum):
    """How one step of a connection test went."""

    FINE = "fine"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One step of a connection test in the person's words; the first that fails is the last."""

    title: str
    outcome: StepOutcome
    text: str
    todo: str = ""
    certificate: Certificate | None = None
    """The one that was refused, when the person may trust exactly this one."""


@dataclass(frozen=True, slots=True)
class LocalOllama:
    """The Ollama of this machine: whether it can be started, and whether we did."""

    program: str = ""
    """Where it is installed, "" if it was not found."""
    is_here: bool = True
    """Whether OLLAMA_HOST is an address of this machine."""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class ServersOverview:
    """Every server there is to choose from, the built-in engine and Ollama first."""

    servers: tuple[ServerStatus, ...]
    ollama: LocalOllama
