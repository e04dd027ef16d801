"""Rows of a form that are added and removed, one below the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.text_field import TextField


class Row(QWidget):
    """A field, with what stands before it, and Remove. One that `is_new` says nothing yet."""

    def __init__(self, field: TextField, *before: QWidget, is_new: bool) -> None:
        super().__init__()
        self.is_new = is_new
        self.field = field
        self.remove = IconButton("x", tr("Remove"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in before:
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(field, 1)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)


R = TypeVar("R", bound=Row)


class RowList(QWidget, Generic[R]):
    """`edited` tells the values of all rows; a row just added has none before it has text."""

    edited = Signal(object)

    def __init__(self, add: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[R] = []
        self.add = QPushButton(add)
        self.add.setProperty("flat", True)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    @abstractmethod
    def _make(self, *, is_new: bool) -> R:
        """A row without text."""

    @abstractmethod
    def _value(self, row: R) -> Any:
        """What a row says."""

    @abstractmethod
    def _show(self, row: R, value: Any) -> None:
        """Have a row say it."""

    def _show_values(self, values: Sequence[Any]) -> None:
        """What the text says; rows that stay keep cursor and focus."""
        if tuple(values) == self._values():
            return
        while len(self.rows) > len(values):
            self._drop(self.rows[-1])
        while len(self.rows) < len(values):
            self._append(is_new=False)
        for row, value in zip(self.rows, values, strict=True):
            row.is_new = False
            self._show(row, value)

    def _values(self) -> tuple[Any, ...]:
        return tuple(self._value(row) for row in self.rows if not row.is_new)

    def _add(self) -> None:
        is_waiting = bool(self.rows) and self.rows[-1].is_new
        row = self.rows[-1] if is_waiting else self._append(is_new=True)
        row.field.setFocus()

    def _append(self, *, is_new: bool) -> R:
        row = self._make(is_new=is_new)
        row.field.edited.connect(lambda _: self._tell(row))
        row.remove.clicked.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _tell(self, row: R) -> None:
        row.is_new = False
        self.edited.emit(self._values())

    def _remove(self, row: R) -> None:
        was_said = not row.is_new
        self._drop(row)
        self.add.setFocus()
        if was_said:
            self.edited.emit(self._values())

    def _drop(self, row: R) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
