"""Where one types what to look for, with a magnifying glass."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from gui import theme

_LONGEST = 1000


class SearchField(QLineEdit):
    """Down asks for the list below; Escape empties the field, and goes on when it is empty."""

    list_requested = Signal()

    def __init__(self, label: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._icon = QAction(self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self.setPlaceholderText(label)
        self.setAccessibleName(label)
        self.setMaxLength(_LONGEST)
        self.setClearButtonEnabled(True)
        self._draw()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.list_requested.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self._icon.setIcon(theme.icon(self._icon_name, theme.colours(self.palette()).quiet))
