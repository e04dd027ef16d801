"""The preset being written: one text, seen by an editor and by a form."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui import files, language
from gui.controllers.models_controller import ModelsController
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import PresetError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Notice, Preset, ServerKind, ServerState
from gui.records.modelfile import ParameterField
from gui.records.preset_editing import PresetDraft, PresetView

if TYPE_CHECKING:
    from gui.records import Diagnostic

_CHECK = "check preset"
_CHECK_MS = 150
_USUAL_URL = "http://127.0.0.1:11434"
"""Of Ollama, and of `ondol engine`; the window's own engine is for the window only."""


class PresetEditorController(QObject):
    """Form and editor change the same text; what one changes the other is told.

    The window may be closed and opened again meanwhile: the draft lives here.
    """

    loaded = Signal(str)  # another text took its place
    text_changed = Signal(str)  # by the form
    view_changed = Signal(object)  # PresetView
    checked = Signal(object)  # tuple[Diagnostic, ...]
    state_changed = Signal()  # the draft
    saved = Signal(object)  # Preset
    not_saved = Signal()
    told = Signal(object)  # Notice

    def __init__(
        self, rooms: Rooms, tasks: Tasks, presets: PresetsController, models: ModelsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._presets = presets
        self._models = models
        self._checking = False
        self._checked: tuple[str, tuple[str, ...] | None] | None = None
        self._number = 0
        self._opening = 0
        self._saves = itertools.count(1)
        self._saving = asyncio.Lock()
        self._forgotten: PresetDraft | None = None
        self.is_open = False
        self.draft = PresetDraft()
        self.view = PresetView(Preset("", ""))
        self.findings: tuple[Diagnostic, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._check_now)
        models.models_changed.connect(self.look_again)
        presets.deleted.connect(self._forget)

    @property
    def text(self) -> str:
        """What is written."""
        return self.draft.text

    @property
    def preset(self) -> Preset:
        """What was read of it last."""
        return self.view.preset

    def fields(self) -> tuple[ParameterField, ...]:
        """The options that a form offers."""
        from gui.controllers.preset_form import option_fields

        return option_fields()

    def models(self) -> tuple[str, ...]:
        """The models that can be named."""
        return tuple(model.name for model in self._models.models if model.can_chat)

    # Another preset.

    def open(self, preset_id: str) -> None:
        """Read a preset: `loaded`, or `told` why not."""
        self._opening += 1
        work = partial(self._open, preset_id, (self._number, self._opening))
        self._start(work, f"open preset {self._opening}")

    def new(self) -> None:
        """A preset that says nothing yet but its name."""
        from gui.chat.presets.writing import render

        name = self._presets.free_name(tr("New preset"))
        text = render(Preset("", name))
        self.load(PresetDraft("", text, text))

    def load(self, draft: PresetDraft) -> None:
        """Have this draft in place of the one before."""
        self._number += 1
        self.draft = draft
        self.is_open = True
        self.view = self._view(Preset(draft.id, ""))
        self.findings = ()
        self._checked = None
        self.loaded.emit(draft.text)
        self.view_changed.emit(self.view)
        self.state_changed.emit()
        self._timer.start()

    async def _open(self, preset_id: str, moment: tuple[int, int]) -> None:
        """If another draft came, or was asked for, since this moment, that one stays."""
        preset = next((p for p in self._presets.presets if p.id == preset_id), None)
        text = await self._rooms.call(lambda rooms: _source(rooms, preset_id))
        if moment == (self._number, self._opening):
            kept = text = text.replace("\r\n", "\n")
            if self._forgotten is not None and self._forgotten.id == preset_id:
                text, self._forgotten = self._forgotten.text, None
            is_built_in = preset is not None and preset.built_in
            self.load(PresetDraft(preset_id, text, kept, is_built_in))

    # Changes.

    def set_text(self, text: str) -> None:
        """The person wrote in the editor."""
        if text != self.draft.text and not self.draft.built_in:
            self.draft = replace(self.draft, text=text)
            self._show(self._view(self.view.preset))

    def change(self, preset: Preset) -> None:
        """The person changed something in the form: only that changes in the text."""
        from gui.chat.presets.writing import changed
        from gui.controllers.preset_form import shown_as

        if self.draft.built_in or self.view.fault:
            return
        try:
            text = changed(self.text, preset, language.chosen())
        except PresetError as error:
            self.told.emit(Notice(str(error)))
            return
        if text != self.text:
            self.draft = replace(self.draft, text=text)
            self.text_changed.emit(text)
            self._show(shown_as(preset, self.draft, self._installed))

    def revert(self) -> None:
        """Back to what was kept last."""
        self.load(replace(self.draft, text=self.draft.kept))

    def _view(self, last: Preset) -> PresetView:
        from gui.controllers.preset_form import view_of

        return view_of(self.draft, last, self._installed)

    def _show(self, view: PresetView) -> None:
        self.view = view
        self.view_changed.emit(view)
        self.state_changed.emit()
        self._timer.start()

    def look_again(self) -> None:
        """Another server may have other models, another language other words."""
        if self.is_open:
            self.view = self._view(self.view.preset)
            self.view_changed.emit(self.view)
            self._timer.start()

    def _forget(self, preset_id: str) -> None:
        """The preset is deleted: its draft comes back only with it."""
        if preset_id == self.draft.id:
            self._forgotten = self.draft if self.draft.is_dirty else None
            self.is_open = False
            self.draft = PresetDraft()

    # Saving.

    def save(self) -> None:
        """Keep the text in its file: `saved`, or `told` and `not_saved`."""
        if self.draft.built_in:
            self.not_saved.emit()
            return
        # Each runs to its end, one after another: the second knows the id the first was given.
        name = f"save preset {next(self._saves)}"
        self._start(partial(self._save, self.draft, self._number), name)

    async def _save(self, draft: PresetDraft, number: int) -> None:
        async with self._saving:
            await self._save_alone(draft, number)

    async def _save_alone(self, draft: PresetDraft, number: int) -> None:
        if number == self._number:
            draft = replace(draft, id=self.draft.id)
        try:
            saved = await self._rooms.call(lambda rooms: _save(rooms, draft))
        except PresetError:
            self.not_saved.emit()
            raise
        if number == self._number:
            self.draft = replace(self.draft, id=saved.id, kept=draft.text)
            self.view = replace(self.view, preset=replace(self.view.preset, id=saved.id))
            self.state_changed.emit()
        await self._presets.reread()
        self.saved.emit(saved)

    # As Python.

    def python(self) -> tuple[str, str]:
        """A script that does what the preset does, or "" and why there is none."""
        from gui.chat.presets.python import as_python

        if self.view.fault:
            return "", self.view.fault
        chosen = self._models.chosen
        status = self._models.status
        url = status.url if status.kind is not ServerKind.BUILT_IN else ""
        try:
            name = chosen.name if chosen else ""
            return as_python(self.preset, name, url or _USUAL_URL), ""
        except PresetError as error:
            return "", str(error)

    def save_python(self, script: str, path: Path) -> None:
        """Write the script to a file of the person's choice."""

        async def write() -> None:
            try:
                await self._rooms.compute(lambda: files.write_whole(path, script, 0o644))
            except OSError as error:
                what = tr("{file} could not be saved: {reason}.", file=path.name, reason=error)
                self.told.emit(Notice(f"{what} {tr('Choose another folder.')}"))
            else:
                text = tr("The script was saved as {file}.", file=path.name)
                self.told.emit(Notice(text, is_error=False))

        self._start(write, "save script")

    # Checking.

    @property
    def _installed(self) -> tuple[str, ...] | None:
        """The server's models, None while that is not known."""
        if self._models.status.state is not ServerState.READY or not self._models.models:
            return None
        return tuple(model.name for model in self._models.models)

    def _check_now(self) -> None:
        if self.is_open and not self._checking and self._checked != self._asked:
            self._checking = True
            self._tasks.replace(self._check(), _CHECK)

    @property
    def _asked(self) -> tuple[str, tuple[str, ...] | None]:
        return self.text, self._installed

    async def _check(self) -> None:
        """Of a text that was changed meanwhile it says nothing."""
        from gui.chat.presets.check import Facts, check

        asked = text, installed = self._asked
        try:
            found = await self._rooms.compute(lambda: check(text, Facts(installed)))
        finally:
            self._checking = False
        if asked == self._asked:
            self._checked, self.findings = asked, found
            self.checked.emit(found)
        else:
            self._timer.start()

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        async def told() -> None:
            try:
                await work()
            except PresetError as error:
                self.told.emit(Notice(str(error)))

        self._tasks.replace(told(), name)


async def _source(rooms: OpenRooms, preset_id: str) -> str:
    return rooms.presets.source(preset_id)


async def _save(rooms: OpenRooms, draft: PresetDraft) -> Preset:
    return rooms.presets.save_source(draft.id, draft.text)
