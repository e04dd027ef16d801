"""The cards of one stage: side by side where there is room, else below each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from gui.language import tr
from gui.widgets.chain.step_card import StepCard
from gui.widgets.modelfile.sections import form_label

_CARD_WIDTH = 270
_GAP = 12


class StageRow(QWidget):
    """Several cards have a line above them that says that they run together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: tuple[StepCard, ...] = ()
        self._columns = 0
        self.together: QLabel = form_label("quiet", tr("These steps run side by side"))
        self._grid = QGridLayout()
        self._grid.setSpacing(_GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.together)
        column.addLayout(self._grid)

    def hold(self, cards: Sequence[StepCard]) -> None:
        """Have these cards, in this order."""
        if tuple(cards) != self.cards:
            self.cards = tuple(cards)
            self._columns = 0
            self._place()
        self.together.setVisible(len(cards) > 1)

    def _place(self) -> None:
        room = max(1, (self.width() + _GAP) // (_CARD_WIDTH + _GAP))
        columns = max(1, min(len(self.cards), room))
        if columns == self._columns:
            return
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for number, card in enumerate(self.cards):
            row, column = divmod(number, columns)
            self._grid.addWidget(card, row, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(column, 1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
