"""The installed models as rows: their order, and how one looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import LoadedModel, ModelInfo
from gui.widgets.models import paint, words
from gui.widgets.models.rows import Index, RowDelegate, RowItemModel

ROW = 64
LOADED_ROW = 88
_SIDE = 20
_TOP = 10
_LINE = 20


class Order(StrEnum):
    """How the list is sorted."""

    NAME = "name"
    SIZE = "size"
    CHANGED = "changed"


_KEYS: dict[Order, Callable[[ModelInfo], tuple[float, str]]] = {
    Order.NAME: lambda model: (0, model.name.casefold()),
    Order.SIZE: lambda model: (-model.size, model.name.casefold()),
    Order.CHANGED: lambda model: (-words.moment(model.modified_at), model.name.casefold()),
}


class InstalledItemModel(RowItemModel[ModelInfo]):
    """The models that have all the words typed, in the chosen order."""

    LoadedRole = Qt.ItemDataRole.UserRole + 2
    rearranged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[ModelInfo, ...] = ()
        self._searched: dict[str, str] = {}
        self._loaded: dict[str, LoadedModel] = {}
        self._words: tuple[str, ...] = ()
        self._order = Order.NAME

    @property
    def order(self) -> Order:
        """How it is sorted."""
        return self._order

    def show_models(self, models: Sequence[ModelInfo], loaded: Sequence[LoadedModel]) -> None:
        """Show these models, `loaded` of them in memory."""
        self._all = tuple(models)
        self._searched = {model.name: _searched(model) for model in models}
        self._loaded = {model.name: model for model in loaded}
        self._arrange()

    def search(self, text: str) -> None:
        """Only those whose name or properties have every word of `text`."""
        self._words = tuple(text.casefold().split())
        self._arrange()

    def sort_by(self, order: Order) -> None:
        """Another order."""
        self._order = order
        self._arrange()

    def row_of(self, name: str) -> int:
        """The row of a model, -1 when it is not on show."""
        return next((row for row, model in enumerate(self.rows) if model.name == name), -1)

    def loaded(self, name: str) -> LoadedModel | None:
        """How a model lies in memory, None when it does not."""
        return self._loaded.get(name)

    def _arrange(self) -> None:
        matching = (model for model in self._all if self._matches(model))
        self.replace(sorted(matching, key=_KEYS[self._order]))
        self.rearranged.emit()

    def _matches(self, model: ModelInfo) -> bool:
        text = self._searched[model.name]
        return all(word in text for word in self._words)

    @override
    def text(self, row: ModelInfo, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == self.LoadedRole:
            return self._loaded.get(self.rows[index.row()].name)
        return super().data(index, role)

    def _spoken(self, model: ModelInfo) -> str:
        parts = [model.name, words.model_line(model), words.context_text(model.context_length)]
        parts += words.capability_words(model)
        if loaded := self._loaded.get(model.name):
            parts.append(words.memory_text(loaded))
        return ", ".join(part for part in parts if part)


def _searched(model: ModelInfo) -> str:
    parts = (model.name, model.family, model.quantization, *words.capability_words(model))
    return " ".join(parts).casefold()


class InstalledDelegate(RowDelegate):
    """Name and size, properties and abilities; a line more for one that is in memory."""

    unload_clicked = Signal(str)

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        is_loaded = index.data(InstalledItemModel.LoadedRole) is not None
        return QSize(100, LOADED_ROW if is_loaded else ROW)

    @override
    def draw(self, painter: QPainter, rect: QRect, index: Index, look: theme.Colours) -> None:
        model: ModelInfo = index.data(RowItemModel.RowRole)
        loaded: LoadedModel | None = index.data(InstalledItemModel.LoadedRole)
        first = _line_of(rect, 0)
        self._draw_name(painter, first, model, look)
        self._draw_properties(painter, first.translated(0, _LINE + 2), model, look)
        if loaded is not None:
            self._draw_memory(painter, _line_of(rect, 2), loaded, look)

    def _draw_name(
        self, painter: QPainter, rect: QRect, model: ModelInfo, look: theme.Colours
    ) -> None:
        small = paint.sized(painter.font(), 12)
        today = datetime.now().astimezone().date()
        parts = words.day_text(model.modified_at, today), words.size_text(model.size)
        size = " · ".join(part for part in parts if part)
        width = paint.text_width(small, size) + 12
        bold = paint.sized(painter.font(), 14, bold=True)
        paint.line(painter, rect, size, small, look.quiet, right=True)
        name = rect.adjusted(0, 0, -width, 0)
        middle = Qt.TextElideMode.ElideMiddle
        paint.line(painter, name, model.name, bold, look.ink, elide=middle)

    def _draw_properties(
        self, painter: QPainter, rect: QRect, model: ModelInfo, look: theme.Colours
    ) -> None:
        context = words.context_text(model.context_length)
        parts = (model.parameter_size, model.quantization, context)
        text = " · ".join(part for part in parts if part)
        small = paint.sized(painter.font(), 12)
        room = rect.adjusted(min(rect.width() // 2, paint.text_width(small, text)) + 8, 0, 0, 0)
        colours = look.quiet, look.bubble
        left = paint.chips(painter, room, words.capability_words(model), small, colours)
        paint.line(
            painter, QRect(rect.topLeft(), QPoint(left - 8, rect.bottom())), text, small, look.quiet
        )

    def _draw_memory(
        self, painter: QPainter, rect: QRect, loaded: LoadedModel, look: theme.Colours
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.accent))
        painter.drawEllipse(QPoint(rect.left() + 4, rect.center().y() + 1), 4, 4)
        small = paint.sized(painter.font(), 12)
        text = words.memory_text(loaded)
        button = _unload_rect(rect)
        paint.line(painter, rect.adjusted(16, 0, -button.width() - 8, 0), text, small, look.ink)
        paint.line(painter, button, tr("Unload"), small, look.accent, right=True)

    @override
    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractListModel,  # type: ignore[override]
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the word Unload."""
        is_click = event.type() is QEvent.Type.MouseButtonRelease
        loaded = index.data(InstalledItemModel.LoadedRole)
        if is_click and loaded is not None and isinstance(event, QMouseEvent):
            button = _unload_rect(_line_of(option.rect, 2)).adjusted(-8, -4, 8, 4)
            if button.contains(event.position().toPoint()):
                self.unload_clicked.emit(loaded.name)
                return True
        return super().editorEvent(event, model, option, index)


def _line_of(rect: QRect, number: int) -> QRect:
    """Where the line of that number stands in a row."""
    top = rect.top() + _TOP + number * (_LINE + 2)
    return QRect(rect.left() + _SIDE, top, rect.width() - 2 * _SIDE, _LINE)


def _unload_rect(line: QRect) -> QRect:
    font = theme.body_font()
    width = paint.text_width(paint.sized(font, 12), tr("Unload"))
    return QRect(line.right() - width, line.top(), width + 1, line.height())
