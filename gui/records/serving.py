"""Presets and chains served over HTTP, and the requests that come for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from gui.records.presets import Preset

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Serving:
    """What is to be served, and how.

    `model` is for steps without one of their own. `port` 0 is any free one. Without `key`
    one is made up. `everyone` must be said before other machines may ask.
    """

    preset: Preset
    model: str
    host: str = LOOPBACK
    port: int = 0
    key: str = field(default="", repr=False)
    everyone: bool = False
    log_text: bool = False
    """Whether the log and `ServedRequest` have what was asked and answered."""
    running: int = 1
    """Requests answered at a time."""
    waiting: int = 8
    """Requests that wait for their turn; more are told to come back later."""


@dataclass(frozen=True, slots=True)
class ServedChain:
    """Where a chain is served, and the key that every request must carry."""

    url: str
    key: str = field(repr=False)
    preset: str = ""
    """Its name."""
    model: str = ""
    fields: tuple[str, ...] = ()
    """The names an input must have."""

    @property
    def chain_url(self) -> str:
        """The address of the chain: what RemoteRunnable takes."""
        return f"{self.url}/chain"

    @property
    def playground_url(self) -> str:
        """A page to try it in a browser, which asks for a name (any) and a password (the key)."""
        return f"{self.chain_url}/playground/"


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request for a served chain, when it was over."""

    time: float
    """When it came, in seconds since the epoch."""
    method: str
    route: str
    """The path as it was sent, shortened; without the query, where some put keys."""
    client: str
    """The address it came from."""
    status: int
    """Of HTTP; 499 for a client that left before there was an answer."""
    seconds: float
    waited: float = 0.0
    """Of these seconds, those before its turn."""
    size: int = 0
    """Bytes of its body."""
    tokens: int = 0
    """Generated for it, 0 when the server did not say."""
    error: str = ""
    asked: str = ""
    answered: str = ""
    """Texts, with `Serving.log_text` only."""
