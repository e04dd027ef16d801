"""Two texts compared word by word, off every loop."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Signal

from gui.controllers.rooms import Rooms
from gui.eventloop import Tasks

_numbers = itertools.count(1)


class Differences(QObject):
    """The newest two texts win."""

    found = Signal(object)  # tuple[tuple[DiffKind, str], ...], in the order of reading

    def __init__(self, rooms: Rooms, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rooms = rooms
        self._tasks = tasks
        self._task = f"word differences {next(_numbers)}"

    def find(self, old: str, new: str) -> None:
        """Look for what is in one of them only: `found`."""

        async def find() -> None:
            from gui.chat.chains.diffing import words_diff

            self.found.emit(await self._rooms.compute(lambda: words_diff(old, new)))

        self._tasks.replace(find(), self._task)
