"""Repositories that were found; one is looked into."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import HubRepo
from gui.widgets.hub.repo_rows import RepoDelegate, RepoItemModel
from gui.widgets.models.rows import RowList


class RepoList(RowList):
    """Arrows and clicks choose; Enter goes on to its files; near the end more is asked for."""

    chosen = Signal(str)
    entered = Signal()
    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        rows = RepoItemModel()
        super().__init__(rows, RepoDelegate(), tr("Repositories"), parent)
        self._rows = rows
        self._is_marking = False
        self.setUniformItemSizes(True)
        self.selectionModel().currentChanged.connect(self._choose)
        self.verticalScrollBar().valueChanged.connect(self._look_ahead)

    @property
    def repo(self) -> str:
        """The one chosen, "" for none."""
        index = self.currentIndex()
        return str(index.data()) if index.isValid() else ""

    def show_repos(self, repos: Sequence[HubRepo]) -> None:
        """Replace them, or add those that are new at the end."""
        before = self.repo
        self._is_marking = True
        was_reset = self._rows.extend(repos)
        self._is_marking = False
        if was_reset:
            self.mark(before)
            self.scrollToTop()

    def mark(self, repo: str) -> None:
        """Show which one is looked into, without asking for it again."""
        names = [known.id.lower() for known in self._rows.rows]
        row = names.index(repo.lower()) if repo.lower() in names else -1
        index = self._rows.index(row, 0) if row >= 0 else QModelIndex()
        self._is_marking = True
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._is_marking = False
        if index.isValid():
            self.scrollTo(index)

    def enter(self) -> None:
        """Have the keyboard, and choose the first if none is."""
        self.setFocus()
        if not self.currentIndex().isValid() and self.count:
            self.setCurrentIndex(self._rows.index(0, 0))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_marking:
            # Coming by Tab, Qt goes to the first row without selecting it.
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.chosen.emit(str(index.data()))
            if index.row() == self.count - 1:
                self.more_wanted.emit()

    def _look_ahead(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if not self._is_marking and value >= bar.maximum() - self.viewport().height():
            self.more_wanted.emit()
