"""Why there is nothing to show, in a sentence, with the buttons that help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.records import HubHelp, HubProblem
from gui.widgets.hub import words
from gui.widgets.models.labels import plain_label


class ProblemView(QWidget):
    """The first button is the one that helps most; also says what is going on."""

    help_chosen = Signal(object)  # HubHelp

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = HubProblem("")
        self.message = plain_label("message", wraps=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons: dict[HubHelp, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for help_ in HubHelp:
            button = QPushButton(words.help_word(help_))
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, h=help_: self.help_chosen.emit(h))
            self.buttons[help_] = button
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 0, 32, 0)
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(self.message)
        column.addLayout(row)
        column.addStretch(3)
        self.show_text("")

    def show_problem(self, problem: HubProblem) -> None:
        """Say it, and offer what helps."""
        self.problem = problem
        self.message.setText(problem.text)
        for help_, button in self.buttons.items():
            button.setVisible(help_ in problem.helps)
            button.setProperty("primary", help_ is next(iter(problem.helps), None))
            button.style().unpolish(button)
            button.style().polish(button)

    def show_text(self, text: str) -> None:
        """Say something that is no problem."""
        self.show_problem(HubProblem(text))
