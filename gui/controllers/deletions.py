"""Models that the person deletes: hidden at once, deleted when nobody thought better of it."""

from __future__ import annotations

import asyncio
import itertools

from PySide6.QtCore import QObject, Signal

from gui.controllers.notices import remedy_label
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Notice, Remedy
from gui.records.servers import ServerKey

UNDO_SECONDS = 10
_LAST_CHANCE_SECONDS = 3.0


class Deletions(QObject):
    """The server still has a model that waits here; Undo only lets it stay."""

    changed = Signal()  # which models wait
    deleted = Signal(object, str)  # ServerKey, name
    told = Signal(object)  # Notice

    def __init__(self, rooms: Rooms, tasks: Tasks) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._waiting: dict[tuple[ServerKey, str], str] = {}
        self._numbers = itertools.count(1)

    def waits(self, key: ServerKey, name: str) -> bool:
        """Whether a model is to be deleted."""
        return (key, name) in self._waiting

    def begin(self, key: ServerKey, name: str) -> None:
        """Delete a model when `UNDO_SECONDS` have passed, or when Ondol quits."""
        if self.waits(key, name):
            return
        task = f"delete model {next(self._numbers)}"
        self._waiting[key, name] = task
        self._tasks.start(self._delete_later(key, name, task), task)
        self.changed.emit()
        text = tr("{name} is deleted in {seconds} seconds.", name=name, seconds=UNDO_SECONDS)
        undo = Remedy.UNDO_DELETE
        self.told.emit(Notice(text, undo, remedy_label(undo), is_error=False))

    def undo(self) -> None:
        """Keep the model that was deleted last."""
        if self._waiting:
            self.keep(*next(reversed(self._waiting)))

    def keep(self, key: ServerKey, name: str) -> None:
        """Do not delete a model after all."""
        if task := self._waiting.pop((key, name), ""):
            self._tasks.cancel(task)
            self.changed.emit()

    def settle(self, key: ServerKey, name: str) -> None:
        """The list does not have it any more."""
        self._waiting.pop((key, name), None)

    async def _delete_later(self, key: ServerKey, name: str, task: str) -> None:
        try:
            await asyncio.sleep(UNDO_SECONDS)
        except asyncio.CancelledError:
            if self._waiting.get((key, name)) == task:  # not undone: Ondol quits
                async with asyncio.timeout(_LAST_CHANCE_SECONDS):
                    await self._rooms.call(lambda rooms: _delete(rooms, key, name))
            raise
        try:
            await self._rooms.call(lambda rooms: _delete(rooms, key, name))
        except OndolError as error:
            self._waiting.pop((key, name), None)
            self.changed.emit()
            self.told.emit(Notice(str(error)))
            return
        self.told.emit(Notice(tr("{name} was deleted.", name=name), is_error=False))
        self.deleted.emit(key, name)


async def _delete(rooms: OpenRooms, key: ServerKey, name: str) -> None:
    await (await rooms.client(key)).delete(name)
