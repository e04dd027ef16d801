"""Messages that every conversation begins with: who says what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.text_field import TextField

_ROLE_WIDTH = 116


class _Role(Choice):
    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Who says it"))
        self.setFixedWidth(_ROLE_WIDTH)
        for text, role in (
            (tr("System prompt"), "system"),
            (tr("Person"), "user"),
            (tr("Model"), "assistant"),
        ):
            self.addItem(text, role)

    @property
    def role(self) -> str:
        return str(self.currentData())

    def show_role(self, role: str) -> None:
        self.setCurrentIndex(max(0, self.findData(role)))


class _Row(QWidget):
    def __init__(self, *, is_new: bool) -> None:
        super().__init__()
        self.is_new = is_new
        self.role = _Role()
        self.field = TextField(tr("Message"), (1, 8))
        self.remove = IconButton("x", tr("Remove"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.role, 0, top)
        row.addWidget(self.field, 1)
        row.addWidget(self.remove, 0, top)


class MessageList(QWidget):
    """`edited` tells all messages; one just added is not among them before it has text."""

    edited = Signal(object)  # tuple[tuple[str, str], ...]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[_Row] = []
        self.add = QPushButton(tr("Add a message"))
        self.add.setProperty("flat", True)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_messages(self, messages: Sequence[tuple[str, str]]) -> None:
        """What the Modelfile says."""
        if tuple(messages) == self._messages():
            return
        while len(self.rows) > len(messages):
            self._drop(self.rows[-1])
        while len(self.rows) < len(messages):
            self._append(is_new=False)
        for row, (role, text) in zip(self.rows, messages, strict=True):
            row.is_new = False
            row.role.show_role(role)
            row.field.show_text(text)

    def _messages(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (row.role.role, row.field.toPlainText()) for row in self.rows if not row.is_new
        )

    def _add(self) -> None:
        if self.rows and self.rows[-1].is_new:
            self.rows[-1].field.setFocus()
            return
        last = self.rows[-1].role.role if self.rows else ""
        row = self._append(is_new=True)
        row.role.show_role("assistant" if last == "user" else "user")
        row.field.setFocus()

    def _append(self, *, is_new: bool) -> _Row:
        row = _Row(is_new=is_new)
        row.field.edited.connect(lambda _: self._tell(row))
        row.role.activated.connect(lambda _: None if row.is_new else self._tell(row))
        row.remove.clicked.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _tell(self, row: _Row) -> None:
        row.is_new = False
        self.edited.emit(self._messages())

    def _remove(self, row: _Row) -> None:
        was_said = not row.is_new
        self._drop(row)
        self.add.setFocus()
        if was_said:
            self.edited.emit(self._messages())

    def _drop(self, row: _Row) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
