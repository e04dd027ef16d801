"""What is said of a server and of a certificate."""

from __future__ import annotations

from datetime import UTC, datetime

from gui.language import tr
from gui.records import LocalOllama, ServerKind, ServerState, ServerStatus


def server_title(status: ServerStatus) -> str:
    """What a person calls this server."""
    if status.kind is ServerKind.BUILT_IN:
        return tr("Built-in engine")
    return status.name or tr("Ollama on this machine")


def server_line(status: ServerStatus, ollama: LocalOllama) -> str:
    """How it is, in one line."""
    where = status.url.partition("://")[2]
    match status.kind, status.state:
        case ServerKind.BUILT_IN, ServerState.READY:
            return tr("Ready, inside Ondol")
        case ServerKind.BUILT_IN, _:
            return tr("Starts when you use it; nothing to install")
        case _, ServerState.READY:
            ours = tr("started by Ondol") if _is_ours(status, ollama) else ""
            parts = (f"Ollama {status.version}".strip(), where, ours)
            return " · ".join(part for part in parts if part)
        case _, ServerState.STARTING:
            return " · ".join(part for part in (tr("asking…"), where) if part)
        case ServerKind.OLLAMA, _ if ollama.is_here and not ollama.program:
            return tr("Not installed on this machine, and nothing answers at its address")
        case ServerKind.OLLAMA, _ if ollama.is_here:
            return tr("Installed, but not running")
    return status.detail or tr("not answering")


def _is_ours(status: ServerStatus, ollama: LocalOllama) -> bool:
    return status.kind is ServerKind.OLLAMA and ollama.is_ours


def fingerprint_text(fingerprint: str) -> str:
    """A fingerprint as others show it: pairs with colons, in two lines."""
    pairs = [fingerprint[i : i + 2].upper() for i in range(0, len(fingerprint), 2)]
    half = (len(pairs) + 1) // 2
    return ":".join(pairs[:half]) + ":\n" + ":".join(pairs[half:])


def day_text(seconds: float) -> str:
    """A day of the calendar, in UTC as certificates have it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
