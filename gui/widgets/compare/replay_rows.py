"""The table of a replay: its columns, its rows, what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from gui.language import tr
from gui.records import MessageStatus, ReplayRow

_Index = QModelIndex | QPersistentModelIndex
_LONGEST = 400
"""Characters of a text that a cell takes: more is never seen."""


class Column(IntEnum):
    """From left to right."""

    NUMBER = 0
    QUESTION = 1
    OLD = 2
    NEW = 3
    SAME = 4
    SECONDS = 5
    TOKENS = 6
    SPEED = 7
    ERROR = 8


FIGURES = (Column.NUMBER, Column.SECONDS, Column.TOKENS, Column.SPEED)


class ReplayItems(QAbstractTableModel):
    """One row for each question that was asked again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ReplayRow] = []

    def replace(self, rows: Sequence[ReplayRow]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def append(self, row: ReplayRow) -> None:
        """One more."""
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows))
        self._rows.append(row)
        self.endInsertRows()

    def row(self, number: int) -> ReplayRow | None:
        """The row at a place."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(Column)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return _heading(Column(section)) if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole and column is Column.ERROR:
            return row.error.replace("<", "‹")
        return None


def cell(row: ReplayRow, column: Column) -> str:
    """What stands in a cell, on one line."""
    new = row.new
    has_ended_well = new is not None and new.status is MessageStatus.COMPLETE
    match column:
        case Column.NUMBER:
            return str(row.number)
        case Column.QUESTION:
            return _line(row.question.content)
        case Column.OLD:
            return _line(row.old.content) if row.old is not None else tr("none")
        case Column.NEW:
            return _line(new.content) if new is not None and new.content else "–"
        case Column.SAME:
            return same_word(row)
        case Column.SECONDS:
            return f"{row.seconds:.1f}"
        case Column.TOKENS:
            return f"{row.tokens:,}" if has_ended_well else "–"
        case Column.SPEED:
            return f"{row.tokens_per_second:.1f}" if has_ended_well else "–"
        case Column.ERROR:
            return _line(row.error)


def same_word(row: ReplayRow) -> str:
    """How the new reply compares with the old one, in a word."""
    if row.error:
        return tr("failed")
    if row.new is not None and row.new.status is MessageStatus.STOPPED:
        return tr("stopped")
    return tr("same") if row.same else tr("different")


def _heading(column: Column) -> str:
    return {
        Column.NUMBER: "#",
        Column.QUESTION: tr("Question"),
        Column.OLD: tr("Old reply"),
        Column.NEW: tr("New reply"),
        Column.SAME: tr("Same?"),
        Column.SECONDS: tr("Seconds"),
        Column.TOKENS: tr("Tokens"),
        Column.SPEED: tr("Tokens/s"),
        Column.ERROR: tr("Error"),
    }[column]


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in FIGURES else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _line(text: str) -> str:
    return " ".join(text[:_LONGEST].split())
