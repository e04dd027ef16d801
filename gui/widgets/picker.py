"""A dropdown with a filter: models and presets are chosen with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr

_ROW = 44
_HEADING = 28
_WIDTH = 380
_MOST_ROWS = 9
_FILTER_FROM = 8

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


class _Filter(QSortFilterProxyModel):
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


class _RowDelegate(QStyledItemDelegate):
    """A title, a quiet line under it, a dot beside the chosen one."""

    chosen = ""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        item: PickerItem = index.data(PickerItemModel.ItemRole)
        return QSize(_WIDTH, _HEADING if item.is_heading else _ROW)

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


class _Popup(QWidget):
    """The list, with a filter above it when it is long, on a rounded ground."""

    chosen = Signal(str)

    def __init__(self, rows: PickerItemModel, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.NoDropShadowWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._rows = rows
        self._build()

    def _build(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter…"))
        self.filter.setAccessibleName(tr("Filter…"))
        self.filter.installEventFilter(self)
        self._proxy = _Filter(self)
        self._proxy.setSourceModel(self._rows)
        self.view = QListView()
        self.view.setModel(self._proxy)
        self.delegate = _RowDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.entered.connect(self.view.setCurrentIndex)
        self.view.clicked.connect(self._choose)
        self.view.installEventFilter(self)
        self.filter.textChanged.connect(self._narrow)
        ground = QFrame()
        ground.setObjectName("popup")
        shell = QVBoxLayout(self)
        shell.setContentsMargins(0, 0, 0, 0)
        shell.addWidget(ground)
        layout = QVBoxLayout(ground)
        layout.setContentsMargins(4, 8, 4, 8)
        layout.setSpacing(6)
        layout.addWidget(self.filter)
        layout.addWidget(self.view)

    def open_below(self, button: QWidget, chosen: str) -> None:
        """Show the list under `button` with `chosen` marked."""
        self.delegate.chosen = chosen
        self.filter.clear()
        self.filter.setVisible(sum(not i.is_heading for i in self._rows.items) >= _FILTER_FROM)
        rows = self._rows.items[:_MOST_ROWS]
        height = sum(_HEADING if item.is_heading else _ROW for item in rows)
        self.view.setFixedHeight(height + 4)
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        self._select(chosen)
        self.move(button.mapToGlobal(QPoint(0, button.height() + 4)))
        self.show()
        (self.filter if self.filter.isVisible() else self.view).setFocus()

    def _select(self, key: str) -> None:
        choosable = [
            self._proxy.index(row, 0)
            for row in range(self._proxy.rowCount())
            if self._proxy.index(row, 0).flags() & Qt.ItemFlag.ItemIsSelectable
        ]
        wanted = [i for i in choosable if i.data(PickerItemModel.ItemRole).key == key]
        if target := (wanted or choosable)[:1]:
            self.view.setCurrentIndex(target[0])

    def _narrow(self, text: str) -> None:
        self._proxy.show_matching(text)
        self._select("")

    def _choose(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.close()
            self.chosen.emit(index.data(PickerItemModel.ItemRole).key)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.view.currentIndex())
                return True
            if watched is self.filter and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.view.setFocus()
        return super().eventFilter(watched, event)


class Picker(QToolButton):
    """Shows the chosen row's title; opens the list by click, Enter, Space or Down."""

    picked = Signal(str)
    opened = Signal()

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._chosen = ""
        self._rows = PickerItemModel(self)
        self._popup = _Popup(self._rows, self)
        self.setObjectName("picker")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMaximumWidth(320)
        self.clicked.connect(self.open)
        self._popup.chosen.connect(self.picked)
        self._draw()

    def show_items(self, items: Sequence[PickerItem], chosen: str, title: str = "") -> None:
        """Replace the rows; `chosen` is marked, `title` stands on the button instead of it."""
        self._rows.replace(items)
        self._chosen = chosen
        shown = title or next((i.title for i in items if i.key == chosen), self._label)
        self.setText(self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideMiddle, 260))
        self.setToolTip(f"{self._label}: {shown}")
        self.setAccessibleName(f"{self._label}: {shown}")

    def open(self) -> None:
        """Show the list."""
        self.opened.emit()
        self._popup.open_below(self, self._chosen)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self.setIcon(theme.icon("caret-down", theme.colours(self.palette()).quiet))
        self.setIconSize(QSize(12, 12))
