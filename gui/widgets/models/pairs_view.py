"""Names and values under headings: what is known of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
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

_Index = QModelIndex | QPersistentModelIndex
_ROW = 28
_HEADING = 40
_NAME_SHARE = 0.36
_SIDE = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A value under its name; without a value it is a heading."""

    name: str
    value: str = ""

    @property
    def text(self) -> str:
        """Both in one line."""
        return f"{self.name}: {self.value}" if self.value else self.name


class _Pairs(QAbstractListModel):
    PairRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pairs: tuple[Pair, ...] = ()

    def replace(self, pairs: Sequence[Pair]) -> None:
        self.beginResetModel()
        self.pairs = tuple(pairs)
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.pairs)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        pair = self.pairs[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return pair.text
        return pair if role == self.PairRole else None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        is_heading = not self.pairs[index.row()].value
        return flag.NoItemFlags if is_heading else flag.ItemIsEnabled | flag.ItemIsSelectable


class _PairDelegate(QStyledItemDelegate):
    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        pair: Pair = index.data(_Pairs.PairRole)
        return QSize(100, _ROW if pair.value else _HEADING)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        pair: Pair = index.data(_Pairs.PairRole)
        look = theme.colours(option.palette)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if pair.value:
            paint.ground(painter, option, look)
            inner = rect.adjusted(_SIDE, 0, -_SIDE, 0)
            left = round(inner.width() * _NAME_SHARE)
            font = paint.sized(painter.font(), 13)
            name = QRect(inner.left(), inner.top(), left - 12, inner.height())
            value = inner.adjusted(left, 0, 0, 0)
            middle = Qt.TextElideMode.ElideMiddle
            paint.line(painter, name, pair.name, font, look.quiet, elide=middle)
            paint.line(painter, value, pair.value, font, look.ink, elide=middle)
        else:
            bold = paint.sized(painter.font(), 13, bold=True)
            paint.line(painter, rect.adjusted(_SIDE, 10, -_SIDE, 0), pair.name, bold, look.ink)
        painter.restore()


class PairsView(QListView):
    """Arrows move, Ctrl+C copies the value."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs = _Pairs(self)
        self.setModel(self._pairs)
        self.setItemDelegate(_PairDelegate(self))
        self.setAccessibleName(label)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """Replace them."""
        self._pairs.replace(pairs)
        self.scrollToTop()

    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join(pair.text for pair in self._pairs.pairs)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            QGuiApplication.clipboard().setText(self._pairs.pairs[index.row()].value)
        else:
            super().keyPressEvent(event)
