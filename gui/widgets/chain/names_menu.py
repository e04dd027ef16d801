"""A button with the names that can be put into a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from gui.language import tr


class NamesButton(QPushButton):
    """`chosen` tells the name."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Insert a name"), parent)
        self._names: tuple[str, ...] = ()
        self.setProperty("flat", True)
        self.setAutoDefault(False)
        self.clicked.connect(self._drop_down)

    def show_names(self, names: Sequence[str]) -> None:
        """What is offered."""
        self._names = tuple(names)
        self.setEnabled(bool(names))

    def menu_of_names(self) -> QMenu:
        """The names, in braces as they are put in."""
        menu = QMenu(self)
        for name in self._names:
            shown = "{" + name + "}"
            menu.addAction(shown.replace("&", "&&"), partial(self.chosen.emit, name))
        return menu

    def _drop_down(self) -> None:
        menu = self.menu_of_names()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
