"""The rows of the list of presets: headings, hints, presets; how they are painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QUrl,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Preset
from gui.widgets.models import paint

MIME = "application/x-ondol-preset"
_Index = QModelIndex | QPersistentModelIndex
_ROW, _HEADING, _HINT = 48, 30, 58
_ICON = 18


@dataclass(frozen=True, slots=True)
class PresetRow:
    """One row: a preset, or with no preset a heading, or a hint."""

    preset: Preset | None
    text: str = ""
    is_hint: bool = False
    is_dirty: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is one of the person's own."""
        return self.preset is not None and not self.preset.built_in


class PresetItemModel(QAbstractListModel):
    """The person's own first, then those that come with Ondol."""

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(
        self, to_drag: Callable[[str], Path | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._to_drag = to_drag
        self.rows: tuple[PresetRow, ...] = ()

    def replace(self, rows: Sequence[PresetRow]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def row_of(self, preset_id: str) -> int:
        """Where a preset is, -1 if it is not on show."""
        found = (n for n, row in enumerate(self.rows) if row.preset and row.preset.id == preset_id)
        return next(found, -1)

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == self.RowRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.preset.name if row.preset else row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _in_words(row)
        if role == Qt.ItemDataRole.ToolTipRole and row.preset:
            return row.preset.description.replace("<", "‹")
        return None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        if self.rows[index.row()].preset is None:
            return flag.NoItemFlags
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """What is dragged: a file for other programs, the id for the list itself."""
        data = QMimeData()
        preset = self.rows[indexes[0].row()].preset if indexes else None
        if preset is not None:
            data.setData(MIME, preset.id.encode())
            if (path := self._to_drag(preset.id)) is not None:
                data.setUrls([QUrl.fromLocalFile(str(path))])
        return data

    @override
    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def rows_of(presets: Sequence[Preset], words: str, dirty: str | None) -> tuple[PresetRow, ...]:
    """The rows that have every word of `words`; `dirty` is the id of one that is not saved."""
    wanted = words.casefold().split()
    found = [
        PresetRow(preset, is_dirty=preset.id == dirty)
        for preset in presets
        if all(word in f"{preset.name} {preset.description}".casefold() for word in wanted)
    ]
    own = [row for row in found if row.is_own]
    others = [row for row in found if not row.is_own]
    rows = [PresetRow(None, tr("Yours")), *own]
    if not own:
        none = tr("None yet. Make a new one, or duplicate one of those below.")
        rows.append(PresetRow(None, tr("None of yours fits.") if wanted else none, is_hint=True))
    return (*rows, PresetRow(None, tr("Built in")), *others) if others else tuple(rows)


def _in_words(row: PresetRow) -> str:
    if row.preset is None:
        return row.text
    parts = [row.preset.name, row.preset.description]
    parts += [tr("a chain")] if row.preset.chain else []
    parts += [tr("not saved")] if row.is_dirty else []
    return ", ".join(part for part in parts if part)


class PresetDelegate(QStyledItemDelegate):
    """A sign for what it is, the name, a quiet line below it, a dot if it is not saved."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        row: PresetRow = index.data(PresetItemModel.RowRole)
        height = _ROW if row.preset else _HINT if row.is_hint else _HEADING
        return QSize(120, height)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: PresetRow = index.data(PresetItemModel.RowRole)
        look = theme.colours(option.palette)
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.preset is not None:
            _ground(painter, option, look)
            _preset(painter, box, row, row.preset, option, look)
        elif row.is_hint:
            painter.setFont(paint.sized(option.font, 12))
            painter.setPen(QColor(look.quiet))
            flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(20, 4, -16, 0), int(flags), row.text)
        else:
            font = paint.sized(option.font, 12)
            paint.line(painter, box.adjusted(20, 8, -16, 0), row.text, font, look.quiet)
        painter.restore()


def _ground(painter: QPainter, option: QStyleOptionViewItem, look: theme.Colours) -> None:
    state = option.state
    is_selected = bool(state & QStyle.StateFlag.State_Selected)
    if not is_selected and not state & QStyle.StateFlag.State_MouseOver:
        return
    has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_selected:
        painter.setPen(QPen(QColor(look.accent if has_focus else look.line), 1))
    painter.setBrush(QColor(look.surface if is_selected else look.hover))
    box: QRect = option.rect
    painter.drawRoundedRect(QRectF(box).adjusted(8.5, 1.5, -8.5, -1.5), 8, 8)


def _preset(
    painter: QPainter,
    box: QRect,
    row: PresetRow,
    preset: Preset,
    option: QStyleOptionViewItem,
    look: theme.Colours,
) -> None:
    name = "tree-structure" if preset.chain else "chat-circle-text"
    mark = QRect(box.left() + 20, box.center().y() - _ICON // 2, _ICON, _ICON)
    theme.icon(name, look.accent if preset.chain else look.quiet).paint(painter, mark)
    text = box.adjusted(20 + _ICON + 10, 6, -(30 if row.is_dirty else 18), -6)
    if preset.description:
        half = text.height() // 2
        top, below = text.adjusted(0, 0, 0, -half), text.adjusted(0, half, 0, 0)
        paint.line(painter, below, preset.description, paint.sized(option.font, 12), look.quiet)
    else:
        top = text
    paint.line(painter, top, preset.name, paint.sized(option.font, 14), look.ink)
    if row.is_dirty:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.accent))
        painter.drawEllipse(QPoint(box.right() - 22, box.center().y()), 4, 4)
