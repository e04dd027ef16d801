"""Texts one below the other: stops, licences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.widgets.modelfile.row_list import Row, RowList
from gui.widgets.modelfile.text_field import TextField


class TextList(RowList[Row]):
    """`edited` tells all texts: tuple[str, ...]."""

    def __init__(
        self, label: str, add: str, most_lines: int = 4, parent: QWidget | None = None
    ) -> None:
        super().__init__(add, parent)
        self._label = label
        self._lines = (1, most_lines)

    def show_texts(self, texts: Sequence[str]) -> None:
        """What the Modelfile says."""
        self._show_values(texts)

    @override
    def _make(self, *, is_new: bool) -> Row:
        return Row(TextField(self._label, self._lines), is_new=is_new)

    @override
    def _value(self, row: Row) -> str:
        return row.field.toPlainText()

    @override
    def _show(self, row: Row, value: str) -> None:
        row.field.show_text(value)
