"""When proposals open and close, and what is done when one is taken."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QTextCursor
from typing_extensions import override

from gui.records import Completion
from gui.widgets.source.field import SourceField
from gui.widgets.source.language import SourceLanguage
from gui.widgets.source.proposals import ProposalList, spoken
from gui.widgets.source.units import characters, units

_MOST_CHARACTERS = 20_000
"""Of a text in which proposals come by themselves; in a longer one a key asks for them."""
_OPENING = (".", "_")
"""Signs that open proposals as letters do."""
_Key = Qt.Key


class Completer(QObject):
    """Listens to the keys of a field. While a syllable is being composed it does nothing."""

    def __init__(self, field: SourceField, language: SourceLanguage) -> None:
        super().__init__(field)
        self._field = field
        self._language = language
        self._revision = 0
        self.list = ProposalList(field)
        self.list.taken.connect(self._take)
        field.installEventFilter(self)
        field.typed.connect(self._follow)
        field.cursorPositionChanged.connect(self._close_if_moved)
        field.verticalScrollBar().valueChanged.connect(self._close_if_moved)

    @property
    def is_open(self) -> bool:
        """Whether proposals are shown."""
        return self.list.isVisible()

    def ask(self) -> None:
        """Show what could be typed here, if there is anything."""
        if self._field.isReadOnly() or self._field.composing:
            self.close()
            return
        text = self._field.text()
        cursor = characters(text, self._field.textCursor().position())
        proposals = self._language.complete(text, cursor)
        typed = [text[each.replace_from : cursor] for each in proposals]
        if not proposals or [each.text for each in proposals] == typed:
            self.close()
            return
        word = self._word(units(text, proposals[0].replace_from))
        self._revision = self._field.document().revision()
        self.list.show_at(proposals, word)
        self._speak()

    def close(self) -> None:
        """Take the list away."""
        self.list.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._is_taken(event)
        if kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.is_open and event.key() == _Key.Key_Escape:
                event.accept()
                return True
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.InputMethod):
            self.close()
        return super().eventFilter(watched, event)

    def _is_taken(self, event: QKeyEvent) -> bool:
        """Whether a key was meant for the list."""
        key, modifiers = event.key(), event.modifiers()
        if key == _Key.Key_Space and modifiers == Qt.KeyboardModifier.ControlModifier:
            self.ask()
            return True
        if not self.is_open or modifiers not in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            return False
        steps: dict[int, int] = {
            _Key.Key_Down: 1,
            _Key.Key_Up: -1,
            _Key.Key_PageDown: self.list.page,
            _Key.Key_PageUp: -self.list.page,
        }
        if key in steps:
            self.list.step(steps[key])
            self._speak()
        elif key == _Key.Key_Escape:
            self.close()
        elif key == _Key.Key_Tab or (
            key in (_Key.Key_Return, _Key.Key_Enter) and not self._is_written()
        ):
            self._take()
        else:
            return False
        return True

    def _is_written(self) -> bool:
        """Whether the chosen proposal stands there already; then Enter ends the line."""
        proposal = self.list.current
        return proposal is not None and proposal.text.rstrip() == self._replaced(proposal)[0]

    def _replaced(self, proposal: Completion) -> tuple[str, int]:
        """The text a proposal takes the place of, and where that begins, in units."""
        text = self._field.text()
        cursor = characters(text, self._field.textCursor().position())
        return text[proposal.replace_from : cursor], units(text, proposal.replace_from)

    def _take(self) -> None:
        proposal = self.list.current
        self.close()
        if proposal is None or self._field.isReadOnly():
            return
        _, start = self._replaced(proposal)
        cursor = self._field.textCursor()
        end = cursor.position()
        cursor.setPosition(min(start, end))
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(proposal.text)
        self._field.setTextCursor(cursor)
        if proposal.text.endswith(" ") and self._is_short():
            self.ask()

    def _follow(self, typed: str) -> None:
        """After a key changed the text."""
        is_opening = typed.isalpha() or typed in _OPENING
        if self._is_short() and (is_opening or (self.is_open and typed != " ")):
            self.ask()
        else:
            self.close()

    def _is_short(self) -> bool:
        return self._field.document().characterCount() <= _MOST_CHARACTERS

    def _close_if_moved(self) -> None:
        """A key that changed the text is seen by `_follow`."""
        if self.is_open and self._field.document().revision() == self._revision:
            self.close()

    def _word(self, position: int) -> QRect:
        """Where on the screen the character at `position` is."""
        cursor = self._field.textCursor()
        cursor.setPosition(min(position, cursor.position()))
        box = self._field.cursorRect(cursor)
        return QRect(self._field.viewport().mapToGlobal(box.topLeft()), box.size())

    def _speak(self) -> None:
        """For a screen reader, which follows the focus and so does not see the list."""
        proposal = self.list.current
        if proposal is not None and QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self._field, spoken(proposal))
            QAccessible.updateAccessibility(event)
