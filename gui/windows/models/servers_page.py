"""Every server there is to talk to: use it, test it, add one, change one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controllers import Controllers
from gui.language import tr
from gui.records import (
    Certificate,
    ProbeStep,
    ServerEntry,
    ServerKey,
    ServerKind,
    ServersOverview,
    ServerStatus,
)
from gui.widgets.models.labels import plain_label
from gui.widgets.servers.server_row import ServerRow
from gui.windows.models.server_dialog import ServerDialog

_LOOK_MS = 5_000


class ServersPage(QWidget):
    """Asks every server how it is, again and again, only while it is seen."""

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers.servers
        self.rows: dict[ServerKey, ServerRow] = {}
        self._build()
        self._arrange()
        self.setFocusProxy(self.add)
        self._connect()
        self._show(self._to.overview)

    def _build(self) -> None:
        self.add = QPushButton(tr("Add a server…"))
        self.add.setProperty("primary", True)
        self.add.setAutoDefault(False)
        self._list = QWidget()
        self._list.setObjectName("servers")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(24, 0, 24, 24)
        self._column.setSpacing(8)
        self._column.addStretch()
        self._area = QScrollArea()
        self._area.setObjectName("servers")
        self._area.setWidget(self._list)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)

    def _arrange(self) -> None:
        title = QHBoxLayout()
        title.addWidget(plain_label("heading", tr("Servers")), 1)
        title.addWidget(self.add)
        about = tr("Where models run. The one in use is the one you talk to.")
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 8)
        head.setSpacing(4)
        head.addLayout(title)
        head.addWidget(plain_label("quiet", about, wraps=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._area, 1)

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self.open_dialog(None))
        self._timer.timeout.connect(self._to.refresh)
        self._to.changed.connect(self._show)
        self._to.test_started.connect(self._begin_test)
        self._to.step_arrived.connect(self._add_step)
        self._to.test_ended.connect(self._end_test)

    def open_dialog(self, entry: ServerEntry | None) -> ServerDialog:
        """Add a server, or change one."""
        dialog = ServerDialog(self._to, entry, self)
        dialog.open()
        return dialog

    def ask_remove(self, key: ServerKey) -> QMessageBox | None:
        """Whether to take a server off the list."""
        entry = self._entry(key)
        if entry is None:
            return None
        box = QMessageBox(self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Remove a server"))
        box.setText(tr("Remove {name} from the list?", name=entry.name))
        box.setInformativeText(
            tr("Its token is deleted from the keyring. On the server nothing changes.")
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(cancel)
        box.setDefaultButton(cancel)
        box.finished.connect(
            lambda: self._to.remove(entry) if box.clickedButton() is remove else None
        )
        box.open()
        return box

    def _show(self, overview: ServersOverview) -> None:
        keys = [status.key for status in overview.servers]
        for key in [key for key in self.rows if key not in keys]:
            row = self.rows.pop(key)
            row.hide()
            row.deleteLater()
        for place, status in enumerate(overview.servers):
            if status.key not in self.rows:
                self.rows[status.key] = self._new_row(place, status)
            self.rows[status.key].show_status(
                status,
                overview.ollama,
                in_use=status.key == self._to.current,
                is_busy=self._to.is_ollama_busy and status.kind is ServerKind.OLLAMA,
            )

    def _new_row(self, place: int, status: ServerStatus) -> ServerRow:
        row = ServerRow(status)
        row.use_requested.connect(self._to.use)
        row.test_requested.connect(self._to.test)
        row.edit_requested.connect(lambda key: self.open_dialog(self._entry(key)))
        row.remove_requested.connect(self.ask_remove)
        row.start_requested.connect(self._to.start_ollama)
        row.stop_requested.connect(self._to.stop_ollama)
        row.trust_requested.connect(self._trust)
        self._column.insertWidget(place, row)
        return row

    def _entry(self, key: ServerKey) -> ServerEntry | None:
        return next((entry for entry in self._to.entries if entry.key == key), None)

    def _trust(self, key: ServerKey, certificate: Certificate) -> None:
        """Pin the certificate that is on show, and test again."""
        if (entry := self._entry(key)) is not None:
            self._to.trust(entry, certificate.fingerprint)

    def _begin_test(self, key: ServerKey) -> None:
        for row in self.rows.values():
            if row.status.key == key:
                row.probe.begin()

    def _add_step(self, key: ServerKey, step: ProbeStep) -> None:
        if key in self.rows:
            self.rows[key].probe.add_step(step)

    def _end_test(self, key: ServerKey) -> None:
        if key in self.rows:
            self.rows[key].probe.end()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._to.refresh()
        self._timer.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
