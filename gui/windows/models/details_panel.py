"""The model chosen: what it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.language import tr
from gui.records import LoadedModel, ModelDetails, ModelInfo
from gui.widgets.icon_button import IconButton
from gui.widgets.models import words
from gui.widgets.models.details_view import DetailsView
from gui.widgets.models.labels import Chips, ElidedLabel, for_tooltip, plain_label


class DetailsPanel(QFrame):
    """The list's record is shown at once, its details when they are read."""

    chat_requested = Signal(str)
    base_requested = Signal(str)
    copy_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)
    push_requested = Signal(str)
    unload_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: ModelInfo | None = None
        self.setObjectName("details-panel")
        self.setMinimumWidth(380)
        self._build()
        self._arrange()

    def _build(self) -> None:
        self.name = ElidedLabel("heading")
        self.line = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.chips = Chips()
        self.memory = plain_label("quiet", wraps=True)
        self.unload = _button(tr("Unload"), "flat")
        self.chat = _button(tr("Chat with it"), "primary")
        self.base = _button(tr("Use as base for a new model"), "")
        self.more = IconButton("dots-three", tr("More to do with it"))
        self.details = DetailsView()
        self.problem = plain_label("problem", wraps=True)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._body = QStackedWidget()
        self._body.addWidget(self.details)
        self._body.addWidget(self.problem)
        for button, signal in (
            (self.chat, self.chat_requested),
            (self.base, self.base_requested),
            (self.unload, self.unload_requested),
        ):
            button.clicked.connect(lambda _=False, s=signal: self._tell(s))
        self.more.clicked.connect(self._open_menu)

    def _arrange(self) -> None:
        memory = QHBoxLayout()
        memory.addWidget(self.memory, 1)
        memory.addWidget(self.unload)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        actions.addWidget(self.chat)
        actions.addWidget(self.base)
        actions.addStretch()
        actions.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.line)
        column.addWidget(self.chips)
        column.addLayout(memory)
        column.addLayout(actions)
        column.addSpacing(4)
        column.addWidget(self._body, 1)

    def show_model(self, model: ModelInfo | None, loaded: LoadedModel | None) -> None:
        """What the list knows of it; None hides the panel."""
        self.setVisible(model is not None)
        if model is None:
            self._model = None
            return
        if self._model is None or model.name != self._model.name:
            self.details.show_details(None)
            self._body.setCurrentWidget(self.details)
        self._model = model
        self.name.setText(model.name)
        self.name.setToolTip(for_tooltip(model.name))
        context = words.context_text(model.context_length)
        parts = (words.model_line(model), context)
        self.line.setText(" · ".join(part for part in parts if part))
        self.chips.show_words(words.capability_words(model))
        self.chat.setEnabled(model.can_chat)
        self.memory.setVisible(loaded is not None)
        self.unload.setVisible(loaded is not None)
        self.memory.setText(words.memory_text(loaded) if loaded else "")

    def show_details(self, details: ModelDetails) -> None:
        """All that the server tells; of another model than the one on show it is dropped."""
        if self._model is not None and details.info.name == self._model.name:
            self.details.show_details(details)
            self._body.setCurrentWidget(self.details)

    def show_problem(self, name: str, why: str) -> None:
        """Why there are no details."""
        if self._model is not None and name == self._model.name:
            self.problem.setText(why)
            self._body.setCurrentWidget(self.problem)

    def menu(self) -> QMenu:
        """The rest of what can be done."""
        menu = QMenu(self)
        for text, signal in (
            (tr("Copy…"), self.copy_requested),
            (tr("Rename…"), self.rename_requested),
            (tr("Push…"), self.push_requested),
            (tr("Delete…"), self.delete_requested),
        ):
            action = QAction(text, menu)
            action.triggered.connect(lambda _=False, s=signal: self._tell(s))
            menu.addAction(action)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        menu.popup(self.more.mapToGlobal(corner))

    def _tell(self, signal: SignalInstance) -> None:
        if self._model is not None:
            signal.emit(self._model.name)


def _button(text: str, kind: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    if kind:
        button.setProperty(kind, True)
    return button
