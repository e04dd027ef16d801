"""The draft of a preset on the disk: what is not saved survives a restart."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from gui import files, paths
from gui.controllers.preset_editor_controller import PresetEditorController
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import Rooms
from gui.eventloop import Tasks
from gui.records.preset_editing import PresetDraft

DRAFT_MS = 1000
_MOST_BYTES = 4_000_000


class PresetDrafts(QObject):
    """Writes the draft at most once a second, off the window's thread."""

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        presets: PresetsController,
        editor: PresetEditorController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._presets = presets
        self._editor = editor
        self._written: PresetDraft | None = None
        self._is_writing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self._write_soon)
        editor.state_changed.connect(self._remember)

    def begin(self) -> None:
        """The draft of the last time if it was not saved, else the preset that is chosen;
        nothing if one is open already."""
        if self._editor.is_open:
            return
        draft = self._written = read_draft(paths.preset_draft())
        if draft is not None and draft.is_dirty:
            self._editor.load(draft)
        elif self._presets.chosen.id:
            self._editor.open(self._presets.chosen.id)

    def save_now(self) -> None:
        """Ondol quits: keep the draft as it is."""
        if self._editor.is_open and self._written != self._editor.draft:
            with contextlib.suppress(OSError):
                write_draft(self._editor.draft, paths.preset_draft())

    def _remember(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _write_soon(self) -> None:
        if not self._is_writing and self._written != self._editor.draft:
            self._is_writing = True
            self._tasks.start(self._write(self._editor.draft), "save preset draft")

    async def _write(self, draft: PresetDraft) -> None:
        try:
            with contextlib.suppress(OSError):
                await self._rooms.compute(lambda: write_draft(draft, paths.preset_draft()))
                self._written = draft
        finally:
            self._is_writing = False
        if self._written == draft != self._editor.draft:
            self._timer.start()


def write_draft(draft: PresetDraft, path: Path) -> None:
    """Keep a draft whole; raises OSError."""
    files.write_whole(path, json.dumps(asdict(draft)))


def read_draft(path: Path) -> PresetDraft | None:
    """The draft of the last time; None if there is none that can be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        value: Any = json.loads(path.read_text("utf-8"))
        identity, text, kept = (value[key] for key in ("id", "text", "kept"))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(isinstance(each, str) for each in (identity, text, kept)):
        return None
    return PresetDraft(identity, text, kept, value.get("built_in") is True)
