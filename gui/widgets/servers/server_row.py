"""One server: its name, how it is, what can be done with it, and its test below."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import LocalOllama, ServerKind, ServerState, ServerStatus
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import Chips, ElidedLabel
from gui.widgets.servers import words
from gui.widgets.servers.probe_view import ProbeView


class ServerRow(QFrame):
    """Announces what is wanted with its key; the page knows what to do."""

    use_requested = Signal(str)  # ServerKey
    test_requested = Signal(str)
    edit_requested = Signal(str)
    remove_requested = Signal(str)
    start_requested = Signal()
    stop_requested = Signal()
    trust_requested = Signal(str, object)  # ServerKey, Certificate

    def __init__(self, status: ServerStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = status
        self.setObjectName("server")
        self._build()
        self._arrange()
        self._connect()

    def _build(self) -> None:
        self.name = ElidedLabel("name")
        self.chips = Chips()
        self.line = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.use = _button(tr("Use"))
        self.start = _button(tr("Start"))
        self.stop = _button(tr("Stop"))
        self.test = _button(tr("Test"))
        self.more = IconButton("dots-three", "")
        self.more.setVisible(self.status.kind is ServerKind.REMOTE)
        self.probe = ProbeView()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.name)
        top.addWidget(self.chips, 1)
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addLayout(top)
        text.addWidget(self.line)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addLayout(text, 1)
        for button in (self.start, self.stop, self.use, self.test, self.more):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.probe)

    def _connect(self) -> None:
        key = self.status.key
        self.use.clicked.connect(lambda: self.use_requested.emit(key))
        self.test.clicked.connect(lambda: self.test_requested.emit(key))
        self.start.clicked.connect(self.start_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.more.clicked.connect(self._open_menu)
        self.probe.trust_requested.connect(lambda shown: self.trust_requested.emit(key, shown))

    def show_status(
        self, status: ServerStatus, ollama: LocalOllama, *, in_use: bool, is_busy: bool
    ) -> None:
        """How the server is now; `is_busy` while Ollama starts or stops."""
        self.status = status
        title = words.server_title(status)
        line = words.server_line(status, ollama)
        self.name.setText(title)
        self.line.setText(" ".join(line.split()))
        self.line.setToolTip(line.replace("<", "‹"))
        self.chips.show_words((tr("in use"),) if in_use else ())
        self.use.setVisible(not in_use)
        if self.property("current") is not in_use:
            self.setProperty("current", in_use)
            self.style().unpolish(self)
            self.style().polish(self)
        is_ollama = status.kind is ServerKind.OLLAMA
        is_up = status.state is ServerState.READY
        can_start = bool(ollama.program) and ollama.is_here and not is_up
        self.start.setVisible(is_ollama and can_start)
        self.stop.setVisible(is_ollama and ollama.is_ours)
        self.start.setEnabled(not is_busy)
        self.stop.setEnabled(not is_busy)
        self.start.setText(tr("Starting…") if is_busy and can_start else tr("Start"))
        self.setAccessibleName(f"{title}. {line}")
        for button, text in (
            (self.use, tr("Use {name}", name=title)),
            (self.test, tr("Test the connection to {name}", name=title)),
        ):
            button.setAccessibleName(text)
        self.more.show_as("dots-three", tr("More to do with {name}", name=title.replace("<", "‹")))

    def menu(self) -> QMenu:
        """What can be done with a server of the person's own list."""
        menu = QMenu(self)
        key = self.status.key
        for text, signal in (
            (tr("Change…"), self.edit_requested),
            (tr("Remove…"), self.remove_requested),
        ):
            action = QAction(text, menu)
            action.triggered.connect(lambda _=False, s=signal: s.emit(key))
            menu.addAction(action)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        menu.popup(self.more.mapToGlobal(corner))


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("flat", True)
    button.setAutoDefault(False)
    return button
