"""The Modelfile being written: one text, seen by an editor and by a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.controllers.library_controller import LibraryController
from gui.controllers.rooms import Rooms
from gui.errors import ModelError
from gui.eventloop import Tasks
from gui.records.modelfile import FormValues, ModelfileDraft, ParameterField

if TYPE_CHECKING:
    from gui.models.modelfile.diagnostics import Facts
    from gui.models.modelfile.document import Document
    from gui.records.source import Diagnostic

_CHECK = "check modelfile"
_CHECK_MS = 150
_MOST_IN_FORM = 500_000

Change = Callable[["Document"], "Document"]


class ModelfileController(QObject):
    """Form and editor change the same text; what one changes the other is told.

    Newlines are plain here, whatever they are in the file.
    """

    loaded = Signal(str)  # another text took its place
    text_changed = Signal(str)
    form_changed = Signal(object)  # FormValues
    form_refused = Signal(str, str)  # field, why it cannot say this; "" if it can
    checked = Signal(object)  # tuple[Diagnostic, ...]
    state_changed = Signal()  # text, file or name

    def __init__(self, rooms: Rooms, tasks: Tasks, library: LibraryController) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._library = library
        self._chosen: set[Path] = set()
        self._checking = False
        self._checked: tuple[str, Facts] | None = None
        self.is_open = False
        self.number = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._check_now)
        self.draft = ModelfileDraft()
        self.findings: tuple[Diagnostic, ...] = ()
        library.listed.connect(self._check_soon)

    @property
    def text(self) -> str:
        """What is written."""
        return self.draft.text

    @property
    def folder(self) -> Path | None:
        """Where relative paths start; None before it is saved."""
        return self.draft.path.parent if self.draft.path is not None else None

    @property
    def chosen(self) -> frozenset[Path]:
        """Files and folders that the person pointed at since Ondol started."""
        return frozenset(self._chosen)

    def load(self, draft: ModelfileDraft, chosen: Iterable[Path] = ()) -> None:
        """Have another Modelfile in place of this one."""
        self.draft = draft
        self.choose(chosen)
        self.is_open = True
        self.number += 1
        self.findings = ()
        self.loaded.emit(draft.text)
        self._tell()

    def choose(self, paths: Iterable[Path]) -> None:
        """The person pointed at these files: they need not be asked about."""
        self._chosen.update(paths)

    def kept(self, path: Path, text: str) -> None:
        """`text` is what is in its file now."""
        self.draft = replace(self.draft, path=path, kept=text)
        self.state_changed.emit()
        self._check_soon()

    def set_name(self, name: str) -> None:
        """What the new model shall be called."""
        if name != self.draft.name:
            self.draft = replace(self.draft, name=name)
            self.state_changed.emit()

    def set_text(self, text: str) -> None:
        """The person wrote in the editor."""
        if text != self.draft.text:
            self.draft = replace(self.draft, text=text)
            self._tell()

    def values(self) -> FormValues:
        """What a form shows now."""
        from gui.controllers.modelfile_form import values_of
        from gui.language import tr
        from gui.models.modelfile.document import Document

        if len(self.text) > _MOST_IN_FORM:
            return FormValues(line=1, fault=tr("The text is too long for a form."))
        return values_of(Document(self.text))

    def fields(self) -> tuple[ParameterField, ...]:
        """The options that a form offers."""
        from gui.controllers.modelfile_form import parameter_fields

        return parameter_fields()

    def set_base(self, value: str) -> None:
        """What the last FROM names; "" removes it."""
        self._set("FROM", value)

    def set_adapter(self, value: str) -> None:
        """The file of an adapter; "" removes it."""
        self._set("ADAPTER", value)

    def set_system(self, text: str) -> None:
        """The system prompt."""
        self._change("SYSTEM", lambda document: document.with_system(text))

    def set_template(self, text: str) -> None:
        """The template; "" for the model's own."""
        self._change("TEMPLATE", lambda document: document.with_template(text))

    def set_parameter(self, name: str, value: str) -> None:
        """One option; "" unsets it."""
        self._change(name, lambda document: document.with_parameter(name, value))

    def set_stops(self, texts: Sequence[str]) -> None:
        """The texts that end a reply."""
        self._change("stop", lambda document: document.with_stops(texts))

    def set_messages(self, messages: Sequence[tuple[str, str]]) -> None:
        """The messages that every conversation begins with."""
        self._change("MESSAGE", lambda document: document.with_messages(messages))

    def set_licenses(self, texts: Sequence[str]) -> None:
        """The licences."""
        self._change("LICENSE", lambda document: document.with_licenses(texts))

    def _set(self, word: str, value: str) -> None:
        from gui.models.modelfile.commands import Instruction

        instruction = Instruction(word)
        if value:
            self._change(word, lambda document: document.with_value(instruction, value))
        else:
            self._change(word, lambda document: document.without(instruction))

    def _change(self, field: str, change: Change) -> None:
        from gui.models.modelfile.document import Document

        try:
            text = change(Document(self.text)).text
        except ModelError as error:
            self.form_refused.emit(field, str(error))
            return
        self.form_refused.emit(field, "")
        if text != self.text:
            self.draft = replace(self.draft, text=text)
            self.text_changed.emit(text)
            self._tell()

    def _tell(self) -> None:
        self.form_changed.emit(self.values())
        self.state_changed.emit()
        self._check_soon()

    def facts(self) -> Facts:
        """What a check, and a completion, must know besides the text."""
        from gui.models.modelfile.diagnostics import Facts

        listed = self._library.models if self._library.is_read else None
        names = tuple(model.name for model in listed) if listed is not None else None
        return Facts(names, self.folder)

    def _check_soon(self) -> None:
        if self.is_open:
            self._timer.start()

    def _check_now(self) -> None:
        if not self._checking and self._checked != (self.text, self.facts()):
            self._checking = True
            self._tasks.replace(self._check(), _CHECK)

    async def _check(self) -> None:
        """A check looks at the disk, which may take its time; of an old text it says nothing."""
        from gui.models.aside import aside
        from gui.models.modelfile.check import check

        asked = self.text, self.facts()
        try:
            found = await self._rooms.call(lambda _: aside(lambda: check(*asked), _CHECK))
        finally:
            self._checking = False
        if asked == (self.text, self.facts()):
            self._checked, self.findings = asked, found
            self.checked.emit(found)
        else:
            self._timer.start()
