"""Models to get, a heading for each and a row for each size."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.language import tr
from gui.widgets.models.catalogue_rows import CatalogueDelegate, CatalogueItemModel, CatalogueRow
from gui.widgets.models.rows import RowList


class CatalogueList(RowList):
    """Arrows and clicks point at a size, Enter and double clicks get it."""

    pointed = Signal(str)
    get_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        rows = CatalogueItemModel()
        super().__init__(rows, CatalogueDelegate(), tr("Models worth having"), parent)
        self._rows = rows
        self.clicked.connect(self._point)
        self.doubleClicked.connect(self._get)

    def show_rows(self, rows: list[CatalogueRow]) -> None:
        """Replace them; the one pointed at stays if it is there."""
        if tuple(rows) == self._rows.rows:
            return
        name = self._name(self.currentIndex())
        self._rows.replace(rows)
        if name:
            self._mark(name)

    def enter(self) -> None:
        """Have the keyboard, and point at the first size."""
        self.setFocus()
        if not self._name(self.currentIndex()):
            self._step(1, 0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._get(self.currentIndex())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._step(step, self.currentIndex().row() + step)
        else:
            super().keyPressEvent(event)
            self._point(self.currentIndex())

    def _step(self, step: int, row: int) -> None:
        """To the next size that way; headings are passed over."""
        while 0 <= row < len(self._rows.rows):
            index = self._rows.index(row, 0)
            if self._name(index):
                self.setCurrentIndex(index)
                if row > 0 and not self._name(self._rows.index(row - 1, 0)):
                    self.scrollTo(self._rows.index(row - 1, 0))
                    self.scrollTo(index)
                self._point(index)
                return
            row += step

    def _mark(self, name: str) -> None:
        for number, row in enumerate(self._rows.rows):
            if row.name == name:
                self.setCurrentIndex(self._rows.index(number, 0))
                return

    def _name(self, index: QModelIndex | QPersistentModelIndex) -> str:
        row = index.data(CatalogueItemModel.RowRole) if index.isValid() else None
        return row.name if isinstance(row, CatalogueRow) else ""

    def _point(self, index: QModelIndex) -> None:
        if name := self._name(index):
            self.pointed.emit(name)

    def _get(self, index: QModelIndex) -> None:
        if name := self._name(index):
            self.get_requested.emit(name)
