"""Requests for a served chain, the newest at the top."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import ServedRequest
from gui.widgets.models.labels import for_tooltip

_Index = QModelIndex | QPersistentModelIndex
_MOST = 500
_ROW = 30
_HEADER = 34
_LEFT = 499
_WRONG = 400
_ROUTE = 1
_WIDTHS = (92, 0, 132, 92, 92)


class RequestModel(QAbstractTableModel):
    """Rows of requests, at most 500; older ones go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.requests: deque[ServedRequest] = deque(maxlen=_MOST)

    def replace(self, requests: Iterable[ServedRequest]) -> None:
        """Have these, the oldest first."""
        self.beginResetModel()
        self.requests = deque(reversed(tuple(requests)), maxlen=_MOST)
        self.endResetModel()

    def add(self, request: ServedRequest) -> None:
        """One more is over."""
        if len(self.requests) == _MOST:
            self.beginRemoveRows(QModelIndex(), _MOST - 1, _MOST - 1)
            self.requests.pop()
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), 0, 0)
        self.requests.appendleft(request)
        self.endInsertRows()

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.requests)

    @override
    def columnCount(self, parent: _Index | None = None) -> int:
        return len(_WIDTHS)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return _titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        request = self.requests[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cells(request)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_titles()[index.column()]}: {cells(request)[index.column()]}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return for_tooltip(about(request))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() != _ROUTE:
            look = theme.colours(self._view.palette())
            is_wrong = index.column() == 2 and request.status >= _WRONG
            return QColor(look.danger if is_wrong else look.quiet)
        return None


class RequestTable(QTableView):
    """Ctrl+C copies the chosen row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RequestModel(self)
        self.setObjectName("requests")
        self.setModel(self.rows)
        self.setAccessibleName(tr("Requests"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(_HEADER)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_ROUTE, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS):
            if width:
                self.setColumnWidth(column, width)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, 3 * _ROW)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            request = self.rows.requests[index.row()]
            QGuiApplication.clipboard().setText("  ".join(cells(request)))
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.rows.requests:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.colours(self.palette()).quiet))
            place = self.viewport().rect().adjusted(24, 0, -24, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place, int(flags), tr("Requests appear here as they come."))


def cells(request: ServedRequest) -> tuple[str, ...]:
    """What stands in a row."""
    time = datetime.fromtimestamp(request.time).astimezone()
    return (
        f"{time:%H:%M:%S}",
        f"{request.method} {request.route}",
        status_words(request),
        f"{request.seconds:,.2f}",
        f"{request.tokens:,}" if request.tokens else "–",
    )


def status_words(request: ServedRequest) -> str:
    """How it ended: the number, and a word where the number says little."""
    if request.status == _LEFT:
        return tr("{status} left", status=request.status)
    if request.error and request.status < _WRONG:
        return tr("{status}, cut off", status=request.status)
    return str(request.status)


def about(request: ServedRequest) -> str:
    """What has no column."""
    facts = [tr("from {client}, {size} bytes", client=request.client, size=f"{request.size:,}")]
    if request.waited >= 0.01:
        facts.append(tr("waited {seconds} s for its turn", seconds=f"{request.waited:.2f}"))
    return "\n".join((*facts, *filter(None, [request.error])))


def _titles() -> tuple[str, ...]:
    return tr("Time"), tr("Request"), tr("Status"), tr("Seconds"), tr("Tokens")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column > 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
