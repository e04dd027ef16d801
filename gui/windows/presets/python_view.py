"""A preset as a Python script: to be read, copied, saved."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.language import tr
from gui.widgets.models.labels import plain_label

_DONE_MS = 2000


class PythonView(QWidget):
    """`save_requested` asks for a place."""

    save_requested = Signal()
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        about = plain_label(
            "quiet",
            tr(
                "The same chain with LangChain, as a script that runs by itself. It asks the "
                "server named in it."
            ),
            wraps=True,
        )
        self.copy = QPushButton(tr("Copy"))
        self.save = QPushButton(tr("Save…"))
        for button in (self.copy, self.save):
            button.setAutoDefault(False)
        self.copy.clicked.connect(self.copy_script)
        self.save.clicked.connect(self.save_requested)
        self.script = QPlainTextEdit()
        self.script.setObjectName("details")
        self.script.setReadOnly(True)
        self.script.setFont(theme.code_font(0.95))
        self.script.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.script.setTabChangesFocus(True)
        self.script.setAccessibleName(tr("The preset as Python"))
        flags = Qt.TextInteractionFlag
        self.script.setTextInteractionFlags(
            flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
        )
        self.why_not = plain_label("message", wraps=True)
        self.why_not.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.script)
        self.stack.addWidget(self.why_not)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(about, 1)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(self.stack, 1)

    @property
    def text(self) -> str:
        """The script, "" for none."""
        return self.script.toPlainText()

    def show_script(self, text: str, why_not: str) -> None:
        """The script, or why there is none."""
        if text != self.text:
            scrolled = self.script.verticalScrollBar().value()
            self.script.setPlainText(text)
            self.script.verticalScrollBar().setValue(scrolled)
        self.why_not.setText(why_not)
        self.stack.setCurrentIndex(1 if why_not else 0)
        for button in (self.copy, self.save):
            button.setEnabled(bool(text))

    def copy_script(self) -> None:
        """To the clipboard."""
        QGuiApplication.clipboard().setText(self.text)
        self.copied.emit()
