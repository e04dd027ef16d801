"""A certificate that was refused, shown whole, and the button that trusts exactly this one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.language import tr
from gui.records import Certificate
from gui.widgets.models.labels import plain_label
from gui.widgets.servers import words


class CertificateView(QFrame):
    """The fingerprint is in full: a part of it would be easy to imitate (NET-21)."""

    trust_requested = Signal(object)  # Certificate

    def __init__(self, certificate: Certificate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.certificate = certificate
        self.setObjectName("certificate")
        self.setAccessibleName(tr("Certificate"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for title, text in _rows(certificate):
            value = plain_label("", text, wraps=True)
            value.setProperty("step", "fine")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(plain_label("quiet", title), value)
        self.fingerprint = plain_label("", words.fingerprint_text(certificate.fingerprint))
        self.fingerprint.setFont(theme.code_font(0.8))
        self.fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fingerprint.setAccessibleName(certificate.fingerprint)
        form.addRow(plain_label("quiet", "SHA-256"), self.fingerprint)
        self.trust = QPushButton(tr("Trust exactly this certificate"))
        self.trust.setAutoDefault(False)
        self.trust.clicked.connect(lambda: self.trust_requested.emit(self.certificate))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.trust, 0, Qt.AlignmentFlag.AlignLeft)


def _rows(certificate: Certificate) -> list[tuple[str, str]]:
    valid = tr(
        "{begin} to {end}",
        begin=words.day_text(certificate.valid_from),
        end=words.day_text(certificate.valid_until),
    )
    rows = [
        (tr("For"), ", ".join(certificate.names) or certificate.subject),
        (tr("Signed by"), certificate.issuer),
        (tr("Valid"), valid if certificate.valid_until else ""),
    ]
    return [(title, text) for title, text in rows if text]
