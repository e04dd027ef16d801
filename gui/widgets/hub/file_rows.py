"""Files to choose as rows: quantisation, size, whether it fits."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import HubOffer
from gui.widgets.hub import words
from gui.widgets.models import paint
from gui.widgets.models.catalogue_rows import fit_colours, fit_word
from gui.widgets.models.labels import for_tooltip
from gui.widgets.models.rows import Index, RowDelegate, RowItemModel

_HEIGHT = 36
_SIDE = 20
_TAG, _SIZE = 116, 116


class FileItemModel(RowItemModel[HubOffer]):
    """Rows of files."""

    @override
    def text(self, row: HubOffer, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.file.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.offer_text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(f"{row.file.name}\n{row.fit.sentence}".strip())
        return None


class FileDelegate(RowDelegate):
    """One line each; the one recommended says so."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    @override
    def draw(self, painter: QPainter, rect: QRect, index: Index, look: theme.Colours) -> None:
        row: HubOffer = index.data(RowItemModel.RowRole)
        font, small = paint.sized(painter.font(), 13), paint.sized(painter.font(), 12)
        inner = rect.adjusted(_SIDE, 0, -_SIDE, 0)
        tag = QRect(inner.left(), inner.top(), _TAG - 8, inner.height())
        name = row.file.quantization or words.last_name(row.file)
        middle = Qt.TextElideMode.ElideMiddle
        paint.line(painter, tag, name, font, look.ink, elide=middle)
        size = QRect(inner.left() + _TAG, inner.top(), _SIZE - 8, inner.height())
        paint.line(painter, size, words.size_line(row.file), small, look.quiet)
        at = QPoint(inner.left() + _TAG + _SIZE, inner.center().y())
        if word := fit_word(row.fit):
            at.setX(paint.chip(painter, at, word, small, fit_colours(row.fit.fit, look)) + 4)
        right = inner.right()
        if row.is_recommended:
            word = tr("Recommended")
            right -= paint.chip_width(small, word)
            place = QPoint(right, inner.center().y())
            paint.chip(painter, place, word, small, (look.on_accent, look.accent))
        rest = QRect(QPoint(at.x(), inner.top()), QPoint(right - 8, inner.bottom()))
        paint.line(painter, rest, words.needs_line(row), small, look.quiet)
