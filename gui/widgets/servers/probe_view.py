"""The steps of a connection test, one below the other as they are done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import ProbeStep, StepOutcome
from gui.widgets.models.labels import plain_label
from gui.widgets.servers.certificate_view import CertificateView

_ICON, _TITLE_WIDTH = 16, 88


class _Mark(QLabel):
    """How a step went, as an icon; the words say it too."""

    def __init__(self, outcome: StepOutcome) -> None:
        super().__init__()
        self._outcome = outcome
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        look = theme.colours(self.palette())
        name, colour = {
            StepOutcome.FINE: ("check", look.quiet),
            StepOutcome.WARNED: ("warning", look.accent),
            StepOutcome.FAILED: ("x-circle", look.danger),
        }[self._outcome]
        self.setPixmap(theme.icon(name, colour).pixmap(_ICON, _ICON))


class ProbeView(QWidget):
    """Empty until a test begins; a refused certificate can be trusted from here."""

    trust_requested = Signal(object)  # Certificate

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[ProbeStep] = []
        self.certificate: CertificateView | None = None
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(8)
        self._waiting = plain_label("quiet", tr("Testing…"))
        self._column.addWidget(self._waiting)
        self.hide()

    def begin(self) -> None:
        """A test begins: what the one before said goes away."""
        self.clear()
        self._waiting.show()
        self.show()

    def add_step(self, step: ProbeStep) -> None:
        """One more step is done."""
        self.steps.append(step)
        self._insert(_row(step))
        if step.certificate is not None:
            self.certificate = CertificateView(step.certificate)
            self.certificate.trust_requested.connect(self.trust_requested)
            self._insert(self.certificate)
        self.setAccessibleName(". ".join(_words(each) for each in self.steps))

    def end(self) -> None:
        """Nothing more comes."""
        self._waiting.hide()
        self.setVisible(bool(self.steps))

    def clear(self) -> None:
        """Forget what was said."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows, self.steps, self.certificate = [], [], None
        self.hide()

    def _insert(self, row: QWidget) -> None:
        self._rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)


def _row(step: ProbeStep) -> QWidget:
    row = QWidget()
    row.setAccessibleName(_words(step))
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    title = plain_label("quiet", step.title)
    title.setFixedWidth(_TITLE_WIDTH)
    text = plain_label("", step.text, wraps=True)
    text.setProperty("step", step.outcome.value)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(text)
    if step.todo:
        words.addWidget(plain_label("quiet", step.todo, wraps=True))
    top = Qt.AlignmentFlag.AlignTop
    line.addWidget(_Mark(step.outcome), 0, top)
    line.addWidget(title, 0, top)
    line.addLayout(words, 1)
    return row


def _words(step: ProbeStep) -> str:
    outcome = {
        StepOutcome.FINE: tr("fine"),
        StepOutcome.WARNED: tr("careful"),
        StepOutcome.FAILED: tr("failed"),
    }[step.outcome]
    return f"{step.title}: {outcome}. {step.text} {step.todo}".strip()
