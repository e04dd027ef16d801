"""Repositories as rows: name, author, how many use it, how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.records import HubRepo
from gui.widgets.hub import words
from gui.widgets.models import paint
from gui.widgets.models.labels import for_tooltip
from gui.widgets.models.rows import Index, RowDelegate, RowItemModel
from gui.widgets.models.words import day_text

_HEIGHT = 58
_SIDE = 20
_ICON = 13
_COUNT = 48


class RepoItemModel(RowItemModel[HubRepo]):
    """Rows of repositories; more may come after the last."""

    def extend(self, rows: Sequence[HubRepo]) -> bool:
        """Show these; False if they are only the old ones with more after them."""
        old = len(self.rows)
        if not old or tuple(rows[:old]) != self.rows:
            self.replace(rows)
            return True
        if len(rows) > old:
            self.beginInsertRows(QModelIndex(), old, len(rows) - 1)
            self.rows = tuple(rows)
            self.endInsertRows()
        return False

    @override
    def text(self, row: HubRepo, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.id
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.repo_text(row, date.today())  # noqa: DTZ011 - the person's day
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(row.id)
        return None


class RepoDelegate(RowDelegate):
    """The name above; below who made it, and its numbers at the right."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    @override
    def draw(self, painter: QPainter, rect: QRect, index: Index, look: theme.Colours) -> None:
        row: HubRepo = index.data(RowItemModel.RowRole)
        inner = rect.adjusted(_SIDE, 8, -_SIDE, -8)
        first = QRect(inner.topLeft(), QSize(inner.width(), 22))
        second = QRect(QPoint(inner.left(), first.bottom() + 1), inner.bottomRight())
        name = row.id.partition("/")[2] or row.id
        bold = paint.sized(painter.font(), 14, bold=True)
        small = paint.sized(painter.font(), 12)
        if row.gated:
            lock = QRect(first.right() - _ICON, first.top() + 4, _ICON, _ICON)
            theme.icon("lock-simple", look.quiet).paint(painter, lock)
            first = first.adjusted(0, 0, -_ICON - 8, 0)
        middle = Qt.TextElideMode.ElideMiddle
        paint.line(painter, first, name, bold, look.ink, elide=middle)
        left = self._draw_numbers(painter, second, row, small, look)
        author = QRect(second.topLeft(), QPoint(left - 8, second.bottom()))
        paint.line(painter, author, row.author, small, look.quiet)

    def _draw_numbers(
        self, painter: QPainter, rect: QRect, repo: HubRepo, font: QFont, look: theme.Colours
    ) -> int:
        """Downloads, likes and the day in columns from the right; where they begin."""
        day = day_text(repo.updated, date.today())  # noqa: DTZ011 - the person's day
        width = max(76, paint.text_width(font, day))
        at = QRect(rect.right() - width, rect.top(), width, rect.height())
        paint.line(painter, at, day, font, look.quiet, right=True)
        for icon, count in (("heart", repo.likes), ("download-simple", repo.downloads)):
            at = QRect(at.left() - _COUNT - 8, rect.top(), _COUNT, rect.height())
            place = QRect(at.left(), at.center().y() - _ICON // 2 + 1, _ICON, _ICON)
            theme.icon(icon, look.quiet).paint(painter, place)
            words_at = at.adjusted(_ICON + 3, 0, 0, 0)
            paint.line(painter, words_at, words.count_text(count), font, look.quiet)
        return at.left()
