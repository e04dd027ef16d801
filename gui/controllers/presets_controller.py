"""The presets there are, the one chosen, and what is done with them as a whole."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui import paths
from gui.controllers.notices import Notices, remedy_label
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.settings_controller import SettingsController
from gui.errors import PresetError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Notice, Preset, Remedy


class PresetsController(QObject):
    """The state behind the preset dropdown and the list of presets."""

    listed = Signal(object)  # tuple[Preset, ...]
    chosen_changed = Signal(object)  # Preset
    made = Signal(object)  # Preset: a copy, or one that was imported
    deleted = Signal(str)
    told = Signal(object)  # Notice

    def __init__(
        self, rooms: Rooms, tasks: Tasks, notices: Notices, settings: SettingsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._settings = settings
        self._deleted: tuple[str, str] | None = None
        self._numbers = itertools.count(1)
        self._dragged: tempfile.TemporaryDirectory[str] | None = None
        self.presets: tuple[Preset, ...] = ()
        self.chosen = Preset("", "")

    def refresh(self) -> None:
        """Read the presets again."""
        self._tasks.replace(self.reread(tells=True), "list presets")

    def look_again(self) -> None:
        """Another program may have changed a file; what cannot be used was told before."""
        self._tasks.replace(self.reread(), "look at presets")

    def choose(self, preset_id: str) -> None:
        """Use this preset from now on; what was said does not change."""
        if preset := self.get(preset_id):
            self._settings.change(preset=preset_id)
            self._set_chosen(preset)

    def get(self, preset_id: str) -> Preset | None:
        """A preset by its id, as it was read last."""
        return next((p for p in self.presets if p.id == preset_id), None)

    def free_name(self, name: str) -> str:
        """`name`, or with a number behind it, as no preset is called."""
        taken = {preset.name for preset in self.presets}
        numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
        return next(each for each in (name, *numbered) if each not in taken)

    def duplicate(self, preset_id: str) -> None:
        """A copy among the person's own: `made`."""
        if (preset := self.get(preset_id)) is None:
            return
        name = self.free_name(tr("{name} (copy)", name=preset.name))

        async def duplicate() -> None:
            copy = await self._rooms.call(lambda rooms: _duplicate(rooms, preset_id, name))
            await self.reread()
            self.made.emit(copy)

        self._start(duplicate, "duplicate preset")

    def reorder(self, preset_ids: Sequence[str]) -> None:
        """Give the person's own this order."""
        places = {preset_id: place for place, preset_id in enumerate(preset_ids)}
        own = sorted(
            (preset for preset in self.presets if not preset.built_in),
            key=lambda preset: places.get(preset.id, len(places)),
        )
        self.presets = (*(preset for preset in self.presets if preset.built_in), *own)
        self.listed.emit(self.presets)
        ids = tuple(preset.id for preset in own)

        async def order() -> None:
            try:
                await self._rooms.call(lambda rooms: _reorder(rooms, ids))
            finally:
                await self.reread()

        self._start(order, "order presets")

    def delete(self, preset_id: str) -> None:
        """Remove one of the person's own; built-in ones stay. It can be undone."""
        preset = self.get(preset_id)
        if preset is None or preset.built_in:
            return

        async def delete() -> None:
            self._deleted = preset_id, await self._rooms.call(lambda r: _delete(r, preset_id))
            await self.reread()
            self.deleted.emit(preset_id)
            undo = Remedy.UNDO_DELETE
            text = tr("{name} was deleted.", name=preset.name)
            self.told.emit(Notice(text, undo, remedy_label(undo), is_error=False))

        self._start(delete, "delete preset")

    def undo_delete(self) -> None:
        """Bring back what was deleted last: `made`."""
        if self._deleted is None:
            return
        (preset_id, text), self._deleted = self._deleted, None

        async def restore() -> None:
            preset = await self._rooms.call(lambda rooms: _restore(rooms, preset_id, text))
            await self.reread()
            self.made.emit(preset)

        self._start(restore, "restore preset")

    def import_files(self, files: Sequence[Path]) -> None:
        """Take files among the person's own: `made` of each, `told` of those that cannot be."""

        async def take() -> None:
            wrong: list[PresetError] = []
            taken: list[Preset] = []
            for file in files:
                try:
                    taken.append(await self._rooms.call(partial(_import, path=file)))
                except PresetError as error:
                    wrong.append(error)
            await self.reread()
            for preset in taken:
                self.made.emit(preset)
            if wrong:
                self.told.emit(Notice("\n".join(str(error) for error in wrong)))
            elif len(taken) > 1:
                text = tr("{count} presets were imported.", count=len(taken))
                self.told.emit(Notice(text, is_error=False))

        self._start(take, "import presets")

    def export(self, preset_id: str, path: Path) -> None:
        """Write a preset, as it was saved last, to a file of the person's choice."""
        if (preset := self.get(preset_id)) is None:
            return

        async def export() -> None:
            await self._rooms.call(lambda rooms: _export(rooms, preset, path))
            text = tr("{name} was exported to {file}.", name=preset.name, file=path.name)
            self.told.emit(Notice(text, is_error=False))

        self._start(export, "export preset")

    def drag_file(self, preset_id: str) -> Path | None:
        """A file for a preset that is dragged out, None if there is none; gone when Ondol ends."""
        from gui.chat import PresetStore

        if (preset := self.get(preset_id)) is None:
            return None
        with contextlib.suppress(OSError, PresetError):
            if self._dragged is None:
                self._dragged = tempfile.TemporaryDirectory(prefix="ondol-")
            path = Path(self._dragged.name) / f"{preset.id}.toml"
            # A drag cannot wait for another thread; the store keeps nothing but two paths.
            store = PresetStore(paths.resources() / "presets", paths.own_presets())
            store.export(preset, path)
            return path
        return None

    def close(self) -> None:
        """Nothing is dragged any more."""
        if self._dragged is not None:
            self._dragged.cleanup()
            self._dragged = None

    async def reread(self, *, tells: bool = False) -> None:
        """Read the presets again; `tells` says which files cannot be used."""
        self.presets, problems = await self._rooms.call(_available)
        self.listed.emit(self.presets)
        wanted = self._settings.settings.preset
        kept = [preset for preset in self.presets if preset.id == wanted]
        if found := (kept or list(self.presets))[:1]:
            self._set_chosen(found[0])
        for problem in problems if tells else ():
            self._notices.tell_error(problem)

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        async def told() -> None:
            try:
                await work()
            except PresetError as error:
                self.told.emit(Notice(str(error)))

        # Each runs to its end: what is done to files is not left half way.
        self._tasks.start(told(), f"{name} {next(self._numbers)}")

    def _set_chosen(self, preset: Preset) -> None:
        if preset != self.chosen:
            self.chosen = preset
            self.chosen_changed.emit(preset)


async def _available(rooms: OpenRooms) -> tuple[tuple[Preset, ...], tuple[PresetError, ...]]:
    return rooms.presets.available(), rooms.presets.problems


async def _duplicate(rooms: OpenRooms, preset_id: str, name: str) -> Preset:
    return rooms.presets.duplicate(preset_id, name)


async def _reorder(rooms: OpenRooms, preset_ids: Sequence[str]) -> None:
    rooms.presets.reorder(preset_ids)


async def _delete(rooms: OpenRooms, preset_id: str) -> str:
    text = rooms.presets.source(preset_id)
    rooms.presets.delete(preset_id)
    return text


async def _restore(rooms: OpenRooms, preset_id: str, text: str) -> Preset:
    return rooms.presets.save_source(preset_id, text)


async def _import(rooms: OpenRooms, path: Path) -> Preset:
    return rooms.presets.import_file(path)


async def _export(rooms: OpenRooms, preset: Preset, path: Path) -> None:
    rooms.presets.export(preset, path)
