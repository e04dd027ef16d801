"""Rows to check, under headings, with a search above them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.widgets.models.search_field import SearchField
from gui.widgets.picker_rows import PickerFilter, PickerItem, PickerItemModel

_ROW, _TALL, _HEADING = 36, 48, 34
_BOX = 16
_Index = QModelIndex | QPersistentModelIndex
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class CheckableItems(PickerItemModel):
    """Rows of which some are checked, by their keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.checked: frozenset[str] = frozenset()

    def check(self, keys: frozenset[str]) -> None:
        """Check exactly these."""
        if keys != self.checked and (count := self.rowCount()):
            self.checked = keys
            role = Qt.ItemDataRole.CheckStateRole
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, 0), [role])
        self.checked = keys

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.CheckStateRole:
            return super().data(index, role)
        item = self.items[index.row()]
        if item.is_heading:
            return None
        return _CHECKED if item.key in self.checked else _UNCHECKED

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_row = bool(flags & Qt.ItemFlag.ItemIsEnabled)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_row else flags


class _Delegate(QStyledItemDelegate):
    """A box, a title, a quiet line under it."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        item: PickerItem = index.data(PickerItemModel.ItemRole)
        if item.is_heading:
            return QSize(100, _HEADING)
        return QSize(100, _TALL if item.subtitle else _ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: PickerItem = index.data(PickerItemModel.ItemRole)
        rect: QRect = option.rect
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if item.is_heading:
            _write(painter, rect.adjusted(16, 12, -12, 0), item.title, look.quiet, 12)
            painter.restore()
            return
        state = option.state
        if state & QStyle.StateFlag.State_MouseOver or _has_focus(state):
            painter.setPen(QPen(QColor(look.accent)) if _has_focus(state) else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.hover))
            painter.drawRoundedRect(QRectF(rect).adjusted(8.5, 1.5, -8.5, -1.5), 8, 8)
        is_checked = index.data(Qt.ItemDataRole.CheckStateRole) == _CHECKED
        box = QRectF(rect.left() + 18, rect.center().y() - _BOX / 2 + 0.5, _BOX, _BOX)
        _draw_box(painter, box, look, is_checked=is_checked)
        text = rect.adjusted(44, 5, -16, -5)
        if item.subtitle:
            half, right = text.height() // 2, Qt.TextElideMode.ElideRight
            _write(painter, text.adjusted(0, 0, 0, -half), item.title, look.ink, 14)
            _write(painter, text.adjusted(0, half, 0, 0), item.subtitle, look.quiet, 12, right)
        else:
            _write(painter, text, item.title, look.ink, 14)
        painter.restore()


def _has_focus(state: QStyle.StateFlag) -> bool:
    flag = QStyle.StateFlag
    return bool(state & flag.State_HasFocus) and bool(state & flag.State_Selected)


def _draw_box(painter: QPainter, box: QRectF, look: theme.Colours, *, is_checked: bool) -> None:
    painter.setPen(QPen(QColor(look.accent if is_checked else look.quiet), 1))
    painter.setBrush(QColor(look.accent if is_checked else look.surface))
    painter.drawRoundedRect(box, 4, 4)
    if is_checked:
        painter.setPen(QPen(QColor(look.on_accent), 2))
        left, middle, right = box.left() + 4, box.left() + 7, box.left() + 12.5
        elbow = QPointF(middle, box.top() + 11.5)
        painter.drawLine(QPointF(left, box.top() + 8.5), elbow)
        painter.drawLine(elbow, QPointF(right, box.top() + 5))


def _write(
    painter: QPainter,
    rect: QRect,
    text: str,
    colour: str,
    pixels: int,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> None:
    font = QFont(painter.font())
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    fitted = painter.fontMetrics().elidedText(text, elide, rect.width())
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, int(flags) | int(Qt.TextFlag.TextSingleLine), fitted)


class _Rows(QListView):
    """Click, Space or Enter checks a row."""

    toggled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName(tr("Models and presets to ask"))
        self.clicked.connect(self._toggle)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            self.toggled.emit(index.data(PickerItemModel.ItemRole).key)


class ChoiceList(QWidget):
    """`checked_changed` gives the keys that are checked, in the order of the rows."""

    checked_changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = CheckableItems(self)
        self._proxy = PickerFilter(self)
        self._proxy.setSourceModel(self._items)
        self.search = SearchField(tr("Search"), "magnifying-glass")
        self.view = _Rows()
        self.view.setModel(self._proxy)
        self.search.textChanged.connect(self._narrow)
        self.search.list_requested.connect(self._enter)
        self.search.returnPressed.connect(self._toggle_first)
        self.view.toggled.connect(self._toggle)
        row = QVBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    @property
    def checked(self) -> tuple[str, ...]:
        """The keys that are checked, in the order of the rows."""
        return tuple(item.key for item in self._items.items if item.key in self._items.checked)

    def show_items(self, items: Sequence[PickerItem], checked: Sequence[str]) -> None:
        """Replace the rows and the checks; the place in the list stays."""
        if tuple(items) != self._items.items:
            key = self._key(self.view.currentIndex())
            scrolled = self.view.verticalScrollBar().value()
            self._items.replace(items)
            self._select(key)
            self.view.verticalScrollBar().setValue(scrolled)
        self._items.check(frozenset(checked))

    def _narrow(self, text: str) -> None:
        self._proxy.show_matching(text)
        self._select("")

    def _enter(self) -> None:
        self.view.setFocus()
        if not self.view.currentIndex().isValid():
            self._select("")

    def _toggle_first(self) -> None:
        if self._proxy.words and (keys := self._shown()):
            self._toggle(keys[0])

    def _shown(self) -> list[str]:
        rows = range(self._proxy.rowCount())
        return [key for row in rows if (key := self._key(self._proxy.index(row, 0)))]

    def _select(self, key: str) -> None:
        for row in range(self._proxy.rowCount()):
            index = self._proxy.index(row, 0)
            if (own := self._key(index)) and key in ("", own):
                self.view.setCurrentIndex(index)
                return

    def _key(self, index: QModelIndex) -> str:
        return index.data(PickerItemModel.ItemRole).key if index.isValid() else ""

    def _toggle(self, key: str) -> None:
        self._items.check(self._items.checked ^ {key})
        self.checked_changed.emit(self.checked)
