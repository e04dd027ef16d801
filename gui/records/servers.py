"""Servers of Ollama's API, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ServerKind(StrEnum):
    """Where the text comes from."""

    BUILT_IN = "built-in"
    OLLAMA = "ollama"


class ServerState(StrEnum):
    """What is known of a server now."""

    STARTING = "starting"
    READY = "ready"
    UNREACHABLE = "unreachable"


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
