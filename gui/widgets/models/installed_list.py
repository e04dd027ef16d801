"""The installed models: one is chosen, and something done with it by key, mouse or menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import LoadedModel, ModelInfo
from gui.widgets.models.installed_rows import InstalledDelegate, InstalledItemModel, Order
from gui.widgets.models.rows import RowList


class InstalledList(RowList):
    """Enter chats, F2 renames, Delete deletes; the menu has all of it."""

    chosen = Signal(str)  # "" when nothing is
    chat_requested = Signal(str)
    copy_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)
    push_requested = Signal(str)
    unload_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        rows, self._delegate = InstalledItemModel(), InstalledDelegate()
        super().__init__(rows, self._delegate, tr("Installed models"), parent)
        self._rows = rows
        self._name = ""
        self._announced = ""
        self._is_arranging = False
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.doubleClicked.connect(lambda: self._tell(self.chat_requested))
        self._delegate.unload_clicked.connect(self.unload_requested)
        self._rows.rearranged.connect(self._mark)
        self.selectionModel().currentChanged.connect(self._choose)

    @property
    def name(self) -> str:
        """The model chosen, "" for none."""
        return self._name

    @property
    def order(self) -> Order:
        """How it is sorted."""
        return self._rows.order

    def loaded(self, name: str) -> LoadedModel | None:
        """How a model lies in memory."""
        return self._rows.loaded(name)

    def show_models(self, models: Sequence[ModelInfo], loaded: Sequence[LoadedModel]) -> None:
        """Replace the rows; the one chosen and the scroll position stay."""
        self._rearrange(lambda: self._rows.show_models(models, loaded))

    def search(self, text: str) -> None:
        """Only those that have every word of `text`."""
        self._rearrange(lambda: self._rows.search(text))
        self.scrollTo(self.currentIndex())

    def sort_by(self, order: Order) -> None:
        """Another order."""
        self._rearrange(lambda: self._rows.sort_by(order))
        self.scrollTo(self.currentIndex())

    def select(self, name: str) -> None:
        """Choose a model by its name, if it is on show."""
        self._name = name
        self._mark()
        self._announce()

    def menu(self) -> QMenu:
        """What can be done with the model chosen."""
        menu = QMenu(self)
        is_loaded = self._rows.loaded(self._name) is not None
        for text, signal, is_shown in (
            (tr("Chat with it"), self.chat_requested, True),
            (tr("Unload"), self.unload_requested, is_loaded),
            (tr("Copy…"), self.copy_requested, True),
            (tr("Rename…"), self.rename_requested, True),
            (tr("Push…"), self.push_requested, True),
            (tr("Delete…"), self.delete_requested, True),
        ):
            if is_shown:
                action = QAction(text, menu)
                action.triggered.connect(lambda _=False, s=signal: self._tell(s))
                menu.addAction(action)
        return menu

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell(self.chat_requested)
        elif key == Qt.Key.Key_Delete:
            self._tell(self.delete_requested)
        elif key == Qt.Key.Key_F2:
            self._tell(self.rename_requested)
        else:
            super().keyPressEvent(event)

    def _tell(self, signal: SignalInstance) -> None:
        if self._name:
            signal.emit(self._name)

    def _rearrange(self, change: Callable[[], None]) -> None:
        scrolled = self.verticalScrollBar().value()
        self._is_arranging = True
        change()
        self._is_arranging = False
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled)
        self._announce()

    def _mark(self) -> None:
        """Mark the model chosen, or the first one if it is not there any more."""
        row = self._rows.row_of(self._name)
        index = self._rows.index(max(row, 0), 0) if self._rows.rowCount() else QModelIndex()
        was_arranging, self._is_arranging = self._is_arranging, True
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._is_arranging = was_arranging
        self._name = index.data(Qt.ItemDataRole.DisplayRole) if index.isValid() else ""

    def _choose(self, index: QModelIndex) -> None:
        if not self._is_arranging:
            self._name = index.data(Qt.ItemDataRole.DisplayRole) if index.isValid() else ""
            self._announce()

    def _announce(self) -> None:
        if self._name != self._announced:
            self._announced = self._name
            self.chosen.emit(self._name)

    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self.setCurrentIndex(index)
            menu = self.menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(at))
