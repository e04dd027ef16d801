"""A card's first line: the number of the step, its title, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import plain_label


class StepDeed(StrEnum):
    """What a person does with a step as a whole."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    JOIN = "join"
    ADD_BESIDE = "beside"
    ADD_AFTER = "after"
    REMOVE = "remove"


class StepHead(QWidget):
    """`titled` tells the title as it is typed, `asked` a deed; `can` says which are possible."""

    titled = Signal(str)
    asked = Signal(object)  # StepDeed

    def __init__(self, can: Callable[[StepDeed], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can = can
        self.number = plain_label("stepnumber")
        self.title = QLineEdit()
        self.title.setObjectName("step-title")
        self.title.setAccessibleName(tr("Title of the step"))
        self.title.setMaxLength(200)
        self.title.textEdited.connect(self.titled)
        self.up = IconButton("arrow-up", tr("Move up") + " (Alt+↑)")
        self.down = IconButton("arrow-down", tr("Move down") + " (Alt+↓)")
        self.more = IconButton("dots-three", tr("What can be done with the step"))
        self.up.clicked.connect(lambda: self.asked.emit(StepDeed.UP))
        self.down.clicked.connect(lambda: self.asked.emit(StepDeed.DOWN))
        self.more.clicked.connect(self._drop_down)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(6)
        row.addWidget(self.title, 1)
        for button in (self.up, self.down, self.more):
            row.addWidget(button)

    def show_step(self, number: str, title: str, name: str) -> None:
        """The number, the title, and the name, which stands for it while there is none."""
        self.number.setText(number)
        self.title.setPlaceholderText(name or tr("Title"))
        if title != self.title.text():
            self.title.setText(title)
        self.judge()

    def judge(self) -> None:
        """Where the step can go from here."""
        self.up.setEnabled(self._can(StepDeed.UP))
        self.down.setEnabled(self._can(StepDeed.DOWN))

    def menu(self) -> QMenu:
        """All that can be done with the step."""
        menu = QMenu(self)
        for text, keys, deed in (
            (tr("Move up"), "Alt+Up", StepDeed.UP),
            (tr("Move down"), "Alt+Down", StepDeed.DOWN),
            (tr("Move left"), "Alt+Left", StepDeed.LEFT),
            (tr("Move right"), "Alt+Right", StepDeed.RIGHT),
            (tr("Run beside the step above"), "Alt+J", StepDeed.JOIN),
            ("", "", None),
            (tr("Add a step beside it"), "", StepDeed.ADD_BESIDE),
            (tr("Add a step after it"), "", StepDeed.ADD_AFTER),
            ("", "", None),
            (tr("Remove the step"), "", StepDeed.REMOVE),
        ):
            if deed is None:
                menu.addSeparator()
                continue
            action = QAction(text, menu)
            action.setShortcut(QKeySequence(keys))
            action.setEnabled(self._can(deed))
            action.triggered.connect(lambda _=False, d=deed: self.asked.emit(d))
            menu.addAction(action)
        return menu

    def _drop_down(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        menu.popup(self.more.mapToGlobal(corner))
