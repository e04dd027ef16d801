"""A model made from a Modelfile: written as text or in a form, compared, created."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controllers import Controllers
from gui.controllers.modelfile_language import ModelfileLanguage
from gui.language import tr
from gui.records import Diagnostic, DiffLine, Notice, Severity
from gui.records.modelfile import CreationQuestion, ImportProposal, SampleModelfile
from gui.widgets.modelfile.form import ADAPTER, BASE, ModelfileForm
from gui.widgets.modelfile.import_card import ImportCard
from gui.widgets.source.edit import SourceEdit
from gui.windows.dropping import FileDrops
from gui.windows.models import create_dialogs as dialogs
from gui.windows.models.create_body import CHANGES, SOURCE, CreateBody
from gui.windows.models.create_head import CreateHead
from gui.windows.models.create_questions import ask_create, ask_save
from gui.windows.models.dropping import model_paths
from gui.windows.models.page import Page


class CreatePage(Page):
    """Keeps nothing: the Modelfile lives in its controller, and outlives the window."""

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers
        self._after_saving: Callable[[], None] | None = None
        self._build()
        self._arrange()
        self.first = self.search = self.source.edit
        self._connect_controllers()
        self._connect_head()
        self._connect_form()
        self._add_shortcuts()
        self._show_models()
        if controllers.modelfile.is_open:
            self._load(controllers.modelfile.text)
            self.form.show_values(controllers.modelfile.values())
            self._show_findings(controllers.modelfile.findings)
        else:
            controllers.modelfile_files.begin()

    def _build(self) -> None:
        to = self._to
        self.head = CreateHead(
            to.creation.problem_of, to.creation.replaced_by, to.modelfile_files.samples, self._names
        )
        self.card = ImportCard()
        self.source = SourceEdit(ModelfileLanguage(to.modelfile))
        self.source.edit.setAccessibleName(tr("Text of the Modelfile"))
        self.form = ModelfileForm(to.modelfile.fields())
        self.body = CreateBody(self.source, self.form)

    def _arrange(self) -> None:
        card = QHBoxLayout()
        card.setContentsMargins(20, 0, 20, 0)
        card.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addLayout(card)
        column.addWidget(self.body, 1)

    def _connect_controllers(self) -> None:
        to, modelfile, files = self._to, self._to.modelfile, self._to.modelfile_files
        modelfile.loaded.connect(self._load)
        modelfile.text_changed.connect(self.source.set_text)
        modelfile.form_changed.connect(self.form.show_values)
        modelfile.form_changed.connect(lambda _: self.head.show_problem(""))
        modelfile.form_refused.connect(self.form.show_refusal)
        modelfile.checked.connect(self._show_findings)
        modelfile.state_changed.connect(self._show_state)
        files.saved.connect(self._go_on)
        files.not_saved.connect(self._stay)
        files.proposed.connect(self._take_proposal)
        files.modelfile_found.connect(self.open_file)
        to.creation.refused.connect(self._show_refusal)
        to.creation.asked.connect(self._ask_create)
        to.creation.started.connect(self._show_started)
        to.creation.compared.connect(self._show_changes)
        to.library.listed.connect(self._show_models)
        to.transfers.finished.connect(lambda _: self.head.judge())

    def _connect_head(self) -> None:
        head, files = self.head, self._to.modelfile_files
        head.name_edited.connect(self._to.modelfile.set_name)
        head.create_requested.connect(self._create)
        head.new_requested.connect(lambda: self._guarded(files.new))
        head.open_requested.connect(lambda: dialogs.choose_modelfile(self, self.open_file))
        head.save_requested.connect(self.save)
        head.save_as_requested.connect(self.save_as)
        head.sample_requested.connect(self.use_sample)
        head.base_requested.connect(self.use_base)
        head.import_requested.connect(self.choose_import)
        self.body.view_changed.connect(self._compare)

    def _connect_form(self) -> None:
        form, modelfile = self.form, self._to.modelfile
        self.source.text_changed.connect(modelfile.set_text)
        form.base_edited.connect(modelfile.set_base)
        form.adapter_edited.connect(modelfile.set_adapter)
        form.system_edited.connect(modelfile.set_system)
        form.template_edited.connect(modelfile.set_template)
        form.parameter_edited.connect(modelfile.set_parameter)
        form.stops_edited.connect(modelfile.set_stops)
        form.messages_edited.connect(modelfile.set_messages)
        form.licenses_edited.connect(modelfile.set_licenses)
        form.file_requested.connect(self._choose_file)
        form.folder_requested.connect(lambda: dialogs.choose_folder(self, self._use_folder))
        form.line_requested.connect(self.go_to)
        self._drops = FileDrops(
            model_paths, self.source.edit.viewport(), form.system.viewport(), self.head.name
        )
        self._drops.dropped.connect(self.import_files)

    def _add_shortcuts(self) -> None:
        head = self.head
        for keys, slot in (
            ("Ctrl+N", head.new_requested.emit),
            ("Ctrl+O", head.open_requested.emit),
            ("Ctrl+S", self.save),
            ("Ctrl+Shift+S", self.save_as),
            ("Ctrl+Return", head.press),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def open_file(self, path: Path) -> None:
        """Open a Modelfile in place of this one."""
        self._guarded(lambda: self._to.modelfile_files.open(path))

    def use_sample(self, sample: SampleModelfile) -> None:
        """A copy of a sample in place of this one."""
        self._guarded(lambda: self._to.modelfile_files.use_sample(sample))

    def use_base(self, name: str) -> None:
        """A new Modelfile from a model in place of this one."""
        self._guarded(lambda: self._to.modelfile_files.use_base(name))

    def choose_import(self) -> None:
        """Ask for GGUF files."""
        dialogs.choose_models(self, self.import_files)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Look at files of models and propose a Modelfile for them."""
        self._to.modelfile_files.look_at(paths)

    def save(self) -> None:
        """Keep the text in its file."""
        if self._to.modelfile.draft.path is None:
            self.save_as()
        else:
            self._to.modelfile_files.save()

    def save_as(self) -> None:
        """Keep the text in another file from now on."""
        draft = self._to.modelfile.draft
        name = draft.path.stem if draft.path is not None else draft.name.replace("/", "-")
        save = self._to.modelfile_files.save
        dialogs.choose_place(self, name.replace(":", "-"), save, self._stay)

    def go_to(self, line: int) -> None:
        """The cursor to a line of the text, which is shown for it."""
        self.body.choose(SOURCE)
        self.source.go_to(line)

    def _guarded(self, then: Callable[[], None]) -> None:
        """Do what takes the text away, but ask first if it would be lost."""
        draft = self._to.modelfile.draft
        if not draft.is_dirty:
            then()
            return

        def save() -> None:
            self._after_saving = then
            self.save()

        name = draft.path.name if draft.path is not None else draft.name or tr("the new Modelfile")
        ask_save(name, self, save, then)

    def _go_on(self) -> None:
        then, self._after_saving = self._after_saving, None
        if then is not None:
            then()

    def _stay(self) -> None:
        self._after_saving = None

    def _load(self, text: str) -> None:
        self.card.clear()
        self.form.forget_refusals()
        self.source.load_text(text)
        self.body.status.clear()
        self._show_state()

    def _show_state(self) -> None:
        draft = self._to.modelfile.draft
        self.head.show_file(draft.path, is_dirty=draft.is_dirty)
        self.head.show_name(draft.name)

    def _names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self._to.library.models)

    def _show_models(self) -> None:
        self.form.show_models(self._names())
        self.head.judge()

    def _show_findings(self, findings: Sequence[Diagnostic]) -> None:
        self.source.show_findings(findings)
        count = sum(each.severity is not Severity.NOTE for each in findings)
        text = tr("1 problem") if count == 1 else tr("{count} problems", count=count)
        self.body.status.setText(text if count else tr("No problems"))

    def _take_proposal(self, proposal: ImportProposal) -> None:
        self._guarded(lambda: self._use_proposal(proposal))

    def _use_proposal(self, proposal: ImportProposal) -> None:
        name, number = proposal.name, 1
        while self._to.creation.replaced_by(name) is not None:
            number += 1
            name = f"{proposal.name}-{number}"
        self._to.modelfile_files.use_proposal(replace(proposal, name=name))
        self.card.show_proposal(proposal)
        (self.form.base if proposal.needs_base else self.head.name).setFocus()

    def _choose_file(self, field: str) -> None:
        """A file for FROM or ADAPTER: what the person points at need not be asked about."""

        def use(paths: tuple[Path, ...]) -> None:
            self._to.modelfile.choose(paths)
            if field == BASE:
                self._to.modelfile.set_base(str(paths[0]))
            elif field == ADAPTER:
                self._to.modelfile.set_adapter(str(paths[0]))

        dialogs.choose_models(self, use, several=False)

    def _use_folder(self, path: Path) -> None:
        self._to.modelfile.choose((path,))
        self._to.modelfile.set_base(str(path))

    def _create(self, name: str) -> None:
        self.head.show_problem("")
        self._to.creation.create(name)

    def _show_refusal(self, line: int, why: str) -> None:
        told = [each for each in self._to.modelfile.findings if each.line == line]
        errors = [each for each in told if each.severity is Severity.ERROR]
        if errors:
            why = tr("Line {line}: {text}", line=line, text=f"{errors[0].message} {errors[0].mend}")
        self.head.show_problem(why.strip())
        if line:
            self.go_to(line)

    def _ask_create(self, question: CreationQuestion) -> None:
        ask_create(question, self, self._to.creation.confirm)

    def _show_started(self, name: str) -> None:
        text = tr("{name} is being made. You can go on working.", name=name)
        self._to.creation.told.emit(Notice(text, is_error=False))

    def _compare(self, view: str) -> None:
        if view == CHANGES and self.isVisible():
            self._to.creation.watch()
        else:
            self._to.creation.unwatch()

    def _show_changes(self, base: str, lines: tuple[DiffLine, ...], why_not: str) -> None:
        self.body.no_diff.setText(why_not)
        self.body.changes.setCurrentIndex(0 if why_not else 1)
        new = self.head.name.text().strip() or tr("the new model")
        self.body.diff.show_lines(lines, base, new)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare(self.body.view)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._to.creation.unwatch()
