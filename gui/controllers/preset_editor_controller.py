"""The preset being written: one text, seen by an editor and by a form."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui import language
from gui.controllers import preset_files
from gui.controllers.models_controller import ModelsController
from gui.controllers.preset_checking import Asked, PresetChecking
from gui.controllers.preset_files import Clash
from gui.controllers.preset_script import PresetScript
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import Rooms
from gui.errors import PresetError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Notice, Preset, ServerState
from gui.records.modelfile import ParameterField
from gui.records.preset_editing import PresetDraft, PresetView


class PresetEditorController(QObject):
    """Form and editor change the same text; what one changes the other is told.

    The window may be closed and opened again meanwhile: the draft lives here. Another program
    may change the file: what is not being changed follows it, what is, clashes when it is saved.
    """

    loaded = Signal(str)  # another text took its place
    text_changed = Signal(str)  # by the form, or in the file
    view_changed = Signal(object)  # PresetView
    state_changed = Signal()  # the draft
    saved = Signal(object)  # Preset
    not_saved = Signal()
    clashed = Signal(object)  # Clash: not saved yet, the person decides
    told = Signal(object)  # Notice

    def __init__(
        self, rooms: Rooms, tasks: Tasks, presets: PresetsController, models: ModelsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._presets = presets
        self._models = models
        self._number = 0
        self._opening = 0
        self._saves = itertools.count(1)
        self._saving = asyncio.Lock()
        self._forgotten: PresetDraft | None = None
        self.is_open = False
        self.draft = PresetDraft()
        self.view = PresetView(Preset("", ""))
        self.checking = PresetChecking(rooms, tasks, self._asked, self)
        self.script = PresetScript(rooms, tasks, models, self)
        self.script.told.connect(self.told)
        models.models_changed.connect(self.look_again)
        presets.listed.connect(lambda _: self._look_at_file())
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
        self.loaded.emit(draft.text)
        self.view_changed.emit(self.view)
        self.state_changed.emit()
        self.checking.begin()

    async def _open(self, preset_id: str, moment: tuple[int, int]) -> None:
        """If another draft came, or was asked for, since this moment, that one stays."""
        draft = await self._read(preset_id)
        if moment == (self._number, self._opening):
            if self._forgotten is not None and self._forgotten.id == preset_id:
                draft, self._forgotten = replace(draft, text=self._forgotten.text), None
            self.load(draft)

    def _look_at_file(self) -> None:
        """The list was read again: perhaps the file of what is not being changed is another."""
        draft = self.draft
        if self.is_open and draft.id and not draft.is_dirty:
            self._start(partial(self._follow, draft), "look at preset")

    async def _follow(self, draft: PresetDraft) -> None:
        """Of a file that is gone, or can no longer be read, the text on show is all there is."""
        try:
            now = await self._read(draft.id)
        except PresetError:
            now = replace(draft, kept=draft.kept if draft.built_in else "")
        if not self.is_open or self.draft != draft or now == draft:
            return
        self._have(now)
        if not now.kept:
            gone = tr("The file of {name} is gone, or cannot be read.", name=self.preset.name)
            kept = tr("What is on screen is kept: Save writes it again.")
            self.told.emit(Notice(f"{gone} {kept}", is_error=False))

    async def _read(self, preset_id: str) -> PresetDraft:
        return await self._rooms.call(lambda rooms: preset_files.read(rooms, preset_id))

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

    @property
    def can_revert(self) -> bool:
        """Whether there is something to go back to."""
        return bool(self.draft.id and self.draft.kept) and self.draft.is_dirty

    def revert(self) -> None:
        """Back to what was kept last."""
        self.load(replace(self.draft, text=self.draft.kept))

    def _have(self, draft: PresetDraft) -> None:
        """The same preset with another text; an editor can undo it."""
        self.draft = draft
        self.text_changed.emit(draft.text)
        self._show(self._view(self.view.preset))

    def _view(self, last: Preset) -> PresetView:
        from gui.controllers.preset_form import view_of

        return view_of(self.draft, last, self._installed)

    def _show(self, view: PresetView) -> None:
        self.view = view
        self.view_changed.emit(view)
        self.state_changed.emit()
        self.checking.soon()

    def look_again(self) -> None:
        """Another server may have other models, another language other words."""
        if self.is_open:
            self.view = self._view(self.view.preset)
            self.view_changed.emit(self.view)
            self.checking.soon()

    def _forget(self, preset_id: str) -> None:
        """The preset is deleted: its draft comes back only with it."""
        if preset_id == self.draft.id:
            self._forgotten = self.draft if self.draft.is_dirty else None
            self.is_open = False
            self.draft = PresetDraft()

    # Saving.

    def save(self) -> None:
        """Keep the text in its file: `saved`; or `clashed`; or `told` and `not_saved`."""
        if self.draft.built_in:
            self.not_saved.emit()
            return
        # Each runs to its end, one after another: the second knows the id the first was given.
        name = f"save preset {next(self._saves)}"
        self._start(partial(self._save, self.draft, self._number), name)

    def overwrite(self, clash: Clash) -> None:
        """The person knows what is in the file now, and wants their own text there."""
        if clash.id == self.draft.id:
            self.draft = replace(self.draft, kept=clash.text)
            self.save()

    def take(self, clash: Clash) -> None:
        """The person wants the file's text; theirs comes back with an editor's undo."""
        if clash.id == self.draft.id:
            self._have(replace(self.draft, text=clash.text, kept=clash.text))

    async def _save(self, draft: PresetDraft, number: int) -> None:
        async with self._saving:
            await self._save_alone(draft, number)

    async def _save_alone(self, draft: PresetDraft, number: int) -> None:
        if number == self._number:
            draft = replace(self.draft, text=draft.text)  # its id and what is kept may be newer
        try:
            saved = await self._rooms.call(lambda rooms: preset_files.save(rooms, draft))
        except PresetError:
            self.not_saved.emit()
            raise
        if isinstance(saved, Clash):
            self._clash(saved, draft, number)
            return
        if number == self._number:
            self.draft = replace(self.draft, id=saved.id, kept=draft.text)
            self.view = replace(self.view, preset=replace(self.view.preset, id=saved.id))
            self.state_changed.emit()
        await self._presets.reread()
        self.saved.emit(saved)

    def _clash(self, clash: Clash, draft: PresetDraft, number: int) -> None:
        """A draft that is no longer on show comes back with its preset."""
        if number == self._number:
            self.clashed.emit(clash)
            return
        self._forgotten = draft
        name = preset.name if (preset := self._presets.get(clash.id)) else clash.id
        what = tr("{name} was changed by another program and is not saved.", name=name)
        self.told.emit(Notice(f"{what} {tr('Open it again: what you wrote is kept there.')}"))
        self.not_saved.emit()

    # Checking.

    @property
    def _installed(self) -> tuple[str, ...] | None:
        """The server's models, None while that is not known."""
        if self._models.status.state is not ServerState.READY or not self._models.models:
            return None
        return tuple(model.name for model in self._models.models)

    def _asked(self) -> Asked | None:
        return (self.text, self._installed) if self.is_open else None

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        async def told() -> None:
            try:
                await work()
            except PresetError as error:
                self.told.emit(Notice(str(error)))

        self._tasks.replace(told(), name)
