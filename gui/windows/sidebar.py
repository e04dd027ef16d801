"""The left side: Ondol's name, New conversation, the conversations."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.language import tr
from gui.widgets.conversation_list import ConversationList
from gui.widgets.icon_button import IconButton

_WIDTH = 260


class Sidebar(QWidget):
    """Holds the list; the main window folds it away."""

    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        brand = QLabel("Ondol")
        brand.setObjectName("brand")
        new = IconButton("note-pencil", tr("New conversation") + " (Ctrl+N)")
        new.clicked.connect(self.new_requested)
        self.list = ConversationList()
        top = QHBoxLayout()
        top.setContentsMargins(16, 10, 10, 4)
        top.addWidget(brand)
        top.addStretch()
        top.addWidget(new)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.list)
