"""What a field asks of the language that is written in it."""

from __future__ import annotations

from typing import Protocol

from gui.records import Completion, Span


class SourceLanguage(Protocol):
    """Pure and fast: both are called on the window's thread, at each key."""

    def spans(self, line: str, state: int) -> tuple[tuple[Span, ...], int]:
        """The colours of a line and what it leaves open, from 0 on; `state` came from above."""
        ...

    def complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        """What could be typed at the offset `cursor`, in characters."""
        ...
