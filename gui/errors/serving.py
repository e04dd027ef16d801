"""A preset or chain could not be served."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class ServeError(OndolError):
    """A preset or chain could not be served."""


class AddressUnusable(ServeError):
    """The host or port to listen at cannot be had."""

    remedy = Remedy.RETRY

    def __init__(self, host: str, port: int, detail: str = "") -> None:
        super().__init__(
            tr("Nothing can be served at {host}, port {port}.", host=host, port=port),
            tr("Another program may use the port: choose another, or 0 for any that is free."),
            detail,
        )


class OthersNotAgreed(ServeError):
    """Other machines could reach the address, and nobody agreed to that."""

    def __init__(self, host: str) -> None:
        super().__init__(
            tr("{host} can be reached from other machines.", host=host),
            tr("Nothing is served. Agree to it first, or serve at 127.0.0.1."),
        )


class BadServeKey(ServeError):
    """The key is too easy to guess, or cannot be sent."""

    def __init__(self) -> None:
        super().__init__(
            tr("The key cannot be used."),
            tr("It must be one word of at least 16 letters, digits, - or _."),
        )


class ServingStopped(ServeError):
    """The process that serves ended by itself."""

    remedy = Remedy.RETRY

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("The chain is no longer served: its process ended."),
            tr("Start it again; the log says why it ended."),
            detail,
        )
