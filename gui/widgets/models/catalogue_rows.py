"""Models to get as rows: a heading for each, a row for each of its sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import CatalogueEntry, CatalogueSize, Fit, FitEstimate
from gui.widgets.models import paint, words
from gui.widgets.models.labels import for_tooltip
from gui.widgets.models.rows import Index, RowDelegate, RowItemModel

_ROW = 36
_HEADING = 64
_SIDE = 20
_TAG = 112
_FIGURES = 230


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A heading, or one size of the model under it."""

    entry: CatalogueEntry
    size: CatalogueSize | None = None
    fit: FitEstimate | None = None
    is_installed: bool = False

    @property
    def name(self) -> str:
        """What is pulled for it; "" for a heading."""
        return f"{self.entry.name}:{self.size.tag}" if self.size else ""

    @property
    def text(self) -> str:
        """All of it, for a screen reader."""
        if self.size is None:
            return f"{self.entry.title}. {self.entry.about}"
        state = tr("Installed") if self.is_installed else fit_word(self.fit)
        sentence = self.fit.sentence if self.fit else ""
        return ". ".join(p for p in (self.name, size_line(self.size), state, sentence) if p)


def fit_word(estimate: FitEstimate | None) -> str:
    """Whether it fits, in a word or two; "" while that is not known."""
    match estimate.fit if estimate else Fit.UNKNOWN:
        case Fit.FITS:
            return tr("Fits")
        case Fit.SLOW:
            return tr("Slow")
        case Fit.WILL_NOT_FIT:
            return tr("Will not fit")
        case Fit.UNKNOWN:
            return ""


def size_line(size: CatalogueSize) -> str:
    """The figures of one size."""
    parts = (size.parameters, words.size_text(size.bytes), words.context_text(size.context))
    return " · ".join(part for part in parts if part)


def rows_of(
    entries: Sequence[CatalogueEntry],
    fits: Mapping[str, FitEstimate],
    installed: frozenset[str],
    purpose: str = "",
) -> list[CatalogueRow]:
    """Rows of the models good for `purpose`; `installed` holds names in lower case."""
    rows: list[CatalogueRow] = []
    for entry in entries:
        if purpose and purpose not in entry.good_for:
            continue
        rows.append(CatalogueRow(entry))
        for size in entry.sizes:
            name = f"{entry.name}:{size.tag}"
            rows.append(CatalogueRow(entry, size, fits.get(name), name.lower() in installed))
    return rows


class CatalogueItemModel(RowItemModel[CatalogueRow]):
    """Rows of headings and sizes; a heading cannot be chosen."""

    @override
    def text(self, row: CatalogueRow, role: int) -> str | None:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text
        if role == Qt.ItemDataRole.ToolTipRole and row.size is None:
            return for_tooltip(row.entry.about)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        is_heading = self.rows[index.row()].size is None
        return flag.ItemIsEnabled if is_heading else flag.ItemIsEnabled | flag.ItemIsSelectable


class CatalogueDelegate(RowDelegate):
    """What a model is good for; under it the sizes, and whether each fits."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        row: CatalogueRow = index.data(RowItemModel.RowRole)
        return QSize(100, _ROW if row.size else _HEADING)

    @override
    def draw(self, painter: QPainter, rect: QRect, index: Index, look: theme.Colours) -> None:
        row: CatalogueRow = index.data(RowItemModel.RowRole)
        if row.size is None:
            self._draw_heading(painter, rect, row.entry, look)
        else:
            self._draw_size(painter, rect, row, row.size, look)

    def _draw_heading(
        self, painter: QPainter, rect: QRect, entry: CatalogueEntry, look: theme.Colours
    ) -> None:
        bold = paint.sized(painter.font(), 15, bold=True)
        small = paint.sized(painter.font(), 12)
        first = QRect(rect.left() + _SIDE, rect.top() + 14, rect.width() - 2 * _SIDE, 22)
        right = first.adjusted(first.width() // 2, 0, 0, 0)
        purposes = tuple(words.purpose_word(purpose) for purpose in entry.good_for)
        left = paint.chips(painter, right, purposes, small, (look.quiet, look.bubble))
        title = QRect(first.topLeft(), QPoint(left - 8, first.bottom()))
        paint.line(painter, title, entry.title, bold, look.ink)
        second = first.translated(0, 22)
        licence = paint.text_width(small, entry.license) + 16
        paint.line(painter, second, entry.license, small, look.quiet, right=True)
        paint.line(painter, second.adjusted(0, 0, -licence, 0), entry.about, small, look.ink)

    def _draw_size(
        self,
        painter: QPainter,
        rect: QRect,
        row: CatalogueRow,
        size: CatalogueSize,
        look: theme.Colours,
    ) -> None:
        font = paint.sized(painter.font(), 13)
        small = paint.sized(painter.font(), 12)
        inner = rect.adjusted(_SIDE + 12, 0, -_SIDE, 0)
        tag = QRect(inner.left(), inner.top(), _TAG, inner.height())
        figures = QRect(tag.right(), inner.top(), _FIGURES, inner.height())
        fit = inner.adjusted(_TAG + _FIGURES + 8, 0, 0, 0)
        paint.line(painter, tag.adjusted(0, 0, -8, 0), size.tag, font, look.ink)
        paint.line(painter, figures, size_line(size), small, look.quiet)
        word = tr("Installed") if row.is_installed else fit_word(row.fit)
        colours = fit_colours(Fit.UNKNOWN if row.is_installed or not row.fit else row.fit.fit, look)
        left = fit.left()
        if word:
            left = paint.chip(painter, QPoint(left, fit.center().y()), word, small, colours) + 4
        sentence = row.fit.sentence if row.fit and not row.is_installed else ""
        rest = QRect(QPoint(left, fit.top()), fit.bottomRight())
        paint.line(painter, rest, sentence, small, look.quiet)


def fit_colours(fit: Fit, look: theme.Colours) -> tuple[str, str]:
    """The colours of the word and of its ground."""
    match fit:
        case Fit.FITS:
            return look.ink, look.bubble
        case Fit.SLOW:
            return look.ink, look.selection
        case Fit.WILL_NOT_FIT:
            return look.danger, look.hover
        case Fit.UNKNOWN:
            return look.quiet, look.bubble
