"""All options; those that few people set are folded until they are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.language import tr
from gui.records.modelfile import ParameterField
from gui.widgets.modelfile.parameter_row import ParameterRow
from gui.widgets.modelfile.sections import Fold

_ALWAYS_SHOWN = 6


class ParameterList(QWidget):
    """`edited` tells name and value, "" when it is unset."""

    edited = Signal(str, str)

    def __init__(self, fields: Sequence[ParameterField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        numbers = [field for field in fields if field.kind != "texts"]
        self.rows = {field.name: ParameterRow(field) for field in numbers}
        self._first = {field.name for field in numbers[:_ALWAYS_SHOWN]}
        self.fold = Fold(tr("All {count} parameters", count=len(self.rows)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for row in self.rows.values():
            row.edited.connect(self.edited)
            column.addWidget(row)
        column.addWidget(self.fold)
        self.fold.folded.connect(self._draw)
        self._draw()

    def show_values(self, values: Mapping[str, str]) -> None:
        """What the Modelfile says."""
        for name, row in self.rows.items():
            row.show_value(values.get(name, ""))
        self._draw()

    def _draw(self) -> None:
        for name, row in self.rows.items():
            is_needed = name in self._first or bool(row.value)
            row.setVisible(self.fold.isChecked() or is_needed or row.isAncestorOf(self._focused()))

    def _focused(self) -> QWidget:
        """The field with the keyboard, which must not vanish under the person's hands."""
        return self.window().focusWidget() or self
