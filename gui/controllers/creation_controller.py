"""A model made of the Modelfile: planned, asked about where something would be lost, begun."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.controllers.catalogue_controller import CatalogueController
from gui.controllers.library_controller import LibraryController
from gui.controllers.modelfile_controller import ModelfileController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.transfers_controller import TransfersController
from gui.errors import ModelError, OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import ModelDetails, ModelInfo, Notice, ServerKey
from gui.records.modelfile import CreationQuestion

if TYPE_CHECKING:
    from gui.controllers.models_controller import ModelsController
    from gui.models.modelfile.request import CreatePlan

_PLAN = "plan model"
_COMPARE = "compare modelfile"
_NO_FOLDER = Path(os.devnull) / "unsaved"
"""Where the relative paths of a Modelfile start that has no folder: nothing is there."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """What waits for the person's answer."""

    name: str
    plan: CreatePlan


class CreationController(QObject):
    """`create` ends in one of `refused`, `asked` and `started`."""

    refused = Signal(int, str)  # line, 0 for none; why
    asked = Signal(object)  # CreationQuestion
    started = Signal(str)  # name
    told = Signal(object)  # Notice
    compared = Signal(str, object, str)  # base, tuple[DiffLine, ...], why there are none

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        models: ModelsController,
        library: LibraryController,
        catalogue: CatalogueController,
        transfers: TransfersController,
        modelfile: ModelfileController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._library = library
        self._catalogue = catalogue
        self._transfers = transfers
        self._modelfile = modelfile
        self._planned: _Planned | None = None
        self._shown: tuple[ServerKey, ModelInfo, str] | None = None
        self._is_watched = False
        modelfile.state_changed.connect(self._compare_again)
        library.listed.connect(self._compare_again)

    def problem_of(self, name: str) -> str:
        """Why a model cannot have this name, "" if it can."""
        return self._catalogue.problem_of(name)

    def replaced_by(self, name: str) -> ModelInfo | None:
        """The model that has the name already."""
        whole = self._catalogue.whole_name(name)[0].lower()
        listed = self._library.models
        return next((model for model in listed if whole and model.name.lower() == whole), None)

    def create(self, name: str) -> None:
        """Plan the model and ask what must be asked before."""
        self._planned = None
        self._tasks.replace(self._plan(name.strip()), _PLAN)

    def confirm(self) -> None:
        """The person agrees to what was asked."""
        planned, self._planned = self._planned, None
        if planned is None:
            return
        self._transfers.create(planned.name, planned.plan)
        for warning in planned.plan.warnings:
            self.told.emit(Notice(warning, is_error=False))
        self.started.emit(planned.name)

    async def _plan(self, name: str) -> None:
        text, folder = self._modelfile.text, self._modelfile.folder
        try:
            plan = await self._rooms.compute(lambda: _plan(text, folder))
        except ModelError as error:
            self.refused.emit(getattr(error, "line", 0), str(error))
            return
        chosen = self._modelfile.chosen
        outside = await self._rooms.compute(lambda: _not_chosen(plan, chosen))
        replaced = self.replaced_by(name)
        # Servers find a model by any case of its name; it keeps the one it is listed under.
        whole = replaced.name if replaced else self._catalogue.whole_name(name)[0] or name
        self._planned = _Planned(whole, plan)
        if outside or replaced is not None:
            where = self._models.status.name or self._models.status.url
            self.asked.emit(CreationQuestion(self._planned.name, outside, replaced, where))
        else:
            self.confirm()

    def watch(self) -> None:
        """Tell what changes of the base, now and after each change of the text."""
        self._is_watched = True
        self._compare_again()

    def unwatch(self) -> None:
        """Nobody looks."""
        self._is_watched = False

    def _compare_again(self) -> None:
        if self._is_watched:
            self._tasks.replace(self._compare(), _COMPARE)

    async def _compare(self) -> None:
        from gui.models.base_changes import compare_with_base

        bases = self._modelfile.values().bases
        base = bases[-1] if bases else ""
        model = self.replaced_by(base) if base and not self.problem_of(base) else None
        if model is None:
            self.compared.emit(base, (), _why_not(base))
            return
        key = self._models.status.key
        try:
            if self._shown is None or self._shown[:2] != (key, model):
                details = await self._rooms.call(lambda rooms: _details(rooms, key, model.name))
                self._shown = (key, model, details.modelfile)
        except OndolError as error:
            self.compared.emit(base, (), str(error))
            return
        text, of_base = self._modelfile.text, self._shown[2]
        lines = await self._rooms.compute(lambda: compare_with_base(of_base, text))
        self.compared.emit(model.name, lines, "")


def _why_not(base: str) -> str:
    if not base:
        return tr("There is nothing to compare with yet: FROM names no model.")
    return tr(
        "{name} is not a model that is installed, so there is nothing to compare with.", name=base
    )


async def _details(rooms: OpenRooms, key: ServerKey, name: str) -> ModelDetails:
    from gui.models.details import read_details

    return await read_details(await rooms.client(key), name)


def _plan(text: str, folder: Path | None) -> CreatePlan:
    """What makes the model; blocks. Raises ModelError, most of them with a line."""
    from gui.models.modelfile.commands import Instruction
    from gui.models.modelfile.errors import SourceError
    from gui.models.modelfile.parser import parse
    from gui.models.modelfile.request import plan_create
    from gui.models.modelfile.sources import looks_like_path

    modelfile = parse(text)
    if folder is None:
        for command in modelfile.commands:
            is_file = command.instruction in (Instruction.ADAPTER, Instruction.DRAFT)
            is_file = is_file or looks_like_path(command.value)
            is_base = command.instruction is Instruction.FROM
            if is_base and not command.value:
                what = tr("FROM is empty: all models in the Modelfile's own folder are meant.")
                raise SourceError(
                    command.line, what, tr("Write a model's name or a path behind it.")
                )
            if (
                (is_base or is_file)
                and looks_like_path(command.value)
                and not _is_whole(command.value)
            ):
                raise SourceError(
                    command.line,
                    tr("This path cannot be found before the Modelfile is saved."),
                    tr("Save it beside the file, or write the whole path."),
                )
    return plan_create(modelfile, folder or _NO_FOLDER)


def _is_whole(value: str) -> bool:
    return value.startswith(("/", "~", "\\")) or Path(value).is_absolute()


def _not_chosen(plan: CreatePlan, chosen: frozenset[Path]) -> tuple[Path, ...]:
    """The files outside of the Modelfile's folder that the person did not point at (MOD-03)."""
    known = [path.resolve() for path in chosen]
    return tuple(
        path
        for path in plan.outside
        if not any(path.resolve().is_relative_to(each) for each in known)
    )
