"""Why fields cannot be used now, with one button that leads out of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from gui.widgets.modelfile.sections import form_label


class FaultBar(QFrame):
    """Hidden while there is nothing to say."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self.text = form_label("barline")
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self.pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self.text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def show_text(self, text: str, button: str, *, is_fault: bool) -> None:
        """Say it; "" says nothing."""
        self.text.setText(text)
        self.button.setText(button)
        self.setVisible(bool(text))
        if (kind := "fault" if is_fault else "hint") != self._kind:
            self._kind = kind
            self.setObjectName(f"preset-{kind}")
            for widget in (self, self.text):
                widget.setProperty("fault", is_fault)
                self.style().unpolish(widget)
                self.style().polish(widget)
