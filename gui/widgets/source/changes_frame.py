"""What every view of differences has: how much is in one text only, Copy, F8 to the next."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.models.labels import plain_label

_COPIED_MS = 1500


class Steps(Protocol):
    """A field that goes from change to change."""

    def step(self, by: int) -> None:
        """To the next change, or with -1 to the one before."""


class ChangesFrame(QWidget):
    """Counts and Copy above a field; a sentence in its place where there is nothing to show."""

    def __init__(self, field: QWidget, steps: Steps, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.removed = plain_label("removed")
        self.added = plain_label("added")
        self.copy = QPushButton(tr("Copy"))
        self.copy.setProperty("flat", True)
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_COPIED_MS)
        self._copied.timeout.connect(lambda: self.copy.setText(tr("Copy")))
        self.nothing = plain_label("message", wraps=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.nothing)
        self.pages.addWidget(field)
        self._field = field
        self._arrange()
        for key, by in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=by: steps.step(by))

    def _arrange(self) -> None:
        self._head = QWidget()
        row = QHBoxLayout(self._head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.removed)
        row.addWidget(self.added)
        row.addStretch(1)
        row.addWidget(self.copy)
        self._head.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._head)
        column.addWidget(self.pages, 1)

    def show_counts(self, removed: str, added: str) -> None:
        """What stands above the field, which is then on show."""
        self.removed.setText(f"− {removed}")
        self.added.setText(f"+ {added}")
        self._head.show()
        self.pages.setCurrentWidget(self._field)

    def show_message(self, text: str) -> None:
        """A sentence instead of a text."""
        self.nothing.setText(text)
        self._head.hide()
        self.pages.setCurrentWidget(self.nothing)

    @abstractmethod
    def text(self) -> str:
        """Everything with its signs, as it is copied."""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self.copy.setText(tr("Copied"))
        self._copied.start()
