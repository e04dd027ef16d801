"""The settings now, and their saving."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.controllers.notices import Notices
from gui.errors import SettingsError
from gui.eventloop import Tasks
from gui.settings import Settings, SettingsFile

_TASK = "save settings"


class SettingsController(QObject):
    """Holds one frozen `Settings`, replaced whole and announced once."""

    changed = Signal(object, object)  # new Settings, old Settings

    def __init__(
        self, file: SettingsFile, settings: Settings, tasks: Tasks, notices: Notices
    ) -> None:
        super().__init__()
        self._file = file
        self._settings = settings
        self._saved = settings
        self._tasks = tasks
        self._notices = notices

    @property
    def settings(self) -> Settings:
        """What is chosen now."""
        return self._settings

    def change(self, **values: Any) -> None:
        """Replace these fields; saved soon after, off this thread."""
        old, new = self._settings, replace(self._settings, **values)
        if new == old:
            return
        self._settings = new
        self.changed.emit(new, old)
        if not self._tasks.is_running(_TASK):
            self._tasks.start(self._save(), _TASK)

    async def _save(self) -> None:
        while self._saved != self._settings:
            await asyncio.sleep(0.3)
            settings = self._settings
            try:
                await asyncio.to_thread(self._file.save, settings)
            except SettingsError as error:
                self._notices.tell_error(error)
            self._saved = settings

    def save_now(self) -> None:
        """Save what is not saved yet; a refusal becomes a notice."""
        if self._saved == self._settings:
            return
        self._saved = self._settings
        try:
            self._file.save(self._settings)
        except SettingsError as error:
            self._notices.tell_error(error)
