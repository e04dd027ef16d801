"""All presets: one is chosen, one's own are put in order, files go in and out by dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Preset
from gui.widgets.presets.preset_rows import MIME, PresetDelegate, PresetItemModel, rows_of


class PresetList(QListView):
    """Enter tries the preset, Delete deletes it, Alt+Up and Alt+Down move one of one's own.

    `to_drag` gives a file for a preset that is dragged to another program, None if it cannot.
    """

    chosen = Signal(str)
    try_requested = Signal(str)
    delete_requested = Signal(str)
    reordered = Signal(object)  # tuple[str, ...], ids of the person's own
    menu_requested = Signal(object)  # QPoint on the screen

    def __init__(
        self, to_drag: Callable[[str], Path | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presets: tuple[Preset, ...] = ()
        self._words = ""
        self._dirty: str | None = None
        self._is_arranging = False
        self._drop_row = -1
        self.rows = PresetItemModel(to_drag, self)
        self.id = ""
        self.setModel(self.rows)
        self.setItemDelegate(PresetDelegate(self))
        self.setAccessibleName(tr("Presets"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.doubleClicked.connect(lambda: self.try_requested.emit(self.id))
        self.selectionModel().currentChanged.connect(self._choose)

    def show_presets(self, presets: Sequence[Preset], dirty: str | None) -> None:
        """Replace the rows; `dirty` is the id of the one that is not saved."""
        if (tuple(presets), dirty) != (self._presets, self._dirty):
            self._presets, self._dirty = tuple(presets), dirty
            self._arrange()

    def search(self, words: str) -> None:
        """Only those that have every word."""
        self._words = words
        self._arrange()

    def mark(self, preset_id: str) -> None:
        """This one is being looked at; nothing is told."""
        self.id = preset_id
        self._is_arranging = True
        row = self.rows.row_of(preset_id)
        index = self.rows.index(row, 0) if row >= 0 else QModelIndex()
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, flag)
        self._is_arranging = False

    @property
    def ids(self) -> tuple[str, ...]:
        """The presets on show, from top to bottom."""
        return tuple(row.preset.id for row in self.rows.rows if row.preset is not None)

    @property
    def own(self) -> tuple[str, ...]:
        """The person's own, in their order, on show or not."""
        return tuple(p.id for p in self._presets if p.id and not p.built_in)

    def move_chosen(self, by: int) -> None:
        """One of one's own one up (-1) or down (1)."""
        own = list(self.own)
        if self.id in own:
            at = own.index(self.id)
            if 0 <= at + by < len(own):
                own[at], own[at + by] = own[at + by], own[at]
                self.reordered.emit(tuple(own))

    def _arrange(self) -> None:
        scrolled = self.verticalScrollBar().value()
        self._is_arranging = True
        self.rows.replace(rows_of(self._presets, self._words, self._dirty))
        self._is_arranging = False
        self.mark(self.id)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled)

    def _choose(self, index: QModelIndex) -> None:
        if self._is_arranging or not index.isValid():
            return
        preset = self.rows.rows[index.row()].preset
        if preset is not None and preset.id != self.id:
            self.id = preset.id
            self.chosen.emit(preset.id)

    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid() and self.rows.rows[index.row()].preset is not None:
            self.setCurrentIndex(index)
            self.menu_requested.emit(self.viewport().mapToGlobal(at))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        # Where none is marked yet, Qt goes to the first row: nobody has chosen that.
        self._is_arranging = True
        super().focusInEvent(event)
        self._is_arranging = False
        self.mark(self.id)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_alt = event.key(), event.modifiers() == Qt.KeyboardModifier.AltModifier
        if is_alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_chosen(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.id:
            self.try_requested.emit(self.id)
        elif key == Qt.Key.Key_Delete and self.id:
            self.delete_requested.emit(self.id)
        else:
            super().keyPressEvent(event)

    # Dragging.

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._consider(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._consider(event)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_row = -1
        self.viewport().update()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        order = self.order_after(event.mimeData(), event.position().toPoint())
        self._drop_row = -1
        self.viewport().update()
        if order is None:
            event.ignore()
        else:
            event.acceptProposedAction()
            if order != self.own:
                self.reordered.emit(order)

    def order_after(self, data: QMimeData, at: QPoint) -> tuple[str, ...] | None:
        """The order of one's own if what is dragged is dropped there; None if it cannot be."""
        dragged = bytes(data.data(MIME).data()).decode("utf-8", "replace")
        place = self._place_at(at)
        if dragged not in self.own or self._words or place is None:
            return None
        before = [each for each in self.own[:place] if each != dragged]
        after = [each for each in self.own[place:] if each != dragged]
        return (*before, dragged, *after)

    def _place_at(self, at: QPoint) -> int | None:
        """Before which of one's own a point is; behind the last one ends their part."""
        own = [n for n, row in enumerate(self.rows.rows) if row.is_own]
        if not own:
            return None
        boxes = [self.visualRect(self.rows.index(row, 0)) for row in own]
        if at.y() > boxes[-1].bottom() + boxes[-1].height() // 2:
            return None
        return sum(at.y() > box.center().y() for box in boxes)

    def _consider(self, event: QDragMoveEvent) -> None:
        at = event.position().toPoint()
        if self.order_after(event.mimeData(), at) is None:
            self._drop_row = -1
            event.ignore()
        else:
            self._drop_row = self._place_at(at) or 0
            event.acceptProposedAction()
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        own = [n for n, row in enumerate(self.rows.rows) if row.is_own]
        if self._drop_row < 0 or not own:
            return
        is_last = self._drop_row >= len(own)
        box = self.visualRect(self.rows.index(own[-1] if is_last else own[self._drop_row], 0))
        y = box.bottom() if is_last else box.top()
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(theme.colours(self.palette()).accent), 2))
        painter.drawLine(box.left() + 14, y, box.right() - 14, y)
