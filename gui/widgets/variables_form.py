"""What a preset asks, in one quiet strip above the message; what it finds by itself, under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import Variable
from gui.widgets.modelfile.choice import Choice
from gui.widgets.models.labels import ElidedLabel, for_tooltip, plain_label
from gui.widgets.prompt_edit import PromptEdit

_COLUMN = 220
_MOST_COLUMNS = 3
_SHOWN = 60


class _Words(PromptEdit):
    """A value in one's own words, of some lines if need be."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("variable")
        self.setPlaceholderText("")
        self.setMinimumWidth(60)
        self.textChanged.connect(lambda: self.typed.emit(self.text()))


class _Choices(Choice):
    """A value of a list, or any other."""

    typed = Signal(str)
    submitted = Signal()

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        self.setMinimumWidth(60)
        self.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.addItems(list(choices))
        self.setCompleter(None)  # type: ignore[arg-type] # it would write what was not typed
        self.currentTextChanged.connect(self.typed)
        if (line := self.lineEdit()) is not None:
            line.returnPressed.connect(self.submitted)

    def text(self) -> str:
        """What is chosen or typed."""
        return self.currentText()

    def set_text(self, text: str) -> None:
        """Replace it."""
        self.setCurrentText(text)


class VariablesForm(QFrame):
    """A field for each variable; Enter goes to the next, and from the last to the message."""

    edited = Signal(str, str)  # name, text
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("variables")
        self.fields: dict[str, _Words | _Choices] = {}
        self._asked: tuple[Variable, ...] = ()
        self._labels: list[QLabel] = []
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self.found = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.problem = plain_label("problem", wraps=True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addLayout(self._grid)
        column.addWidget(self.found)
        column.addWidget(self.problem)
        self.hide()

    def show_form(
        self,
        asked: Sequence[Variable],
        given: Mapping[str, str],
        found: Sequence[tuple[Variable, str]],
    ) -> None:
        """Ask for these with what is told so far; say what is found. A field keeps its cursor."""
        if tuple(asked) != self._asked:
            self._build(tuple(asked))
        for name, field in self.fields.items():
            text = given.get(name, "")
            if field.text() != text:
                field.blockSignals(True)
                field.set_text(text)
                field.blockSignals(False)
        self._show_found(found)
        self._clear_problem()
        self.setVisible(bool(asked or found))

    def point_at(self, variable: Variable) -> None:
        """Say that this one has no value, and have it typed."""
        self.problem.setText(tr("Fill in “{name}”, then send.", name=label_of(variable)))
        self.problem.show()
        if field := self.fields.get(variable.name):
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_found(self, found: Sequence[tuple[Variable, str]]) -> None:
        facts = [f"{label_of(variable)}: {_one_line(text)}" for variable, text in found]
        text = tr("Filled in by itself: {facts}", facts=" · ".join(facts))
        self.found.setText(text if facts else "")
        self.found.setAccessibleName(text)
        self.found.setToolTip(for_tooltip("\n".join(facts)))
        self.found.setVisible(bool(facts))

    def _build(self, asked: tuple[Variable, ...]) -> None:
        for widget in (*self._labels, *self.fields.values()):
            widget.hide()
            widget.deleteLater()
        self._asked, self._labels, self.fields = asked, [], {}
        for variable in asked:
            field = _Choices(variable.choices) if variable.choices else _Words()
            label = plain_label("quiet", label_of(variable))
            label.setMinimumWidth(1)
            label.setBuddy(field)
            field.setAccessibleName(label_of(variable))
            field.typed.connect(lambda text, name=variable.name: self._tell(name, text))
            field.submitted.connect(lambda name=variable.name: self._next(name))
            self._labels.append(label)
            self.fields[variable.name] = field
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, min(_MOST_COLUMNS, len(self._asked), self.width() // _COLUMN))
        if columns == self._columns:
            return
        self._columns = columns
        before: QWidget | None = None
        for place, (label, field) in enumerate(
            zip(self._labels, self.fields.values(), strict=True)
        ):
            row, column = divmod(place, columns)
            self._grid.addWidget(label, 2 * row, column)
            self._grid.addWidget(field, 2 * row + 1, column, Qt.AlignmentFlag.AlignTop)
            if before is not None:
                QWidget.setTabOrder(before, field)
            before = field
        for column in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _tell(self, name: str, text: str) -> None:
        self._clear_problem()
        self.edited.emit(name, text)

    def _next(self, name: str) -> None:
        names = list(self.fields)
        after = names[names.index(name) + 1 :]
        if after:
            self.fields[after[0]].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.finished.emit()

    def _clear_problem(self) -> None:
        self.problem.setText("")
        self.problem.hide()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def label_of(variable: Variable) -> str:
    """What a person reads for it."""
    return variable.label or variable.name


def _one_line(text: str) -> str:
    line = " ".join(text[: 4 * _SHOWN].split())
    if not line:
        return tr("(nothing)")
    return line if len(line) <= _SHOWN and len(text) <= 4 * _SHOWN else f"{line[: _SHOWN - 1]}…"
