"""The answers beside each other; they scroll together or apart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QWidget
from typing_extensions import override

from gui.widgets.compare.lane_column import LaneColumn

_NARROWEST = 240
_BY_HAND = (
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.TouchBegin,
)


class LanesView(QScrollArea):
    """Only the column that the person moves takes the others with it, not one that grows.

    Where there is too little room for all, they are moved sideways.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[LaneColumn, ...] = ()
        self.scrolls_together = True
        self._moved: LaneColumn | None = None
        self._is_following = False
        self.setObjectName("lanes")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("lanes")
        self.setWidget(inside)
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

    def show_columns(self, columns: Sequence[LaneColumn]) -> None:
        """Replace them; the old ones are deleted."""
        for old in self.columns:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._moved = None
        self.columns = tuple(columns)
        for column in columns:
            column.setProperty("first", column is columns[0])
            column.setMinimumWidth(_NARROWEST)
            self._row.addWidget(column, 1)
            bar = column.view.verticalScrollBar()
            bar.valueChanged.connect(lambda _, column=column: self._follow(column))
            for part in (column.view, column.view.viewport(), bar):
                part.installEventFilter(self)

    def step(self, step: int) -> None:
        """Give the focus to the column at the right (1) or left (-1), round the end."""
        if not self.columns:
            return
        focused = QApplication.focusWidget()
        places = [
            place
            for place, column in enumerate(self.columns)
            if focused is not None and column.isAncestorOf(focused)
        ]
        at = (places[0] + step) % len(self.columns) if places else 0
        self.columns[at].view.setFocus()
        self.ensureWidgetVisible(self.columns[at], 0, 0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _BY_HAND:
            self._moved = next((c for c in self.columns if _has(c, watched)), None)
        return super().eventFilter(watched, event)

    def _follow(self, source: LaneColumn) -> None:
        """Bring the others as far down as `source` is."""
        if not self.scrolls_together or self._is_following or source is not self._moved:
            return
        bar = source.view.verticalScrollBar()
        share = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._is_following = True
        for column in self.columns:
            if column is not source:
                other = column.view.verticalScrollBar()
                other.setValue(round(share * other.maximum()))
        self._is_following = False


def _has(column: LaneColumn, part: QObject) -> bool:
    return part in (column.view, column.view.viewport(), column.view.verticalScrollBar())
