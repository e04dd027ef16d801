"""One preset: form and source of one text, kept in its controller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.controllers import Controllers
from gui.controllers.preset_files import Clash
from gui.controllers.preset_language import PresetLanguage
from gui.language import tr
from gui.records import Diagnostic, Notice, Severity
from gui.records.preset_editing import PresetView
from gui.widgets.chain.editor import ChainEditor
from gui.widgets.presets.options_form import OptionsForm
from gui.widgets.presets.prompt_form import PromptForm
from gui.widgets.presets.variable_list import VariableList
from gui.widgets.source.edit import SourceEdit
from gui.windows.presets import dialogs
from gui.windows.presets.head import PresetHead
from gui.windows.presets.panels import CHAIN, PYTHON, SOURCE, VARIABLES, PresetPanels
from gui.windows.presets.python_view import PythonView


class PresetPage(QWidget):
    """Widgets announce, the controller acts; what one view changes the others are shown."""

    try_requested = Signal(str)
    duplicate_requested = Signal()

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers
        self._editor = controllers.preset_editor
        self._after_saving: Callable[[], None] | None = None
        self._build()
        self._connect_views()
        self._connect_controller()
        self._show_models()
        if self._editor.is_open:
            self._load(self._editor.text)
            self._editor.look_again()
            self._show_findings(self._editor.checking.findings)

    def _build(self) -> None:
        fields = self._editor.fields()
        self.head = PresetHead()
        self.prompt = PromptForm()
        self.options = OptionsForm(fields)
        self.variables = VariableList()
        self.chain = ChainEditor(fields)
        self.source = SourceEdit(PresetLanguage())
        self.source.edit.setAccessibleName(tr("TOML of the preset"))
        self.python = PythonView()
        self.panels = PresetPanels(
            self.prompt, self.options, self.variables, self.chain, self.source, self.python
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.panels, 1)

    def _connect_views(self) -> None:
        editor, head = self._editor, self.head
        self.source.text_changed.connect(editor.set_text)
        for form in (self.prompt, self.variables, self.chain):
            form.edited.connect(editor.change)
        self.options.edited.connect(
            lambda options: editor.change(replace(editor.preset, options=options))
        )
        head.save_requested.connect(self.save)
        head.try_requested.connect(self.try_it)
        head.duplicate_requested.connect(self.duplicate_requested)
        head.line_requested.connect(self.go_to)
        self.panels.shown.connect(lambda _: self._show_python())
        self.python.save_requested.connect(self.save_python)
        self.python.copied.connect(
            lambda: editor.told.emit(Notice(tr("The script was copied."), is_error=False))
        )

    def _connect_controller(self) -> None:
        editor = self._editor
        editor.loaded.connect(self._load)
        editor.text_changed.connect(self.source.set_text)
        editor.view_changed.connect(self._show_view)
        editor.checking.checked.connect(self._show_findings)
        editor.state_changed.connect(self._show_state)
        editor.saved.connect(lambda _: self._go_on())
        editor.not_saved.connect(self._stay)
        editor.clashed.connect(self._ask_overwrite)
        self._to.models.models_changed.connect(self._show_models)

    # What a person does.

    def guarded(self, then: Callable[[], None]) -> None:
        """Do what takes the text away, but ask first if it would be lost."""
        self._finish_typing()
        if not self._editor.draft.is_dirty:
            then()
            return
        name = self._editor.preset.name or tr("the new preset")
        dialogs.ask_save(name, self, lambda: self.save(then), then)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Keep the text, then go on."""
        self._finish_typing()
        if self._editor.draft.built_in:
            return
        if self._editor.view.fault:
            self.go_to(self._editor.view.line)
            self._editor.told.emit(
                Notice(tr("It cannot be saved yet: {reason}", reason=self._editor.view.fault))
            )
            return
        self._after_saving = then or None
        self._editor.save()

    def try_it(self) -> None:
        """Choose it in the main window; what is not saved is saved before."""
        self._finish_typing()
        draft = self._editor.draft
        if draft.is_dirty or not draft.id:
            self.save(lambda: self.try_requested.emit(self._editor.draft.id))
        else:
            self.try_requested.emit(draft.id)

    def copy_as_python(self) -> None:
        """Show the script and copy it."""
        self.panels.choose(PYTHON)
        if self.python.text:
            self.python.copy_script()

    def save_python(self) -> None:
        """Ask where the script is to be."""
        name = self._editor.draft.id or "preset"

        def write(path: Path) -> None:
            self._editor.script.save(self.python.text, path)

        dialogs.choose_place(self, tr("Save the script"), name, "py", write)

    def go_to(self, line: int) -> None:
        """The cursor to a line of the source, which is shown for it."""
        self.panels.choose(SOURCE)
        self.source.go_to(max(1, line))

    def _finish_typing(self) -> None:
        """A name that is being typed is told when its field is left."""
        focused = self.window().focusWidget()
        if isinstance(focused, QLineEdit) and self.isAncestorOf(focused):
            focused.editingFinished.emit()

    def _ask_overwrite(self, clash: Clash) -> None:
        """Only if the person's text is kept it goes on as it would after saving."""

        def take() -> None:
            self._stay()
            self._editor.take(clash)

        name = self._editor.preset.name or clash.id
        dialogs.ask_overwrite(name, self, lambda: self._editor.overwrite(clash), take, self._stay)

    def _go_on(self) -> None:
        then, self._after_saving = self._after_saving, None
        if then is not None:
            then()

    def _stay(self) -> None:
        self._after_saving = None

    # What is shown.

    def _load(self, text: str) -> None:
        self.options.forget_refusals()
        self.chain.forget()
        self.source.load_text(text)
        self.panels.status.clear()
        self._show_state()

    def _show_view(self, view: PresetView) -> None:
        self.head.show_view(view)
        self.prompt.show_view(view)
        self.options.show_options(view.preset.options)
        self.variables.show_view(view)
        self.chain.show_view(view)
        self.panels.chain.picture.show_graph(view.graph)
        is_open = not view.fault and not view.is_read_only
        for form in (self.prompt, self.options, self.variables):
            form.setEnabled(is_open)
        self.chain.set_open(is_open)
        self.source.set_read_only(view.is_read_only)
        steps = len(view.preset.chain.steps)
        self.panels.mark({VARIABLES: len(view.preset.variables), CHAIN: steps})
        self._show_python()

    def _show_state(self) -> None:
        self.head.show_draft(self._editor.draft)

    def _show_findings(self, findings: Sequence[Diagnostic]) -> None:
        self.source.show_findings(findings)
        count = sum(each.severity is not Severity.NOTE for each in findings)
        text = tr("1 problem") if count == 1 else tr("{count} problems", count=count)
        self.panels.status.setText(text if count else tr("No problems"))

    def _show_python(self) -> None:
        if self.panels.key != PYTHON:
            return
        self.python.show_script(*self._editor.script.of(self._editor.view))

    def _show_models(self) -> None:
        names = self._editor.models()
        self.prompt.show_models(names)
        self.chain.show_models(names)
