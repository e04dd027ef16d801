"""Findings to read, below the text they are about; Enter or a click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Diagnostic, Severity
from gui.widgets.models import paint
from gui.widgets.source.field import paint_dot
from gui.widgets.source.marks import in_words, severity_colour

_PIXELS = 13
_LEFT = 32
_RIGHT = 12
_ABOVE = 5
_MOST_HEIGHT = 132
_Index = QModelIndex | QPersistentModelIndex
_FINDING = Qt.ItemDataRole.UserRole


def row_text(finding: Diagnostic) -> str:
    """How a row is read."""
    return tr("Line {number}: {text}", number=finding.line, text=in_words(finding))


def severity_word(severity: Severity) -> str:
    """How bad it is, said aloud."""
    match severity:
        case Severity.ERROR:
            return tr("Error")
        case Severity.WARNING:
            return tr("Warning")
        case Severity.NOTE:
            return tr("Note")


class _Row(QStyledItemDelegate):
    """A dot, the line and what is so in ink, what to do in quiet ink; as many rows as it needs."""

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        finding: Diagnostic = index.data(_FINDING)
        look = theme.colours(option.palette)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        flags = QStyle.StateFlag
        is_chosen = state & flags.State_Selected and state & flags.State_HasFocus
        if is_chosen or state & flags.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.hover))
            painter.drawRoundedRect(box.adjusted(4, 0, -4, 0), 6, 6)
        layout, height = self._layout(finding, look)
        first = layout.lineAt(0).height() if layout.lineCount() else height
        dot = QPointF(box.left() + _LEFT / 2 + 2, box.top() + _ABOVE + first / 2)
        paint_dot(painter, dot, finding.severity, severity_colour(finding.severity, look))
        painter.setPen(QColor(look.ink))
        layout.draw(painter, QPointF(box.left() + _LEFT, box.top() + _ABOVE))
        painter.restore()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        finding: Diagnostic = index.data(_FINDING)
        look = theme.colours(option.palette)
        _, height = self._layout(finding, look)
        return QSize(0, round(height) + 2 * _ABOVE)

    def _layout(self, finding: Diagnostic, look: theme.Colours) -> tuple[QTextLayout, float]:
        """The words laid out in the width of the list, and how high they are."""
        text = row_text(finding)
        layout = QTextLayout(text, paint.sized(self._view.font(), _PIXELS))
        layout.setTextOption(_wrapped())
        layout.setFormats(_quiet_mend(text, finding, look))
        width = max(self._view.viewport().width() - _LEFT - _RIGHT, 80)
        height = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, height


def _wrapped() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _quiet_mend(
    text: str, finding: Diagnostic, look: theme.Colours
) -> list[QTextLayout.FormatRange]:
    if not finding.mend:
        return []
    quiet = QTextLayout.FormatRange()
    form = QTextCharFormat()
    form.setForeground(QColor(look.quiet))
    length = len(finding.mend.encode("utf-16-le", "surrogatepass")) // 2
    whole = len(text.encode("utf-16-le", "surrogatepass")) // 2
    quiet.start, quiet.length, quiet.format = whole - length, length, form
    return [quiet]


class FindingsList(QListWidget):
    """As high as its rows, up to a few; not there without findings."""

    chosen = Signal(int)
    """The number of the finding to go to."""
    left = Signal()
    """Escape: back to the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findings")
        self.setAccessibleName(tr("Findings"))
        self.setItemDelegate(_Row(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.itemClicked.connect(lambda item: self.chosen.emit(self.row(item)))
        self.findings: tuple[Diagnostic, ...] = ()
        self.hide()

    def show_findings(self, findings: Sequence[Diagnostic]) -> None:
        """Replace the rows; the same ones are left as they are."""
        if tuple(findings) == self.findings:
            return
        row = self.currentRow()
        self.findings = tuple(findings)
        self.clear()
        for finding in self.findings:
            item = QListWidgetItem(row_text(finding))
            item.setData(_FINDING, finding)
            spoken = f"{severity_word(finding.severity)}. {row_text(finding)}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.addItem(item)
        self.setCurrentRow(min(max(row, 0), self.count() - 1))
        self.setVisible(bool(self.findings))
        self._fit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentRow() >= 0:
                self.chosen.emit(self.currentRow())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.scheduleDelayedItemsLayout()
        height = 4
        for row in range(self.count()):
            height += self.sizeHintForRow(row)
            if height > _MOST_HEIGHT:
                break
        self.setFixedHeight(min(height, _MOST_HEIGHT))
