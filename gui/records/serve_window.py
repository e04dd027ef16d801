"""A served preset or chain as the Serve window shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ServeState(StrEnum):
    """How it stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"
    ENDED = "ended"
    """By itself."""

    @property
    def is_idle(self) -> bool:
        """Whether something can be started."""
        return self in (ServeState.STOPPED, ServeState.ENDED)


@dataclass(frozen=True, slots=True)
class ServeView:
    """What is served, and how it is asked.

    `key` is "" once it is no longer shown; the examples then have a word in its place.
    """

    state: ServeState = ServeState.STOPPED
    preset_id: str = ""
    preset: str = ""
    """Its name."""
    model: str = ""
    url: str = ""
    """What RemoteRunnable takes."""
    playground: str = ""
    key: str = field(default="", repr=False)
    curl: str = field(default="", repr=False)
    python: str = field(default="", repr=False)
    waits: bool = False
    """Whether requests wait because the chat in the window is being answered."""
    is_outdated: bool = False
    """Whether the preset was changed since."""
    problem: str = ""
    """Why it did not start, or ended."""
