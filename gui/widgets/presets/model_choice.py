"""A model's name: one of the server's, any other, or none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from gui.widgets.modelfile.choice import Choice


class ModelChoice(Choice):
    """`none` is what stands there while it names no model, and the first to choose."""

    edited = Signal(str)

    def __init__(self, label: str, none: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._none = none
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(label)
        self.setMinimumWidth(120)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field, completer = QLineEdit(), QCompleter(self.model())
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        field.setPlaceholderText(none)
        field.setAccessibleName(label)
        field.textEdited.connect(self._tell)
        self.setLineEdit(field)
        self.setCompleter(completer)
        self.textActivated.connect(self._take)
        self.show_choices(())

    def show_text(self, name: str) -> None:
        """The model that is named, "" for none."""
        if name != self.name:
            self.setEditText(name)

    def show_choices(self, names: Sequence[str]) -> None:
        """The models to choose from."""
        choices = [self._none, *names]
        if [self.itemText(row) for row in range(self.count())] == choices:
            return
        text = self.name
        self.clear()
        self.addItems(choices)
        self.setCurrentIndex(-1)
        self.setEditText(text)

    @property
    def name(self) -> str:
        """The model that is named, "" for none."""
        text = self.currentText().strip()
        return "" if text == self._none else text

    def _take(self, text: str) -> None:
        if text == self._none:
            self.setCurrentIndex(-1)
            self.setEditText("")
        self._tell()

    def _tell(self) -> None:
        self.edited.emit(self.name)
