"""The model files of a repository; one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import HubOffer
from gui.widgets.hub.file_rows import FileDelegate, FileItemModel


class FileList(QListView):
    """Arrows and clicks choose, Enter and double clicks download."""

    chosen = Signal(object)  # HubOffer | None
    download_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = FileItemModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(FileDelegate(self))
        self.setAccessibleName(tr("Files"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.doubleClicked.connect(self.download_requested)
        self.selectionModel().currentChanged.connect(self._choose)

    @override
    def model(self) -> QAbstractItemModel:
        return self._rows

    @property
    def count(self) -> int:
        """How many there are."""
        return self._rows.rowCount()

    @property
    def offer(self) -> HubOffer | None:
        """The one chosen."""
        index = self.currentIndex()
        return self._rows.offers[index.row()] if index.isValid() else None

    def show_offers(self, offers: Sequence[HubOffer], wanted: str = "") -> None:
        """Replace them, and choose the file named `wanted`, or the first."""
        self._rows.show_offers(offers)
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
        self.chosen.emit(self._rows.offers[index.row()] if index.isValid() else None)
