"""What lists of painted rows have in common: the item model, a row's frame, the view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.widgets.models import paint

Index = QModelIndex | QPersistentModelIndex
Row = TypeVar("Row")


class RowItemModel(QAbstractListModel, Generic[Row]):
    """Rows, replaced whole; `RowRole` gives the row itself, `text` the rest."""

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def replace(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def text(self, row: Row, role: int) -> str | None:
        """What is said of a row: its name, its tooltip, what a screen reader says."""
        raise NotImplementedError

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        return row if role == self.RowRole else self.text(row, role)


class RowDelegate(QStyledItemDelegate):
    """Paints the ground of a row; `draw` the rest."""

    def draw(self, painter: QPainter, rect: QRect, index: Index, look: theme.Colours) -> None:
        """Paint what is in the row, in `rect` of the list."""
        raise NotImplementedError

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.flags() & Qt.ItemFlag.ItemIsSelectable:
            paint.ground(painter, option, look)
        box: QRect = option.rect
        self.draw(painter, box, index, look)
        painter.restore()


class RowList(QListView):
    """A list without a frame that scrolls by pixels; the model and delegate become its own."""

    def __init__(
        self,
        rows: QAbstractListModel,
        delegate: QStyledItemDelegate,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = rows
        rows.setParent(self)
        delegate.setParent(self)
        self.setModel(rows)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)

    @override
    def model(self) -> QAbstractItemModel:
        return self._model

    @property
    def count(self) -> int:
        """How many rows are on show."""
        return self._model.rowCount()
