"""Add a server or change one: its address understood while it is typed, tested, kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.controllers import ServersController
from gui.language import tr
from gui.records import Certificate, ProbeStep, ServerDraft, ServerEntry
from gui.widgets.models.labels import plain_label
from gui.widgets.servers import words
from gui.widgets.servers.probe_view import ProbeView

_AUTHORIZATION = "Authorization"
_KEPT = "••••••"
_HEADERS_HEIGHT = 64


class ServerDialog(QDialog):
    """Opened with `open()`; secrets that are kept are never shown, only replaced or dropped."""

    kept = Signal(object)  # ServerEntry

    def __init__(
        self, servers: ServersController, entry: ServerEntry | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._to = servers
        self._entry = entry
        self._fingerprint = entry.fingerprint if entry else ""
        self._keeps_token = entry is not None and _AUTHORIZATION in entry.header_names
        self._saving = False
        self.setWindowTitle(tr("Change a server") if entry else tr("Add a server"))
        self.setMinimumWidth(620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self._arrange()
        self._connect()
        self._judge()
        self.address.setFocus()

    def _build(self) -> None:
        entry = self._entry
        self.address = _line_edit(tr("Address"), entry.url if entry else "")
        self.address.setPlaceholderText("192.168.1.5:11434, https://example.org/ollama")
        self.understood = plain_label("quiet", wraps=True)
        self.problem = plain_label("problem", wraps=True)
        self.warning = plain_label("problem", wraps=True)
        self.name = _line_edit(tr("Name"), entry.name if entry else "")
        self.name.setPlaceholderText(tr("What you call it"))
        self.token = _line_edit(tr("Token"), "")
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.drop_token = _flat(tr("Forget it"))
        self.headers = QPlainTextEdit()
        self.headers.setObjectName("system")
        self.headers.setAccessibleName(tr("Other headers"))
        self.headers.setTabChangesFocus(True)
        self.headers.setFixedHeight(_HEADERS_HEIGHT)
        self.headers.setPlaceholderText("X-Api-Key: 12345")
        names = [name for name in entry.header_names if name != _AUTHORIZATION] if entry else []
        self.headers.setPlainText("\n".join(f"{name}: {_KEPT}" for name in names))
        self.pin = plain_label("")
        self.pin.setFont(theme.code_font(0.8))
        self.drop_pin = _flat(tr("Trust it no longer"))
        self.probe = ProbeView()
        self.refusal = plain_label("problem", wraps=True)
        self.refusal.hide()
        self._build_buttons()

    def _build_buttons(self) -> None:
        role = QDialogButtonBox.ButtonRole
        self._buttons = QDialogButtonBox()
        self.test = self._buttons.addButton(tr("Test"), role.ActionRole)
        self.session = self._buttons.addButton(tr("Keep for this session only"), role.ActionRole)
        self.cancel = self._buttons.addButton(tr("Cancel"), role.RejectRole)
        self.save = self._buttons.addButton(tr("Save"), role.AcceptRole)
        self.session.hide()
        self.save.setDefault(True)
        for button in (self.test, self.session, self.cancel):
            button.setAutoDefault(False)

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        address = QVBoxLayout()
        address.setSpacing(4)
        for widget in (self.address, self.understood, self.problem, self.warning):
            address.addWidget(widget)
        token = QHBoxLayout()
        token.addWidget(self.token, 1)
        token.addWidget(self.drop_token)
        pin = QHBoxLayout()
        pin.addWidget(self.pin, 1)
        pin.addWidget(self.drop_pin, 0, Qt.AlignmentFlag.AlignTop)
        self._pin_row = QWidget()
        pin.setContentsMargins(0, 0, 0, 0)
        self._pin_row.setLayout(pin)
        form.addRow(tr("Address"), address)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Token"), token)
        form.addRow(tr("Other headers"), self.headers)
        form.addRow(tr("Trusted certificate"), self._pin_row)
        self._form = form
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.probe)
        column.addWidget(self.refusal)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self.address.textChanged.connect(self._forget_pin)
        self.address.textChanged.connect(self._judge)
        self.token.textChanged.connect(self._show_token)
        self.drop_token.clicked.connect(self._drop_token)
        self.drop_pin.clicked.connect(self._forget_pin)
        self.test.clicked.connect(lambda: self._to.test_draft(self.draft()))
        self.session.clicked.connect(lambda: self._save(session_only=True))
        self._buttons.accepted.connect(self._save)
        self._buttons.rejected.connect(self.reject)
        self.finished.connect(self._to.stop_test)
        self.probe.trust_requested.connect(self._trust)
        self._to.test_started.connect(self._begin_test)
        self._to.step_arrived.connect(self._add_step)
        self._to.test_ended.connect(self._end_test)
        self._to.saved.connect(self._close)
        self._to.save_refused.connect(self._refuse)

    def draft(self) -> ServerDraft:
        """What is typed now."""
        typed = self.token.text().strip()
        return ServerDraft(
            id=self._entry.id if self._entry else "",
            name=self.name.text(),
            address=self.address.text(),
            token=None if self._keeps_token and not typed else typed,
            headers=tuple(_read_headers(self.headers.toPlainText())),
            fingerprint=self._fingerprint,
        )

    def _judge(self) -> None:
        """Say how the address is understood; an empty one is no mistake yet."""
        understood = self._to.understand(self.address.text())
        is_typed = bool(self.address.text().strip())
        is_exact = understood.url == self.address.text().strip()
        self.understood.setText("" if is_exact else understood.url)
        self.problem.setText(understood.problem if is_typed else "")
        self.warning.setText(
            tr("Not encrypted: on the internet, others can read what you write and your token.")
            if understood.is_readable
            else ""
        )
        for label in (self.understood, self.problem, self.warning):
            label.setVisible(bool(label.text()) and is_typed)
        can_try = is_typed and not understood.problem
        self.test.setEnabled(can_try)
        self.save.setEnabled(can_try)
        self._show_token()
        self._show_pin()

    def _show_token(self) -> None:
        self.token.setPlaceholderText(
            tr("Kept in the keyring; type to replace it")
            if self._keeps_token
            else tr("Only if the server asks for one; kept in the system's keyring")
        )
        self.drop_token.setVisible(self._keeps_token and not self.token.text())

    def _drop_token(self) -> None:
        self._keeps_token = False
        self._show_token()
        self.token.setFocus()

    def _show_pin(self) -> None:
        self._form.setRowVisible(self._pin_row, bool(self._fingerprint))
        if self._fingerprint:
            self.pin.setText(words.fingerprint_text(self._fingerprint))

    def _forget_pin(self) -> None:
        """A certificate is trusted for one address only."""
        self._fingerprint = ""
        self._show_pin()

    def _trust(self, certificate: Certificate) -> None:
        self._fingerprint = certificate.fingerprint
        self._show_pin()
        self._to.test_draft(self.draft())

    def _begin_test(self, key: str) -> None:
        if not key:
            self.probe.begin()

    def _add_step(self, key: str, step: ProbeStep) -> None:
        if not key:
            self.probe.add_step(step)

    def _end_test(self, key: str) -> None:
        if not key:
            self.probe.end()

    def _save(self, *, session_only: bool = False) -> None:
        self.refusal.hide()
        self._saving = True
        self._to.save(self.draft(), session_only=session_only)

    def _close(self, entry: ServerEntry) -> None:
        if self._saving:
            self.accept()
            self.kept.emit(entry)

    def _refuse(self, why: str, could_keep_for_session: bool) -> None:
        if self._saving:
            self._saving = False
            self.refusal.setText(why)
            self.refusal.show()
            self.session.setVisible(could_keep_for_session)


def _read_headers(text: str) -> list[tuple[str, str | None]]:
    """One header on each line; dots stand for a value that is kept."""
    headers: list[tuple[str, str | None]] = []
    for line in text.splitlines():
        if line.strip():
            name, _, value = line.partition(":")
            kept = value.strip() == _KEPT
            headers.append((name.strip(), None if kept else value.strip()))
    return headers


def _line_edit(name: str, text: str) -> QLineEdit:
    edit = QLineEdit(text)
    edit.setAccessibleName(name)
    edit.setMaxLength(4000)
    return edit


def _flat(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("flat", True)
    button.setAutoDefault(False)
    return button
