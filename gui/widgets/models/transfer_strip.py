"""The models on their way, at the bottom of the window: hidden while there are none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Transfer
from gui.widgets.models.transfer_row import TransferRow

_MOST_SHOWN = 3


class TransferStrip(QScrollArea):
    """A row each, the newest first; three are seen at once."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(object)  # Transfer
    forget_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, TransferRow] = {}
        self.setObjectName("strip")
        self.setAccessibleName(tr("Downloads and other work"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        holder.setObjectName("strip-rows")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch()
        self.setWidget(holder)
        self._fit()

    def show_transfer(self, transfer: Transfer) -> None:
        """A new one, or how one stands now."""
        row = self.rows.get(transfer.id)
        if row is not None:
            height = row.maximumHeight()
            row.show_transfer(transfer)
            if row.maximumHeight() != height:
                self._fit()
            return
        row = TransferRow(transfer)
        row.pause_requested.connect(self.pause_requested)
        row.resume_requested.connect(self.resume_requested)
        row.cancel_requested.connect(self.cancel_requested)
        row.forget_requested.connect(self.forget_requested)
        self.rows[transfer.id] = row
        self._column.insertWidget(0, row)
        self._fit()

    def remove(self, transfer_id: str) -> None:
        """It is not there any more."""
        if row := self.rows.pop(transfer_id, None):
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._fit()

    def _fit(self) -> None:
        newest = list(self.rows.values())[-_MOST_SHOWN:]
        self.setFixedHeight(sum(row.maximumHeight() for row in newest) + 1)
        self.setVisible(bool(self.rows))
