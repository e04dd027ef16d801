"""The sizes of windows and splitters as texts that settings can keep."""

from __future__ import annotations

from PySide6.QtCore import QByteArray


def as_text(state: QByteArray) -> str:
    """What `saveGeometry` or `saveState` gave."""
    return bytes(state.toBase64().data()).decode()


def from_text(text: str) -> QByteArray:
    """What `restoreGeometry` and `restoreState` take; they refuse what makes no sense."""
    return QByteArray.fromBase64(text.encode())
