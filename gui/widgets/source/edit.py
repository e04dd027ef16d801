"""An editor: text in a language, with what is found in it below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import Diagnostic
from gui.widgets.source.colouring import Colouring
from gui.widgets.source.completing import Completer
from gui.widgets.source.field import SourceField
from gui.widgets.source.findings_list import FindingsList
from gui.widgets.source.language import SourceLanguage


class SourceEdit(QWidget):
    """Colours, proposals, numbers and findings; F8 and Shift+F8 go from finding to finding.

    Tab puts in blanks: Ctrl+Tab, or Escape and then Tab, leaves the field.
    """

    text_changed = Signal(str)
    """By the person or by `set_text`; not by `load_text`."""
    edit: QPlainTextEdit
    """The field itself."""
    findings: FindingsList

    def __init__(self, language: SourceLanguage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = self._field = SourceField()
        self._field.setAccessibleName(tr("Text"))
        self.setFocusProxy(self._field)
        self.completer = Completer(self._field, language)
        self.colouring = Colouring(self._field, self._field.document(), language, self._field.look)
        self._look = self._field.look
        self.findings = FindingsList()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._field, 1)
        layout.addWidget(self.findings)
        self._field.changed.connect(self.text_changed)
        self.findings.chosen.connect(self._go_to_finding)
        self.findings.left.connect(self._field.setFocus)
        for key, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._step(step))

    def text(self) -> str:
        """What is written; every line ends with a line feed alone."""
        return self._field.text()

    def set_text(self, text: str) -> None:
        """The smallest edit that makes it so: cursor, scroll and undo kept; nothing if equal."""
        self.completer.close()
        self._field.set_text(text)

    def load_text(self, text: str) -> None:
        """A new document: undo and findings cleared, cursor at the start."""
        self.completer.close()
        self._field.load_text(text)
        self.findings.show_findings(())

    def show_findings(self, findings: Sequence[Diagnostic]) -> None:
        """Underline them, mark their lines and list them; they are about the text of now."""
        self._field.show_findings(tuple(findings))
        self.findings.show_findings([mark.finding for mark in self._field.marks.all])

    def go_to(self, line: int, column: int = 0) -> None:
        """The cursor and the focus to a line from 1 and a column from 0, in characters."""
        self._field.go_to(self._field.marks.place(line, column))

    def set_read_only(self, is_read_only: bool) -> None:
        """To be read and copied only."""
        self.completer.close()
        self._field.set_read_only(is_read_only=is_read_only)

    def _step(self, step: int) -> None:
        number = self._field.marks.beside(self._field.textCursor().position(), step)
        if number is not None:
            self._go_to_finding(number)

    def _go_to_finding(self, number: int) -> None:
        self.findings.setCurrentRow(number)
        self._field.go_to(self._field.marks.all[number].cursor.selectionStart())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._field.look != self._look:
            self._look = self._field.look
            self.colouring.recolour(self._look)
            self._field.redraw_findings()
