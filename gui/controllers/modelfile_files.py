"""Modelfiles on the disk: opened, saved, the samples, and the draft that survives everything."""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine, Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui import language, paths
from gui.controllers.modelfile_controller import ModelfileController
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import Rooms
from gui.errors import ModelError
from gui.eventloop import Tasks
from gui.records import Notice
from gui.records.modelfile import ImportProposal, ModelfileDraft, SampleModelfile

DRAFT_MS = 1000


class ModelfileFiles(QObject):
    """Reads and writes off the window's thread; the draft is written at most once a second."""

    saved = Signal()
    not_saved = Signal()
    told = Signal(object)  # Notice
    proposed = Signal(object)  # ImportProposal: files of models were looked at
    modelfile_found = Signal(object)  # Path: among them was a Modelfile

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        models: ModelsController,
        modelfile: ModelfileController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._modelfile = modelfile
        self._written: ModelfileDraft | None = None
        self._is_writing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self._write_draft)
        modelfile.state_changed.connect(self._remember)

    def begin(self) -> None:
        """The draft of the last time, or a new Modelfile; nothing if one is open already."""
        if self._modelfile.is_open:
            return
        from gui.models.modelfile_files import read_draft

        draft, problem = read_draft(paths.modelfile_draft())
        self._written = draft
        if draft is not None:
            self._modelfile.load(draft)
        else:
            self.new()
        if problem:
            self.told.emit(Notice(problem))

    def new(self) -> None:
        """A Modelfile that says only what it is made from: the model that is talked to."""
        chosen = self._models.chosen
        self._load(f"FROM {chosen.name}\n" if chosen is not None else "")

    def use_base(self, name: str) -> None:
        """A new Modelfile from this model."""
        self._load(f"FROM {name}\n")

    def use_sample(self, sample: SampleModelfile) -> None:
        """A copy of a sample, to be changed and saved elsewhere."""
        text = sample.path.read_text("utf-8")
        self._load(text, sample.title)

    def use_proposal(self, proposal: ImportProposal) -> None:
        """The Modelfile proposed for files that the person brought."""
        self._load(proposal.text, proposal.name, proposal.paths)

    def _load(self, text: str, name: str = "", chosen: Iterable[Path] = ()) -> None:
        self._modelfile.load(ModelfileDraft(text, text, name=name), chosen)

    def samples(self) -> tuple[SampleModelfile, ...]:
        """The Modelfiles that come with Ondol, by name."""
        found = sorted(paths.modelfiles().glob("*.Modelfile"))
        return tuple(SampleModelfile(path, path.stem, _about(path)) for path in found)

    def open(self, path: Path) -> None:
        """Read a Modelfile: `loaded` of the ModelfileController, or `told`."""
        self._start(self._open(path), "open modelfile")

    def look_at(self, chosen: Iterable[Path]) -> None:
        """Look at files that the person brings: `proposed`, `modelfile_found` or `told`."""
        self._start(self._look_at(tuple(chosen)), "look at model files")

    def save(self, path: Path | None = None) -> None:
        """Keep the text in its file, or in `path` from now on: `saved` or `not_saved`."""
        draft = self._modelfile.draft
        where = path or draft.path
        if where is not None:
            self._start(self._save(draft, where, is_new=path is not None), "save modelfile")

    async def _open(self, path: Path) -> None:
        from gui.models.modelfile_files import read_modelfile

        text, newline = await self._rooms.compute(lambda: read_modelfile(path))
        name = "" if path.stem.lower() == "modelfile" else path.stem
        self._modelfile.load(ModelfileDraft(text, text, path, _as_name(name), newline), ())

    async def _look_at(self, chosen: tuple[Path, ...]) -> None:
        from gui.models.importing import look_at

        found = await self._rooms.compute(lambda: look_at(chosen))
        if isinstance(found, Path):
            self.modelfile_found.emit(found)
        else:
            self.proposed.emit(found)

    async def _save(self, draft: ModelfileDraft, path: Path, *, is_new: bool) -> None:
        from gui.models.modelfile_files import write_modelfile

        number = self._modelfile.number
        try:
            await self._rooms.compute(lambda: write_modelfile(draft, path, is_new=is_new))
        except ModelError:
            self.not_saved.emit()
            raise
        if self._modelfile.number == number:
            self._modelfile.kept(path, draft.text)
        self.saved.emit()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        async def told() -> None:
            try:
                await work
            except ModelError as error:
                self.told.emit(Notice(str(error)))

        self._tasks.replace(told(), name)

    def _remember(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _write_draft(self) -> None:
        if not self._is_writing and self._written != self._modelfile.draft:
            self._is_writing = True
            self._tasks.start(self._write(self._modelfile.draft), "save draft")

    async def _write(self, draft: ModelfileDraft) -> None:
        from gui.models.modelfile_files import write_draft

        try:
            with contextlib.suppress(OSError):
                await self._rooms.compute(lambda: write_draft(draft, paths.modelfile_draft()))
                self._written = draft
        finally:
            self._is_writing = False
        if self._written == draft != self._modelfile.draft:
            self._timer.start()

    def save_now(self) -> None:
        """Ondol quits: keep the draft as it is."""
        from gui.models.modelfile_files import write_draft

        if self._modelfile.is_open and self._written != self._modelfile.draft:
            with contextlib.suppress(OSError):
                write_draft(self._modelfile.draft, paths.modelfile_draft())


def _as_name(text: str) -> str:
    from gui.models.importing import name_for

    return name_for(text) if text else ""


def _about(path: Path) -> str:
    """What a sample says of itself: the comment at its head marked as the person's language
    (`# ko: …`), else its first line."""
    with path.open(encoding="utf-8") as file:
        head = [line[1:].strip() for line in takewhile(lambda line: line.startswith("#"), file)]
    mark = f"{language.chosen()}:"
    marked = [line.removeprefix(mark).lstrip() for line in head if line.startswith(mark)]
    return next(iter(marked + head), "")
