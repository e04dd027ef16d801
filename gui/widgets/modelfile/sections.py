"""Parts of the form: a heading with what it is about, and one that folds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme


def form_label(kind: str, text: str = "") -> QLabel:
    """Plain text that wraps; `kind` is a property of the style sheet."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty(kind, True)
    return label


class Section(QWidget):
    """A heading, the word it has in a Modelfile, what it is about, a problem, then its fields."""

    def __init__(
        self, title: str, word: str, about: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(form_label("section", title))
        keyword = form_label("keyword", word)
        keyword.setWordWrap(False)
        keyword.setFont(theme.code_font(0.85))
        head.addWidget(keyword)
        head.addStretch(1)
        self.head = head
        self.problem = form_label("problem")
        self.problem.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.column.addLayout(head)
        if about:
            self.column.addWidget(form_label("quiet", about))
        self.column.addWidget(self.problem)

    def show_problem(self, text: str) -> None:
        """Why what was entered last cannot be said; "" if it can."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


class Fold(QPushButton):
    """A line that shows or hides what is below it."""

    folded = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("fold", True)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setIconSize(QSize(12, 12))
        self.toggled.connect(self._tell)
        self._draw()

    def _tell(self, is_open: bool) -> None:
        self._draw()
        self.folded.emit(not is_open)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        name = "caret-down" if self.isChecked() else "caret-right"
        self.setIcon(theme.icon(name, theme.colours(self.palette()).quiet))
