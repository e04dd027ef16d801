"""The app's windows beside the main one: each is made when first asked for, and only once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


class Companions:
    """Windows by a name of their own; they are closed with the main window."""

    def __init__(self) -> None:
        self._windows: dict[str, QWidget] = {}

    def find(self, name: str) -> QWidget | None:
        """The window, None if it was never opened."""
        return self._windows.get(name)

    def bring(self, name: str, kind: type[W], make: Callable[[], W]) -> W:
        """The window, in front; made by `make` if it is not there yet."""
        window = self._windows.get(name)
        if not isinstance(window, kind):
            window = self._windows[name] = make()
        window.showNormal()
        window.raise_()
        window.activateWindow()
        return window

    @property
    def seen(self) -> tuple[str, ...]:
        """Names of the windows that are open, in the order in which they were made."""
        return tuple(name for name, window in self._windows.items() if window.isVisible())

    def hide(self) -> None:
        """Out of sight, as the app ends."""
        for window in self._windows.values():
            window.hide()

    def close(self) -> None:
        """For good."""
        for window in self._windows.values():
            window.close()
            window.deleteLater()
        self._windows.clear()
