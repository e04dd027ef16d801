"""The model files of a repository; one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import HubOffer
from gui.widgets.hub.file_rows import FileDelegate, FileItemModel
from gui.widgets.models.rows import RowList


class FileList(RowList):
    """Arrows and clicks choose, Enter and double clicks download."""

    chosen = Signal(object)  # HubOffer | None
    download_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        rows = FileItemModel()
        super().__init__(rows, FileDelegate(), tr("Files"), parent)
        self._rows = rows
        self.setUniformItemSizes(True)
        self.doubleClicked.connect(self.download_requested)
        self.selectionModel().currentChanged.connect(self._choose)

    @property
    def offer(self) -> HubOffer | None:
        """The one chosen."""
        index = self.currentIndex()
        return self._rows.rows[index.row()] if index.isValid() else None

    def show_offers(self, offers: Sequence[HubOffer], wanted: str = "") -> None:
        """Replace them, and choose the file named `wanted`, or the first."""
        self._rows.replace(offers)
        names = [offer.file.name for offer in offers]
        row = names.index(wanted) if wanted in names else 0
        index = self._rows.index(row, 0) if names else QModelIndex()
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        if index.isValid():
            self.scrollTo(index)
        else:
            self.chosen.emit(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.download_requested.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self._rows.rows[index.row()] if index.isValid() else None)
