"""The table of a replay."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import ReplayRow
from gui.widgets.compare.replay_rows import FIGURES, Column, ReplayItems

_ROW = 36
_WIDTHS = {
    Column.NUMBER: 40,
    Column.SAME: 96,
    Column.SECONDS: 92,
    Column.TOKENS: 84,
    Column.SPEED: 96,
    Column.ERROR: 220,
}
_WIDE = (Column.QUESTION, Column.OLD, Column.NEW)


class _Delegate(QStyledItemDelegate):
    """Room at the sides; what failed in the colour of danger, beside its word."""

    @override
    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        look = theme.colours(option.palette)
        column = Column(index.column())
        row = index.model().index(index.row(), Column.ERROR)
        is_problem = column in (Column.SAME, Column.ERROR) and row.data()
        quiet = column in FIGURES or column is Column.OLD
        colour = look.danger if is_problem else look.quiet if quiet else look.ink
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(colour))
        option.textElideMode = Qt.TextElideMode.ElideRight


class ReplayTable(QTableView):
    """Enter or a double click opens the new conversation."""

    row_chosen = Signal(object)  # ReplayRow | None
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("replay")
        self.items = ReplayItems(self)
        self.setModel(self.items)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("Replies, old and new"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self._shape_headers()
        self.doubleClicked.connect(self.opened)
        self.selectionModel().currentRowChanged.connect(self._choose)

    def _shape_headers(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(32)
        font = QFont(self.font())
        font.setPixelSize(12)
        header.setFont(font)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        for column in _WIDE:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setColumnHidden(Column.ERROR, True)

    def show_rows(self, rows: Sequence[ReplayRow]) -> None:
        """Replace them."""
        self.items.replace(rows)
        self.setColumnHidden(Column.ERROR, not any(row.error for row in rows))
        if rows:
            self.selectRow(0)
        else:
            self.row_chosen.emit(None)

    def add_row(self, row: ReplayRow) -> None:
        """One more, in sight if the last one was; the first one is chosen."""
        bar = self.verticalScrollBar()
        was_at_end = bar.value() == bar.maximum()
        self.items.append(row)
        if row.error:
            self.setColumnHidden(Column.ERROR, False)
        if self.items.rowCount() == 1:
            self.selectRow(0)
        if was_at_end:
            self.scrollToBottom()

    @property
    def chosen(self) -> ReplayRow | None:
        """The row whose differences are shown."""
        return self.items.row(self.currentIndex().row())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, current: QModelIndex) -> None:
        self.row_chosen.emit(self.items.row(current.row()) if current.isValid() else None)
