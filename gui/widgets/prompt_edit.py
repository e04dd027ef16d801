"""The box in which a prompt is written: Enter sends, Shift+Enter breaks the line."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

from gui.language import tr

MOST_CHARACTERS = 200_000
MOST_IN_A_LINE = 20_000
_MOST_LINES = 10


class PromptEdit(QPlainTextEdit):
    """A plain text box as high as its text, up to ten lines.

    A Korean syllable still being composed belongs to the prompt: one Enter commits and
    submits it. (Input methods that use Enter to choose a candidate keep that key event.)
    """

    submitted = Signal()
    edit_last_requested = Signal()  # Up in an empty box
    paste_refused = Signal(int, int)  # characters in all, characters in the longest line

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = ""
        self.setObjectName("prompt")
        self.setPlaceholderText(tr("Write a message…"))
        self.setAccessibleName(tr("Message"))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(4)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        self.viewport().setAutoFillBackground(False)

    def text(self) -> str:
        """What is written, the syllable being composed included."""
        whole = self.toPlainText()
        if not self._composing:
            return whole
        at = self.textCursor().position()
        return whole[:at] + self._composing + whole[at:]

    def set_text(self, text: str) -> None:
        """Replace what is written; the cursor goes to its end."""
        self._composing = ""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    @override
    def sizeHint(self) -> QSize:
        lines = max(1, min(_MOST_LINES, round(self.document().size().height())))
        spacing = self.fontMetrics().lineSpacing()
        margins = self.contentsMargins()
        height = lines * spacing + 2 * int(self.document().documentMargin())
        return QSize(200, height + margins.top() + margins.bottom() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        breaks = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if enter and not breaks:
            if not event.isAutoRepeat():
                self._submit()
            event.accept()
        elif event.key() == Qt.Key.Key_Up and not self.text():
            self.edit_last_requested.emit()
        else:
            super().keyPressEvent(event)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = event.preeditString()
        super().inputMethodEvent(event)

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        longest = max(map(len, text.split("\n")), default=0)
        room = MOST_CHARACTERS - self.document().characterCount()
        if len(text) > room or longest > MOST_IN_A_LINE:
            self.paste_refused.emit(len(text), longest)
        else:
            self.insertPlainText(text)

    def _submit(self) -> None:
        if self._composing:
            QGuiApplication.inputMethod().commit()
        if left := self._composing:
            self._composing = ""
            commit = QInputMethodEvent()
            commit.setCommitString(left)
            super().inputMethodEvent(commit)
            QGuiApplication.inputMethod().reset()
        self.submitted.emit()
