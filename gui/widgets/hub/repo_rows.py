"""Repositories as rows: name, author, how many use it, how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from gui import theme
from gui.records import HubRepo
from gui.widgets.hub import words
from gui.widgets.models import paint
from gui.widgets.models.labels import for_tooltip
from gui.widgets.models.words import day_text

_HEIGHT = 58
_SIDE = 20
_ICON = 13
_COUNT = 48

_Index = QModelIndex | QPersistentModelIndex


class RepoItemModel(QAbstractListModel):
    """Rows of repositories; more may come after the last."""

    RepoRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.repos: list[HubRepo] = []

    def show_repos(self, repos: Sequence[HubRepo]) -> bool:
        """Show these; False if they are only the old ones with more after them."""
        old = len(self.repos)
        if old and list(repos[:old]) == self.repos:
            if len(repos) > old:
                self.beginInsertRows(QModelIndex(), old, len(repos) - 1)
                self.repos = list(repos)
                self.endInsertRows()
            return False
        self.beginResetModel()
        self.repos = list(repos)
        self.endResetModel()
        return True

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.repos)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        repo = self.repos[index.row()]
        if role == self.RepoRole:
            return repo
        if role == Qt.ItemDataRole.DisplayRole:
            return repo.id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words.repo_text(repo, date.today())  # noqa: DTZ011 - the person's day
        if role == Qt.ItemDataRole.ToolTipRole:
            return for_tooltip(repo.id)
        return None


class RepoDelegate(QStyledItemDelegate):
    """The name above; below who made it, and its numbers at the right."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, _HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        repo: HubRepo = index.data(RepoItemModel.RepoRole)
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.ground(painter, option, look)
        box: QRect = option.rect
        inner = box.adjusted(_SIDE, 8, -_SIDE, -8)
        first = QRect(inner.topLeft(), QSize(inner.width(), 22))
        second = QRect(QPoint(inner.left(), first.bottom() + 1), inner.bottomRight())
        name = repo.id.partition("/")[2] or repo.id
        bold = paint.sized(painter.font(), 14, bold=True)
        small = paint.sized(painter.font(), 12)
        if repo.gated:
            lock = QRect(first.right() - _ICON, first.top() + 4, _ICON, _ICON)
            theme.icon("lock-simple", look.quiet).paint(painter, lock)
            first = first.adjusted(0, 0, -_ICON - 8, 0)
        middle = Qt.TextElideMode.ElideMiddle
        paint.line(painter, first, name, bold, look.ink, elide=middle)
        left = self._draw_numbers(painter, second, repo, small, look)
        author = QRect(second.topLeft(), QPoint(left - 8, second.bottom()))
        paint.line(painter, author, repo.author, small, look.quiet)
        painter.restore()

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
