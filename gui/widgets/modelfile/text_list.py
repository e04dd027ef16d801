"""Texts one below the other: stops, licences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.text_field import TextField


class _Row(QWidget):
    def __init__(self, label: str, *, is_new: bool, lines: tuple[int, int]) -> None:
        super().__init__()
        self.is_new = is_new
        self.field = TextField(label, lines)
        self.remove = IconButton("x", tr("Remove"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)


class TextList(QWidget):
    """`edited` tells all texts; a row just added is not one of them before it has text."""

    edited = Signal(object)  # tuple[str, ...]

    def __init__(
        self, label: str, add: str, most_lines: int = 4, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._label = label
        self._lines = (1, most_lines)
        self.rows: list[_Row] = []
        self.add = QPushButton(add)
        self.add.setProperty("flat", True)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_texts(self, texts: Sequence[str]) -> None:
        """What the Modelfile says."""
        if tuple(texts) == self._texts():
            return
        while len(self.rows) > len(texts):
            self._drop(self.rows[-1])
        while len(self.rows) < len(texts):
            self._append(is_new=False)
        for row, text in zip(self.rows, texts, strict=True):
            row.is_new = False
            row.field.show_text(text)

    def _texts(self) -> tuple[str, ...]:
        return tuple(row.field.toPlainText() for row in self.rows if not row.is_new)

    def _add(self) -> None:
        if self.rows and self.rows[-1].is_new:
            self.rows[-1].field.setFocus()
        else:
            self._append(is_new=True).field.setFocus()

    def _append(self, *, is_new: bool) -> _Row:
        row = _Row(self._label, is_new=is_new, lines=self._lines)
        row.field.edited.connect(lambda _: self._tell(row))
        row.remove.clicked.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _tell(self, row: _Row) -> None:
        row.is_new = False
        self.edited.emit(self._texts())

    def _remove(self, row: _Row) -> None:
        was_said = not row.is_new
        self._drop(row)
        self.add.setFocus()
        if was_said:
            self.edited.emit(self._texts())

    def _drop(self, row: _Row) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
