"""The text itself: keys, input methods, changes from outside, the margin."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPen,
    QPolygonF,
    QTextCursor,
)
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import Diagnostic, Severity
from gui.widgets.source.indenting import indent, unindent
from gui.widgets.source.marks import Marks, in_words, severity_colour
from gui.widgets.source.numbered import NumberedField
from gui.widgets.source.units import changed_part, units, with_line_feeds

_DOT = 16
_SIDE = 8
_Key = Qt.Key


class SourceField(NumberedField):
    """Plain text with findings. Line ends are line feeds, whatever came in; the rest is kept."""

    changed = Signal(str)
    """Another text than before: by the person or by `set_text`."""
    typed = Signal(str)
    """What a key put in, "" if it took something away; not what an input method did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.composing = ""
        self._is_escaped = False
        self._known = self._told = ""
        self._is_stale = self._is_loading = False
        self.marks = Marks(self.document())
        self._severities: dict[int, Severity] = {}
        self.setAccessibleDescription(tr("Escape and then Tab leave the field."))
        self.document().contentsChange.connect(self._touch)
        self.textChanged.connect(self._announce)
        self.blockCountChanged.connect(self._count_severities)
        self.cursorPositionChanged.connect(self._repaint_current)
        self._current = 0
        self.fit_margin()

    def text(self) -> str:
        """What is written, without a syllable that is still being composed."""
        if self._is_stale:
            # Not toPlainText: that makes spaces of no-break spaces.
            self._known = self.document().toRawText().replace("\u2029", "\n")
            self._is_stale = False
        return self._known

    def set_text(self, text: str) -> None:
        """The smallest edit that makes it so; one step of undo, none if nothing changes."""
        text, old = with_line_feeds(text), self.text()
        if text == old:
            return
        start, end, put = changed_part(old, text)
        anchor = QTextCursor(self.firstVisibleBlock())
        anchor.setKeepPositionOnInsert(True)
        first = anchor.block().firstLineNumber()
        bar = self.verticalScrollBar()
        top = bar.value()
        cursor = QTextCursor(self.document())
        position = units(old, start)
        cursor.setPosition(position)
        cursor.setPosition(
            position + units(old[start:end], end - start), QTextCursor.MoveMode.KeepAnchor
        )
        is_cut = cursor.selectionStart() < anchor.position() < cursor.selectionEnd()
        cursor.beginEditBlock()
        cursor.insertText(put)
        cursor.endEditBlock()
        bar.setValue(top + (0 if is_cut else anchor.block().firstLineNumber() - first))

    def load_text(self, text: str) -> None:
        """A new document: undo and findings cleared, cursor at the start; nothing is told."""
        self._is_loading = True
        self.setPlainText(with_line_feeds(text))
        self._is_loading = False
        self._told = self.text()
        self.show_findings(())

    def show_findings(self, findings: tuple[Diagnostic, ...]) -> None:
        """Underline them and mark their lines."""
        self.marks.show(findings)
        self.redraw_findings()

    def redraw_findings(self) -> None:
        """After another theme, too."""
        self.setExtraSelections(self.marks.selections(self.look))
        self._count_severities()

    def go_to(self, position: int) -> None:
        """The cursor to `position`, in sight; the focus with it."""
        cursor = self.textCursor()
        cursor.setPosition(position)
        self.setTextCursor(cursor)
        if not self.viewport().rect().contains(self.cursorRect()):
            self.centerCursor()
        self.setFocus()

    def set_read_only(self, *, is_read_only: bool) -> None:
        """To be read and copied only, by mouse and keys; then Tab leaves it."""
        self.setReadOnly(is_read_only)
        self.setTabChangesFocus(is_read_only)
        flags = Qt.TextInteractionFlag
        reading = flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
        self.setTextInteractionFlags(reading if is_read_only else flags.TextEditorInteraction)

    # The margin.

    @override
    def margin_width(self) -> int:
        return _SIDE + _DOT + self.digits_width(self.blockCount()) + _SIDE // 2

    @override
    def ground(self, line: int) -> str:
        return self.look.current_line if line == self._current and self.hasFocus() else ""

    @override
    def paint_number(self, painter: QPainter, line: int, box: QRect) -> None:
        look = self.look
        painter.setPen(QColor(look.ink if line == self._current else look.quiet))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(0, 0, -_SIDE // 2, 0), int(right), str(line + 1))
        if severity := self._severities.get(line):
            centre = QPointF(_SIDE + _DOT / 2 - 2, box.center().y() + 0.5)
            paint_dot(painter, centre, severity, severity_colour(severity, look))

    @override
    def show_margin_tooltip(self, event: QHelpEvent) -> None:
        line = self.cursorForPosition(QPoint(0, event.pos().y())).blockNumber()
        self._show_tooltip(event, self.marks.on_line(line))

    # Events.

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tooltip(event, self.marks.at(self._position_under(event.pos())))
            return True
        return super().viewportEvent(event)

    def _position_under(self, point: QPoint) -> int:
        """The position before the character under the mouse, -1 where there is none."""
        cursor = self.cursorForPosition(point)
        box = self.cursorRect(cursor)
        if not box.top() <= point.y() <= box.bottom():
            return -1
        return cursor.position() - (point.x() < box.left())

    def _show_tooltip(self, event: QHelpEvent, findings: list[Diagnostic]) -> None:
        said = "\n".join(in_words(each) for each in findings)
        shown = f"<p>{html.escape(said).replace(chr(10), '<br>')}</p>" if said else ""
        QToolTip.showText(event.globalPos(), shown, self.viewport())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        was_escaped, self._is_escaped = self._is_escaped, False
        key, modifiers = event.key(), event.modifiers()
        is_tab = key in (_Key.Key_Tab, _Key.Key_Backtab)
        if self.isReadOnly():
            super().keyPressEvent(event)
        elif is_tab and (was_escaped or modifiers & Qt.KeyboardModifier.ControlModifier):
            self._leave(backwards=key == _Key.Key_Backtab)
        elif is_tab:
            (unindent if key == _Key.Key_Backtab else indent)(self.textCursor())
        elif key == _Key.Key_Escape:
            self._is_escaped = not was_escaped
            event.setAccepted(not was_escaped)
        else:
            self._type(event)

    def _type(self, event: QKeyEvent) -> None:
        if event.key() in (_Key.Key_Return, _Key.Key_Enter):
            self.commit_composed()
        before = self.document().revision()
        super().keyPressEvent(event)
        if self.document().revision() != before:
            text = event.text()
            self.typed.emit(text if text.isprintable() else "")

    def commit_composed(self) -> None:
        """Take the syllable that is being composed as it is, as an input method would."""
        if self.composing:
            QGuiApplication.inputMethod().commit()
        if left := self.composing:
            event = QInputMethodEvent()
            event.setCommitString(left)
            self.inputMethodEvent(event)
            QGuiApplication.inputMethod().reset()

    def _leave(self, *, backwards: bool) -> None:
        self.setTabChangesFocus(True)
        self.focusPreviousChild() if backwards else self.focusNextChild()
        self.setTabChangesFocus(False)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = event.preeditString()
        super().inputMethodEvent(event)

    def _touch(self) -> None:
        self._is_stale = True

    def _announce(self) -> None:
        # Colours and a syllable being composed are announced by Qt as well.
        if not self._is_loading and (text := self.text()) != self._told:
            self._told = text
            self.changed.emit(text)

    def _count_severities(self) -> None:
        self._severities = self.marks.severities()
        self.margin.update()

    def _repaint_current(self) -> None:
        if (line := self.textCursor().blockNumber()) != self._current:
            self._current = line
            self.viewport().update()
            self.margin.update()


def paint_dot(painter: QPainter, centre: QPointF, severity: Severity, colour: str) -> None:
    """How bad it is by its shape, too: a disc, a triangle, a ring."""
    box = QRectF(centre.x() - 4, centre.y() - 4, 8, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    match severity:
        case Severity.ERROR:
            painter.drawEllipse(box)
        case Severity.WARNING:
            top = QPointF(centre.x(), box.top() - 0.5)
            painter.drawPolygon(QPolygonF([top, box.bottomRight(), box.bottomLeft()]))
        case Severity.NOTE:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
