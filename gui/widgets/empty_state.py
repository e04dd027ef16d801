"""What stands where the words will be: who is there, and three things to try."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.language import tr


class EmptyState(QWidget):
    """The first page of a conversation; a suggestion goes into the prompt, not out."""

    suggestion_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self.show_model("", "")

    def _build(self) -> None:
        mark = QLabel()
        mark.setPixmap(theme.app_icon().pixmap(QSize(56, 56)))
        mark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = _label("title")
        self._about = _label("quiet")
        self._about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (mark, self._title, self._about):
            column.addWidget(widget)
        column.addSpacing(24)
        for text in (
            tr("Explain what a language model is, in three sentences."),
            tr("Write a short poem about a warm floor in winter."),
            tr("What is the difference between a list and a tuple in Python?"),
        ):
            column.addWidget(self._suggestion(text), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def _suggestion(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("suggestion", True)
        button.setCursor(QCursor(Qt.CursorShape.PointingHandCursor))
        button.setFixedWidth(480)
        button.clicked.connect(lambda: self.suggestion_chosen.emit(text))
        return button

    def show_model(self, name: str, where: str) -> None:
        """Name the model that will answer; `where` says which server has it."""
        self._title.setText(name or tr("Looking for a model…"))
        self._about.setText(where)


def _label(kind: str) -> QLabel:
    label = QLabel()
    label.setProperty(kind, True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
