"""Files to choose as rows: quantisation, size, whether it fits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import HubOffer
from gui.widgets.hub import words
from gui.widgets.models import paint
from gui.widgets.models.catalogue_rows import fit_colours, fit_word
from gui.widgets.models.labels import for_tooltip

_HEIGHT = 36
_SIDE = 20
_TAG, _SIZE = 116, 116

_Index = QModelIndex | QPersistentModelIndex


class FileItemModel(QAbstractListModel):
    """Rows of files, replaced whole."""

    OfferRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.offers: tuple[HubOffer, ...] = ()

    def show_offers(self, offers: Sequence[HubOffer]) -> None:
        """Show these."""
        self.beginResetModel()
        self.offers = tuple(offers)
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.offers)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        offer = self.offers[index.row()]
        if role == self.OfferRole:
            return offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.file.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words.offer_text(offer)
        if role == Qt.ItemDataRole.ToolTipRole:
            return for_tooltip(f"{offer.file.name}\n{offer.fit.sentence}".strip())
        return None


class FileDelegate(QStyledItemDelegate):
    """One line each; the one recommended says so."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, _HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        offer: HubOffer = index.data(FileItemModel.OfferRole)
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.ground(painter, option, look)
        font, small = paint.sized(painter.font(), 13), paint.sized(painter.font(), 12)
        box: QRect = option.rect
        inner = box.adjusted(_SIDE, 0, -_SIDE, 0)
        tag = QRect(inner.left(), inner.top(), _TAG - 8, inner.height())
        name = offer.file.quantization or words.last_name(offer.file)
        middle = Qt.TextElideMode.ElideMiddle
        paint.line(painter, tag, name, font, look.ink, elide=middle)
        size = QRect(inner.left() + _TAG, inner.top(), _SIZE - 8, inner.height())
        paint.line(painter, size, words.size_line(offer.file), small, look.quiet)
        at = QPoint(inner.left() + _TAG + _SIZE, inner.center().y())
        if word := fit_word(offer.fit):
            at.setX(paint.chip(painter, at, word, small, fit_colours(offer.fit.fit, look)) + 4)
        right = inner.right()
        if offer.is_recommended:
            word = tr("Recommended")
            right -= paint.chip_width(small, word)
            place = QPoint(right, inner.center().y())
            paint.chip(painter, place, word, small, (look.on_accent, look.accent))
        rest = QRect(QPoint(at.x(), inner.top()), QPoint(right - 8, inner.bottom()))
        paint.line(painter, rest, words.needs_line(offer), small, look.quiet)
        painter.restore()
