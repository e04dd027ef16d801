"""The preset being written as a script in Python."""

from __future__ import annotations

import itertools
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui import files
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import Rooms
from gui.errors import PresetError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Notice, ServerKind
from gui.records.preset_editing import PresetView

_READABLE = 0o644
_USUAL_URL = "http://127.0.0.1:11434"
"""Of Ollama, and of `ondol engine`; the window's own engine is for the window only."""


class PresetScript(QObject):
    """Made anew each time it is asked for."""

    told = Signal(object)  # Notice

    def __init__(
        self, rooms: Rooms, tasks: Tasks, models: ModelsController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._numbers = itertools.count(1)

    def of(self, view: PresetView) -> tuple[str, str]:
        """A script that does what the preset does, or "" and why there is none."""
        from gui.chat.presets.python import as_python

        if view.fault:
            return "", view.fault
        chosen, status = self._models.chosen, self._models.status
        url = status.url if status.kind is not ServerKind.BUILT_IN else ""
        try:
            return as_python(view.preset, chosen.name if chosen else "", url or _USUAL_URL), ""
        except PresetError as error:
            return "", str(error)

    def save(self, script: str, path: Path) -> None:
        """Write the script to a file of the person's choice."""

        async def write() -> None:
            try:
                await self._rooms.compute(lambda: files.write_whole(path, script, _READABLE))
            except OSError as error:
                what = tr("{file} could not be saved: {reason}.", file=path.name, reason=error)
                self.told.emit(Notice(f"{what} {tr('Choose another folder.')}"))
            else:
                text = tr("The script was saved as {file}.", file=path.name)
                self.told.emit(Notice(text, is_error=False))

        self._tasks.start(write(), f"save script {next(self._numbers)}")
