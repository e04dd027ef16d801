"""The bytes of a reply were not what they should be."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class StreamError(OndolError):
    """The bytes of a reply were not what they should be."""

    remedy = Remedy.RETRY


class StreamCut(StreamError):
    """The reply ended without saying that it was done."""

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("{address} closed the connection before the reply was done.", address=address),
            tr("The text so far is kept. Try again."),
            detail,
        )


class StreamGarbled(StreamError):
    """A line of a reply was not JSON, or had the wrong shape."""

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("{address} sent something that is not a reply of Ollama.", address=address),
            tr("The text so far is kept. Try again."),
            detail,
        )


class LineTooLong(StreamError):
    """A single line of a reply passed the limit."""

    def __init__(self, address: str, limit: int) -> None:
        super().__init__(
            tr(
                "{address} sent a line longer than {limit} MB, so the reply was ended.",
                address=address,
                limit=limit // 2**20,
            ),
            tr("The text so far is kept. Try again."),
        )
