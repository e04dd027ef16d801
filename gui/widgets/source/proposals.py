"""The list of proposals under the cursor; it never has the focus."""

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
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QPainter,
    QPainterPath,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Completion
from gui.widgets.models import paint

_ROW = 28
_MOST_ROWS = 8
_NARROWEST = 220
_WIDEST = 600
_GAP = 24
_SIDE = 10
_RADIUS = 12
_Index = QModelIndex | QPersistentModelIndex
_PROPOSAL = Qt.ItemDataRole.UserRole


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.proposals: tuple[Completion, ...] = ()

    def replace(self, proposals: tuple[Completion, ...]) -> None:
        self.beginResetModel()
        self.proposals = proposals
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.proposals)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        proposal = self.proposals[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return spoken(proposal)
        return proposal if role == _PROPOSAL else None


def spoken(proposal: Completion) -> str:
    """How a proposal is read aloud."""
    return f"{proposal.text.strip()}. {proposal.detail}".rstrip(" .")


class _Row(QStyledItemDelegate):
    """The text at the left, in the font of code; its detail at the right, quiet."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(_NARROWEST, _ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        proposal: Completion = index.data(_PROPOSAL)
        look = theme.colours(option.palette)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.selection))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 6, 6)
        inner = box.adjusted(_SIDE, 0, -_SIDE, 0)
        font, small = _fonts(painter.font())
        used = min(paint.text_width(font, proposal.text.strip()), inner.width())
        paint.line(painter, inner, proposal.text.strip(), font, look.ink)
        rest = inner.adjusted(used + _GAP, 0, 0, 0)
        quiet = look.ink if is_chosen else look.quiet
        paint.line(painter, rest, proposal.detail, small, quiet, right=True)
        painter.restore()


def _fonts(body: QFont) -> tuple[QFont, QFont]:
    return theme.code_font(0.95), paint.sized(body, 12)


class ProposalList(QWidget):
    """A tip with a list in it: keys stay with the text, a click takes a row."""

    taken = Signal()

    def __init__(self, parent: QWidget) -> None:
        flags = Qt.WindowType
        super().__init__(
            parent, flags.ToolTip | flags.FramelessWindowHint | flags.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = _Model(self)
        self.view = QListView()
        self.view.setAccessibleName(tr("Proposals"))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Row(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(lambda _: self.taken.emit())
        ground = QFrame()
        ground.setObjectName("popup")
        shell = QVBoxLayout(self)
        shell.setContentsMargins(0, 0, 0, 0)
        shell.addWidget(ground)
        layout = QVBoxLayout(ground)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.view)

    @property
    def current(self) -> Completion | None:
        """The row that Enter would take."""
        row = self.view.currentIndex().row()
        return self._model.proposals[row] if 0 <= row < len(self._model.proposals) else None

    @property
    def proposals(self) -> tuple[Completion, ...]:
        """What is shown."""
        return self._model.proposals

    def show_at(self, proposals: Sequence[Completion], word: QRect) -> None:
        """Under `word`, in pixels of the screen, or above it where there is no room below."""
        self._model.replace(tuple(proposals))
        self.view.setCurrentIndex(self._model.index(0))
        rows = min(len(proposals), _MOST_ROWS)
        self.resize(self._width(), rows * _ROW + 10)
        self.move(self._corner(word))
        self.show()
        self.raise_()

    def step(self, rows: int) -> None:
        """The choice so many rows down; from either end, one step goes to the other."""
        count = len(self._model.proposals)
        row = self.view.currentIndex().row()
        is_one = abs(rows) == 1
        target = (row + rows) % count if is_one else min(max(row + rows, 0), count - 1)
        self.view.setCurrentIndex(self._model.index(target))

    @property
    def page(self) -> int:
        """The rows that are seen at once."""
        return _MOST_ROWS

    def _width(self) -> int:
        font, small = _fonts(self.font())
        widest = max(
            paint.text_width(font, each.text.strip()) + paint.text_width(small, each.detail)
            for each in self._model.proposals
        )
        return min(max(widest + _GAP + 2 * _SIDE + 24, _NARROWEST), _WIDEST)

    def _corner(self, word: QRect) -> QPoint:
        corner = word.bottomLeft() + QPoint(-_SIDE - 5, 4)
        screen = QGuiApplication.screenAt(word.topLeft()) or self.screen()
        seen = screen.availableGeometry()
        if corner.y() + self.height() > seen.bottom():
            corner.setY(word.top() - self.height() - 4)
        corner.setX(max(seen.left(), min(corner.x(), seen.right() - self.width())))
        return corner

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round the corners where nothing composites translucent windows."""
        super().resizeEvent(event)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), _RADIUS, _RADIUS)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))
