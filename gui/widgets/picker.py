"""A dropdown with a filter: models and presets are chosen with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QPainterPath,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.widgets.picker_rows import (
    HEADING,
    ROW,
    WIDTH,
    PickerDelegate,
    PickerFilter,
    PickerItem,
    PickerItemModel,
)

__all__ = ["Picker", "PickerItem"]

_MOSTROWS = 9
_FILTER_FROM = 8
_RADIUS = 12


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
        self._proxy = PickerFilter(self)
        self._proxy.setSourceModel(self._rows)
        self.view = QListView()
        self.view.setModel(self._proxy)
        self.delegate = PickerDelegate(self.view)
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
        rows = self._rows.items[:_MOSTROWS]
        height = sum(HEADING if item.is_heading else ROW for item in rows)
        self.view.setFixedHeight(height + 4)
        self.setFixedWidth(WIDTH)
        self.adjustSize()
        self._select(chosen)
        self.move(button.mapToGlobal(QPoint(0, button.height() + 4)))
        self.show()
        (self.filter if self.filter.isVisible() else self.view).setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round the corners where nothing composites translucent windows."""
        super().resizeEvent(event)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), _RADIUS, _RADIUS)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))

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
