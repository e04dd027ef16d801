"""The left of the Presets window: what there is, a search, new ones and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import plain_label
from gui.widgets.models.search_field import SearchField
from gui.widgets.presets.preset_list import PresetList

_WIDTH = 272


class PresetSide(QWidget):
    """Buttons announce; the window acts."""

    new_requested = Signal()
    import_requested = Signal()

    def __init__(
        self, to_drag: Callable[[str], Path | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("models-side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        title = plain_label("", tr("Presets"))
        title.setObjectName("brand")
        self.more = IconButton("dots-three", tr("Import and export"))
        self.new = QPushButton(tr("New preset"))
        self.new.setAutoDefault(False)
        self.search = SearchField(tr("Search presets"), "magnifying-glass")
        self.list = PresetList(to_drag)
        head = QHBoxLayout()
        head.setContentsMargins(18, 0, 12, 0)
        head.addWidget(title, 1)
        head.addWidget(self.more)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 0, 12, 0)
        inner.setSpacing(8)
        inner.addWidget(self.new)
        inner.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(inner)
        column.addWidget(self.list, 1)
        self.new.clicked.connect(self.new_requested)
        self.search.textChanged.connect(self.list.search)
        self.search.list_requested.connect(self.list.setFocus)

    def drop_down(self, menu: QMenu) -> None:
        """Show a menu below the button with the dots."""
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 4)))
