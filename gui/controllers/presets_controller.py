"""The presets there are, and the one chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.controllers.notices import Notices
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.settings_controller import SettingsController
from gui.errors import PresetError
from gui.eventloop import Tasks
from gui.records import Preset


class PresetsController(QObject):
    """The state behind the preset dropdown."""

    listed = Signal(object)  # tuple[Preset, ...]
    chosen_changed = Signal(object)  # Preset

    def __init__(
        self, rooms: Rooms, tasks: Tasks, notices: Notices, settings: SettingsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._settings = settings
        self.presets: tuple[Preset, ...] = ()
        self.chosen = Preset("", "")

    def refresh(self) -> None:
        """Read the presets again."""
        self._tasks.replace(self._refresh(), "list presets")

    def choose(self, preset_id: str) -> None:
        """Use this preset from now on; what was said does not change."""
        if preset := next((p for p in self.presets if p.id == preset_id), None):
            self._settings.change(preset=preset_id)
            self._set_chosen(preset)

    def save(self, preset: Preset) -> None:
        """Keep a preset of the person's own, and use it."""

        async def save() -> None:
            saved = await self._rooms.call(lambda rooms: _save(rooms, preset))
            self._settings.change(preset=saved.id)
            await self._refresh()

        self._tasks.replace(save(), "save preset")

    def delete(self, preset_id: str) -> None:
        """Remove a preset of the person's own; built-in ones stay."""

        async def delete() -> None:
            await self._rooms.call(lambda rooms: _delete(rooms, preset_id))
            await self._refresh()

        self._tasks.replace(delete(), "delete preset")

    async def _refresh(self) -> None:
        self.presets, problems = await self._rooms.call(_available)
        self.listed.emit(self.presets)
        wanted = self._settings.settings.preset
        kept = [preset for preset in self.presets if preset.id == wanted]
        if found := (kept or list(self.presets))[:1]:
            self._set_chosen(found[0])
        for problem in problems:
            self._notices.tell_error(problem)

    def _set_chosen(self, preset: Preset) -> None:
        if preset != self.chosen:
            self.chosen = preset
            self.chosen_changed.emit(preset)


async def _available(rooms: OpenRooms) -> tuple[tuple[Preset, ...], tuple[PresetError, ...]]:
    return rooms.presets.available(), rooms.presets.problems


async def _save(rooms: OpenRooms, preset: Preset) -> Preset:
    return rooms.presets.save(preset)


async def _delete(rooms: OpenRooms, preset_id: str) -> None:
    rooms.presets.delete(preset_id)
