"""The names of a window's pages, one below the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.widgets.models.labels import plain_label

_WIDTH = 184


class _PageButton(QPushButton):
    def __init__(self, icon: str, title: str) -> None:
        super().__init__(title)
        self._icon_name = icon
        self.setProperty("nav", True)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(18, 18))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self.setIcon(theme.icon(self._icon_name, theme.colours(self.palette()).ink))


class Navigation(QWidget):
    """Arrows go from page to page; the server that answers is named at the bottom."""

    chosen = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, _PageButton] = {}
        self.setObjectName("models-side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Pages"))
        self.setFixedWidth(_WIDTH)
        name = plain_label("", title)
        name.setObjectName("brand")
        name.setContentsMargins(8, 0, 0, 8)
        self.server = plain_label("quiet", wraps=True)
        self.server.setContentsMargins(8, 0, 8, 0)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 14, 8, 14)
        self._column.setSpacing(2)
        self._column.addWidget(name)
        self._column.addStretch()
        self._column.addWidget(self.server)

    def add(self, key: str, icon: str, title: str) -> None:
        """Another page, below the others."""
        button = _PageButton(icon, title)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._column.insertWidget(self._column.count() - 2, button)
        self._buttons[key] = button

    def mark(self, key: str) -> None:
        """This is the page on show."""
        self._buttons[key].setChecked(True)

    @property
    def has_keyboard(self) -> bool:
        """Whether a name has the focus."""
        return any(button.hasFocus() for button in self._buttons.values())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        focused = [b for b in self._buttons.values() if b.hasFocus()]
        if step is None or not focused:
            super().keyPressEvent(event)
            return
        buttons = list(self._buttons.values())
        row = buttons.index(focused[0]) + step
        if 0 <= row < len(buttons):
            buttons[row].setFocus()
            buttons[row].click()
