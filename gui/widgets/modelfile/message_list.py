"""Messages that every conversation begins with: who says what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.language import tr
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.row_list import Row, RowList
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


class _Row(Row):
    def __init__(self, *, is_new: bool) -> None:
        self.role = _Role()
        super().__init__(TextField(tr("Message"), (1, 8)), self.role, is_new=is_new)


class MessageList(RowList[_Row]):
    """`edited` tells all messages, role and text: tuple[tuple[str, str], ...]."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Add a message"), parent)

    def show_messages(self, messages: Sequence[tuple[str, str]]) -> None:
        """What the Modelfile says."""
        self._show_values(messages)

    @override
    def _make(self, *, is_new: bool) -> _Row:
        row = _Row(is_new=is_new)
        row.role.activated.connect(lambda _: None if row.is_new else self._tell(row))
        if is_new:
            last = self.rows[-1].role.role if self.rows else ""
            row.role.show_role("assistant" if last == "user" else "user")
        return row

    @override
    def _value(self, row: _Row) -> tuple[str, str]:
        return row.role.role, row.field.toPlainText()

    @override
    def _show(self, row: _Row, value: tuple[str, str]) -> None:
        role, text = value
        row.role.show_role(role)
        row.field.show_text(text)
