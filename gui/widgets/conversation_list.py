"""The conversations at the left: newest first, under the day they were last used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import (
    QAbstractItemModel,
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
from PySide6.QtGui import QAction, QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Conversation

_Index = QModelIndex | QPersistentModelIndex
_ROW = 36
_HEADING = 32


def day_heading(then: float, today: date) -> str:
    """The heading a conversation of `then` (seconds since the epoch) stands under."""
    day = datetime.fromtimestamp(then).astimezone().date()
    if day >= today:
        return tr("Today")
    if day == today - timedelta(days=1):
        return tr("Yesterday")
    if day > today - timedelta(days=7):
        return tr("Last 7 days")
    if day > today - timedelta(days=30):
        return tr("Last 30 days")
    return f"{day.year}-{day.month:02}"


class ConversationItemModel(QAbstractListModel):
    """Rows are headings (str) and conversations."""

    RowRole = Qt.ItemDataRole.UserRole + 1
    title_edited = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[str | Conversation] = []

    def replace(self, conversations: Sequence[Conversation]) -> None:
        """Show these conversations, newest first."""
        self.beginResetModel()
        self._rows = []
        today, last = datetime.now().astimezone().date(), ""
        for conversation in conversations:
            if (heading := day_heading(conversation.updated_at, today)) != last:
                self._rows.append(heading)
                last = heading
            self._rows.append(conversation)
        self.endResetModel()

    def row_of(self, conversation_id: int) -> int:
        """The row of a conversation, -1 when it is not there."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Conversation) and row.id == conversation_id:
                return number
        return -1

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row if isinstance(row, str) else title_of(row)
        return row if role == self.RowRole else None

    @override
    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._rows[index.row()]
        title = " ".join(str(value).split())
        if isinstance(row, Conversation) and title and title != row.title:
            self.title_edited.emit(row.id, title)
            return True
        return False

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable


def title_of(conversation: Conversation) -> str:
    """What a conversation is called, named or not."""
    return conversation.title or tr("New conversation")


class _RowDelegate(QStyledItemDelegate):
    """One line a row; the shown conversation on a soft ground."""

    @override
    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        row = index.data(ConversationItemModel.RowRole)
        return QSize(100, _HEADING if isinstance(row, str) else _ROW)

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _: _Index
    ) -> None:
        editor.setGeometry(option.rect.adjusted(6, 1, -6, -1))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(ConversationItemModel.RowRole)
        rect: QRect = option.rect
        look = theme.colours(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        if isinstance(row, str):
            font.setPixelSize(12)
            self._draw(painter, rect.adjusted(16, 10, -12, 0), row, font, look.quiet)
        else:
            state = option.state
            selected = bool(state & QStyle.StateFlag.State_Selected)
            if selected or state & QStyle.StateFlag.State_MouseOver:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(look.surface if selected else look.hover))
                painter.drawRoundedRect(rect.adjusted(8, 1, -8, -1), 8, 8)
            font.setPixelSize(14)
            self._draw(painter, rect.adjusted(16, 0, -16, 0), title_of(row), font, look.ink)
        painter.restore()

    def _draw(self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, int(flags) | int(Qt.TextFlag.TextSingleLine), fitted)


class ConversationList(QListView):
    """Click or Enter opens; F2 renames in place; Delete deletes; the menu has all of them."""

    opened = Signal(int)
    renamed = Signal(int, str)
    delete_requested = Signal(int)
    save_requested = Signal(int)
    replay_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = ConversationItemModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName(tr("Conversations"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.clicked.connect(self._open)
        self.customContextMenuRequested.connect(self._open_menu)
        self._rows.title_edited.connect(self.renamed)

    @override
    def model(self) -> QAbstractItemModel:
        return self._rows

    def show_conversations(self, conversations: Sequence[Conversation], shown: int | None) -> None:
        """Replace the rows and mark the one on show; the scroll position stays."""
        scrolled = self.verticalScrollBar().value()
        self._rows.replace(conversations)
        self.mark(shown)
        self.verticalScrollBar().setValue(scrolled)

    def mark(self, shown: int | None) -> None:
        """Mark the conversation on show, none for a new one."""
        row = -1 if shown is None else self._rows.row_of(shown)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._rows.index(row, 0))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(index)
        elif event.key() == Qt.Key.Key_Delete and (row := self._conversation(index)):
            self.delete_requested.emit(row.id)
        else:
            super().keyPressEvent(event)

    def _conversation(self, index: QModelIndex) -> Conversation | None:
        row = index.data(ConversationItemModel.RowRole) if index.isValid() else None
        return row if isinstance(row, Conversation) else None

    def _open(self, index: QModelIndex) -> None:
        if row := self._conversation(index):
            self.opened.emit(row.id)

    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not (row := self._conversation(index)):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            (tr("Rename"), lambda: self.edit(index)),
            (tr("Save transcript…"), lambda: self.save_requested.emit(row.id)),
            (
                tr("Replay this conversation on another model…"),
                lambda: self.replay_requested.emit(row.id),
            ),
            (tr("Delete"), lambda: self.delete_requested.emit(row.id)),
        ):
            action = QAction(text, menu)
            action.triggered.connect(slot)
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(at))
