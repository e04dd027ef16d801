"""One model on its way: how far it is, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Transfer, TransferKind, TransferState
from gui.widgets.icon_button import IconButton
from gui.widgets.models import words
from gui.widgets.models.labels import ElidedLabel, for_tooltip, plain_label

ROW_HEIGHT = 72
_FAILED_HEIGHT = 92
_WHOLE = 1000
_ICONS = {
    TransferKind.PULL: "download-simple",
    TransferKind.DOWNLOAD: "download-simple",
    TransferKind.CREATE: "note-pencil",
    TransferKind.PUSH: "upload-simple",
}


class TransferRow(QFrame):
    """Name and numbers, a thin bar, a sentence; Pause, Resume or Try again, and Cancel."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(object)  # Transfer
    forget_requested = Signal(str)

    def __init__(self, transfer: Transfer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transfer = transfer
        self.setObjectName("transfer")
        self._build()
        self.show_transfer(transfer)

    def _build(self) -> None:
        self.name = ElidedLabel("name")
        self.amount = plain_label("quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _WHOLE)
        self.bar.setFixedHeight(4)
        self.status = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.go = IconButton("pause", "")
        self.end = IconButton("x", "")
        self.go.clicked.connect(self._go)
        self.end.clicked.connect(self._end)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.name, 1)
        top.addWidget(self.amount)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 12, 8)
        row.setSpacing(4)
        row.addLayout(column, 1)
        row.addSpacing(8)
        row.addWidget(self.go)
        row.addWidget(self.end)

    def show_transfer(self, transfer: Transfer) -> None:
        """How it stands now."""
        self.transfer = transfer
        name = f"{words.kind_word(transfer.kind)}: {transfer.name}"
        self.name.setText(transfer.name)
        self.amount.setText(words.amount_text(transfer))
        self.bar.setValue(_permille(transfer))
        self.bar.setAccessibleName(tr("Progress of {name}", name=transfer.name))
        self._show_status(transfer)
        self._show_buttons(transfer)
        self.setAccessibleName(f"{name}, {self.status.toolTip()}")

    def _show_status(self, transfer: Transfer) -> None:
        is_failed = transfer.state is TransferState.FAILED
        text = transfer.error if is_failed else _sentence(transfer)
        self.status.setWordWrap(is_failed)
        self.setFixedHeight(_FAILED_HEIGHT if is_failed else ROW_HEIGHT)
        self.status.setText(" ".join(text.split()))
        self.status.setToolTip(for_tooltip(text))
        self._mark("state", transfer.state.value)

    def _mark(self, name: str, value: str) -> None:
        """A property that the style sheet goes by; only a change costs anything."""
        if self.property(name) == value:
            return
        self.setProperty(name, value)
        for widget in (self.status, self.bar):
            widget.setProperty(name, value)
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def _show_buttons(self, transfer: Transfer) -> None:
        state, name = transfer.state, for_tooltip(transfer.name)
        is_over = not state.is_active and not state.can_resume
        self.go.setVisible(not is_over)
        if state.is_active:
            self.go.show_as("pause", tr("Pause {name}", name=name))
        elif state is TransferState.FAILED:
            self.go.show_as("arrow-clockwise", tr("Try {name} again", name=name))
        else:
            self.go.show_as("play", tr("Resume {name}", name=name))
        end = tr("Take {name} out of the list", name=name)
        self.end.show_as("x", end if is_over else tr("Cancel {name}", name=name))

    def _go(self) -> None:
        is_active = self.transfer.state.is_active
        (self.pause_requested if is_active else self.resume_requested).emit(self.transfer.id)

    def _end(self) -> None:
        state = self.transfer.state
        if state.is_active or state.can_resume:
            self.cancel_requested.emit(self.transfer)
        else:
            self.forget_requested.emit(self.transfer.id)


def _sentence(transfer: Transfer) -> str:
    is_running = transfer.state is TransferState.RUNNING
    kind = "" if is_running else words.kind_word(transfer.kind)
    return " · ".join(part for part in (kind, transfer.status, transfer.detail) if part)


def _permille(transfer: Transfer) -> int:
    """How far the bar goes; a server's numbers never push it out of its frame (MOD-11)."""
    if transfer.state is TransferState.DONE:
        return _WHOLE
    if transfer.total <= 0:
        return 0
    return max(0, min(_WHOLE, transfer.completed * _WHOLE // transfer.total))
