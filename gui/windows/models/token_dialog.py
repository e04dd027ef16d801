"""The token for Hugging Face: pasted, tried at once, kept in the keyring; or forgotten."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controllers import HubController
from gui.language import tr
from gui.records import HubAccount
from gui.widgets.models.labels import plain_label

_LONGEST = 2100


class TokenDialog(QDialog):
    """Opened with `open()`; a token that is kept is never shown, only replaced or forgotten."""

    def __init__(
        self, hub: HubController, open_link: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hub = hub
        self._open_link = open_link
        self.setObjectName("token")
        self.setWindowTitle(tr("Token for Hugging Face"))
        self.setMinimumWidth(560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self._arrange()
        self._connect()
        self._show_account(hub.account)
        self.field.setFocus()

    def _build(self) -> None:
        self.about = plain_label(
            "",
            tr(
                "A token lets Ondol download models whose owners ask for consent, in your name. "
                "One that may only read is enough."
            ),
            wraps=True,
        )
        self.make = QPushButton(tr("Open the page of tokens…"))
        self.make.setObjectName("token-page")
        self.state = plain_label("quiet", wraps=True)
        self.forget = QPushButton(tr("Forget it"))
        for button in (self.make, self.forget):
            button.setProperty("flat", True)
            button.setAutoDefault(False)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData
        )
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(tr("Token"))
        self.refusal = plain_label("problem", wraps=True)
        role = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox()
        self.session = self.buttons.addButton(tr("Keep for this session only"), role.ActionRole)
        self.cancel = self.buttons.addButton(tr("Cancel"), role.RejectRole)
        self.keep = self.buttons.addButton(tr("Test and keep"), role.AcceptRole)
        self.keep.setDefault(True)
        for button in (self.session, self.cancel):
            button.setAutoDefault(False)
        self.session.hide()
        self.refusal.hide()

    def _arrange(self) -> None:
        state = QHBoxLayout()
        state.addWidget(self.state, 1)
        state.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignTop)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(self.about)
        column.addWidget(self.make, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.field)
        column.addLayout(state)
        column.addWidget(self.refusal)
        column.addWidget(self.buttons)

    def _connect(self) -> None:
        self.make.clicked.connect(lambda: self._open_link(self._hub.tokens_page))
        self.forget.clicked.connect(self._hub.forget_token)
        self.field.textChanged.connect(self._judge)
        self.session.clicked.connect(lambda: self._keep(session_only=True))
        self.buttons.accepted.connect(self._keep)
        self.buttons.rejected.connect(self.reject)
        self._hub.account_changed.connect(self._show_account)
        self._hub.token_kept.connect(self.accept)
        self._hub.token_refused.connect(self._refuse)

    @override
    def done(self, result: int) -> None:
        self.field.clear()
        super().done(result)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.field.clear()
        super().closeEvent(event)

    def _show_account(self, account: HubAccount) -> None:
        self.forget.setVisible(account.has_token)
        self.field.setPlaceholderText(
            tr("Paste another one to replace it") if account.has_token else "hf_…"
        )
        self.state.setText(_state(account))
        self._judge()
        self._fit()

    def _fit(self) -> None:
        """As high as the sentences in it: Qt does not make room for lines that wrap."""
        self._column.activate()
        width = max(self.width(), self.minimumWidth())
        self.resize(width, self._column.totalHeightForWidth(width))

    def _judge(self) -> None:
        self.keep.setEnabled(bool(self.field.text().strip()))
        self.session.setEnabled(self.keep.isEnabled())

    def _keep(self, *, session_only: bool = False) -> None:
        self.refusal.hide()
        self.state.setText(tr("Testing it…"))
        for button in (self.keep, self.session):
            button.setEnabled(False)
        self._hub.keep_token(self.field.text(), session_only=session_only)

    def _refuse(self, why: str, could_keep_for_session: bool) -> None:
        self.state.setText(_state(self._hub.account))
        self.refusal.setText(why)
        self.refusal.show()
        self.session.setVisible(could_keep_for_session)
        self._judge()
        self._fit()
        self.field.setFocus()


def _state(account: HubAccount) -> str:
    """What is known of the token that is kept, and where a new one would be."""
    if not account.has_token:
        where = tr("It is tested, then kept in the system's keyring and nowhere else.")
        return f"{account.problem} {where}".strip()
    if account.is_for_session:
        kept = tr("There is one until Ondol ends, kept nowhere.")
    else:
        kept = tr("There is one in the system's keyring.")
    whose = tr("It belongs to {account}.", account=account.name) if account.name else ""
    return " ".join(part for part in (kept, whose, account.problem) if part)
