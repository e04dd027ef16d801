"""What is said to a model: the words that were typed, and what a pipe brings."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gui.errors import OndolError
from gui.language import tr
from gui.terminal.shared import interruptible

_MOST_PIPED = 8 << 20


def said(words: Sequence[str]) -> str:
    """The words given, then what a pipe brings; "" for neither. Raises OndolError."""
    parts = [" ".join(words)]
    if not sys.stdin.isatty():
        with interruptible():
            piped = sys.stdin.buffer.read(_MOST_PIPED + 1)
        if len(piped) > _MOST_PIPED:
            raise OndolError(tr("The pipe brings more than {limit} MB.", limit=_MOST_PIPED >> 20))
        parts.append(piped.decode("utf-8", "replace"))
    return "\n\n".join(part.strip() for part in parts if part.strip())
