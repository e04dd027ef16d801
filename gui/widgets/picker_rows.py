"""The rows of a dropdown: their model, their filter, how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from gui import theme

ROW = 44
HEADING = 28
WIDTH = 380

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PickerItem:
    """One row. A heading cannot be chosen and hides while a filter is typed."""

    key: str
    title: str
    subtitle: str = ""
    is_heading: bool = False


class PickerItemModel(QAbstractListModel):
    """The rows of a picker, replaced whole."""

    ItemRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[PickerItem, ...] = ()

    def replace(self, items: Sequence[PickerItem]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    @property
    def items(self) -> tuple[PickerItem, ...]:
        """The rows shown."""
        return self._items

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self._items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{item.title} {item.subtitle}".strip()
        return item if role == self.ItemRole else None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self._items[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class PickerFilter(QSortFilterProxyModel):
    """Rows that contain every word typed; headings only while nothing is typed."""

    words: tuple[str, ...] = ()

    def show_matching(self, text: str) -> None:
        """Filter by the words of `text`."""
        self.beginFilterChange()
        self.words = tuple(text.casefold().split())
        self.endFilterChange()

    @override
    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:
        item = self.sourceModel().index(row, 0, parent).data(PickerItemModel.ItemRole)
        if item.is_heading:
            return not self.words
        text = f"{item.title} {item.subtitle}".casefold()
        return all(word in text for word in self.words)


class PickerDelegate(QStyledItemDelegate):
    """A title, a quiet line under it, a dot beside the chosen one."""

    chosen = ""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        item: PickerItem = index.data(PickerItemModel.ItemRole)
        return QSize(WIDTH, HEADING if item.is_heading else ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: PickerItem = index.data(PickerItemModel.ItemRole)
        rect: QRect = option.rect
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if item.is_heading:
            _draw(painter, rect.adjusted(14, 8, -14, 0), item.title, look.quiet, 12)
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(look.hover))
                painter.drawRoundedRect(rect.adjusted(6, 1, -6, -1), 8, 8)
            if item.key == self.chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(look.accent))
                painter.drawEllipse(QPoint(rect.right() - 22, rect.center().y()), 4, 4)
            text = rect.adjusted(16, 4, -36, -4)
            if item.subtitle:
                half = text.height() // 2
                _draw(painter, text.adjusted(0, 0, 0, -half), item.title, look.ink, 14)
                _draw(painter, text.adjusted(0, half, 0, 0), item.subtitle, look.quiet, 12)
            else:
                _draw(painter, text, item.title, look.ink, 14)
        painter.restore()


def _draw(painter: QPainter, rect: QRect, text: str, colour: str, pixels: int) -> None:
    font = QFont(painter.font())
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, int(flags) | int(Qt.TextFlag.TextSingleLine), fitted)
