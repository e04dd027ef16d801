"""The names that prompts use: where each gets its value, and what is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.language import tr
from gui.records import Preset, Variable, VariableSource
from gui.records.preset_editing import PresetView
from gui.widgets.chain.edits import free_name, with_variable
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.sections import form_label

_MOST_MISSING = 8


class _Row(QFrame):
    """One variable; its name is told when it is finished, all else as it is typed."""

    edited = Signal(object)  # Variable
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.variable = Variable("")
        self.setObjectName("step-card")
        self.name = _line(tr("Name of the variable"), 64)
        self.name.setFont(theme.code_font(0.95))
        self.source = Choice()
        self.source.setAccessibleName(tr("Where its value comes from"))
        for text, source in source_words():
            self.source.addItem(text, source.value)
        self.label = _line(tr("What is asked"), 200)
        self.default = _line(tr("Proposed value"), 10_000)
        self.choices = _line(tr("Choices, with commas between them"), 10_000)
        self.remove = IconButton("x", tr("Remove the variable"))
        self._arrange()
        self.name.editingFinished.connect(self._rename)
        self.source.activated.connect(lambda _: self._tell())
        for field in (self.label, self.default, self.choices):
            field.textEdited.connect(lambda _: self._tell())
        self.remove.clicked.connect(self.removed)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 10, 10, 12)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        self._labels: dict[QWidget, QWidget] = {}
        for place, (text, field) in enumerate(
            (
                (tr("Name"), self.name),
                (tr("Value"), self.source),
                (tr("Question"), self.label),
                (tr("Proposed"), self.default),
                (tr("Choices"), self.choices),
            )
        ):
            row, column = divmod(place, 2)
            span = 2 if field is self.choices else 1
            label = form_label("quiet", text)
            self._labels[field] = label
            grid.addWidget(label, 2 * row, column, 1, span)
            grid.addWidget(field, 2 * row + 1, column, 1, span)
        grid.addWidget(self.remove, 0, 2, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def show_variable(self, variable: Variable) -> None:
        """What the preset says of it."""
        is_other = variable.name != self.variable.name
        self.variable = variable
        if is_other or not self.name.hasFocus():
            self.name.setText(variable.name)
        self.source.setCurrentIndex(self.source.findData(variable.source.value))
        for field, text in ((self.label, variable.label), (self.default, variable.default)):
            if field.text() != text:
                field.setText(text)
        if _choices(self.choices.text()) != variable.choices:
            self.choices.setText(", ".join(variable.choices))
        self.label.setPlaceholderText(variable.name)
        is_asked = variable.source is VariableSource.ASK
        for field in (self.label, self.choices):
            is_used = is_asked or bool(field.text())
            field.setVisible(is_used)
            self._labels[field].setVisible(is_used)

    def _rename(self) -> None:
        name = self.name.text().strip()
        if name != self.variable.name:
            self.edited.emit(replace(self.variable, name=name))

    def _tell(self) -> None:
        self.edited.emit(
            replace(
                self.variable,
                source=VariableSource(self.source.currentData()),
                label=self.label.text(),
                default=self.default.text(),
                choices=_choices(self.choices.text()),
            )
        )


class VariableList(QWidget):
    """`edited` tells the whole preset; a renamed variable keeps its places in the prompts."""

    edited = Signal(object)  # Preset

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = Preset("", "")
        self.rows: list[_Row] = []
        self.missing: list[QPushButton] = []
        self.add = QPushButton(tr("Add a variable"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda: self._add(""))
        about = form_label(
            "quiet",
            tr(
                "A name in braces, such as {topic}, is a variable: it is asked for above the "
                "message, or filled in by itself."
            ),
        )
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        self._missing = QVBoxLayout()
        self._missing.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(about)
        column.addLayout(self._rows)
        column.addLayout(self._missing)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_view(self, view: PresetView) -> None:
        """What the preset says now."""
        self._preset = view.preset
        variables = view.preset.variables
        while len(self.rows) > len(variables):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(variables):
            self._append()
        for row, variable in zip(self.rows, variables, strict=True):
            row.show_variable(variable)
        self._show_missing(view.missing[:_MOST_MISSING])

    def _show_missing(self, names: Sequence[str]) -> None:
        if [button.property("variable") for button in self.missing] == list(names):
            return
        for button in self.missing:
            button.hide()
            button.deleteLater()
        self.missing = []
        for name in names:
            braced = "{" + name + "}"
            button = QPushButton(tr("Describe {name}, which prompts use", name=braced))
            button.setProperty("flat", True)
            button.setProperty("variable", name)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._add, name))
            self._missing.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.missing.append(button)

    def _append(self) -> None:
        row = _Row()
        row.edited.connect(lambda variable: self._change(row, variable))
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._rows.addWidget(row)

    def _change(self, row: _Row, variable: Variable) -> None:
        self.edited.emit(with_variable(self._preset, self.rows.index(row), variable))

    def _remove(self, row: _Row) -> None:
        number = self.rows.index(row)
        left = self._preset.variables
        left = (*left[:number], *left[number + 1 :])
        self.edited.emit(replace(self._preset, variables=left))
        self.add.setFocus()

    def _add(self, name: str) -> None:
        taken = [variable.name for variable in self._preset.variables]
        taken += [step.name for step in self._preset.chain.steps]
        variable = Variable(name or free_name("topic", taken))
        preset = self._preset
        self.edited.emit(replace(preset, variables=(*preset.variables, variable)))
        if self.rows:
            last = self.rows[-1]
            (last.label if name else last.name).setFocus()
            if not name:
                last.name.selectAll()


def source_words() -> tuple[tuple[str, VariableSource], ...]:
    """Where a value comes from, in words."""
    return (
        (tr("is asked for"), VariableSource.ASK),
        (tr("today's date"), VariableSource.DATE),
        (tr("the time"), VariableSource.TIME),
        (tr("the clipboard"), VariableSource.CLIPBOARD),
        (tr("the selected text"), VariableSource.SELECTION),
        (tr("the language of the window"), VariableSource.LANGUAGE),
    )


def _line(label: str, most: int) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(most)
    field.setAccessibleName(label)
    return field


def _choices(text: str) -> tuple[str, ...]:
    """Choices are typed with commas between them."""
    parts = (part.strip() for part in text.split(","))
    return tuple(part for part in parts if part)
