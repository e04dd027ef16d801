"""One option: what it is for, its value, a way to unset it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gui import theme
from gui.language import tr
from gui.records.modelfile import ParameterField
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.number_field import NumberField
from gui.widgets.modelfile.sections import form_label

_FIELD_WIDTH = 108
_TRUE = ("true", "1", "t", "T", "TRUE", "True")
_FALSE = ("false", "0", "f", "F", "FALSE", "False")


class TruthField(Choice):
    """Yes, no, or nothing said; a value that is neither is shown as it is written."""

    edited = Signal(str)

    def __init__(self, field: ParameterField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(field.name)
        self.setAccessibleDescription(field.about)
        self.setFixedWidth(_FIELD_WIDTH)
        for text, value in ((tr("not set"), ""), ("true", "true"), ("false", "false")):
            self.addItem(text, value)
        self.activated.connect(lambda _: self.edited.emit(self.currentData()))

    def show_text(self, text: str) -> None:
        """Have this value."""
        plain = "true" if text in _TRUE else "false" if text in _FALSE else text
        while self.count() > 3:
            self.removeItem(3)
        if self.findData(plain) < 0:
            self.addItem(text, plain)
        self.setCurrentIndex(self.findData(plain))


class ParameterRow(QWidget):
    """`edited` tells name and value, "" when it is unset."""

    edited = Signal(str, str)

    def __init__(self, field: ParameterField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.value = ""
        name = form_label("name", field.name)
        name.setFont(theme.code_font(0.95))
        about = f"{field.about} ({field.range_text})" if field.range_text else field.about
        self.editor = TruthField(field) if field.kind == "bool" else NumberField(field)
        self.unset = IconButton("x", tr("Unset {name}", name=field.name))
        self.problem = form_label("problem")
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(name, 0, 0)
        grid.addWidget(form_label("quiet", about), 1, 0)
        grid.addWidget(self.editor, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.unset, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.problem, 2, 0, 1, 3)
        self.editor.edited.connect(self._tell)
        self.unset.clicked.connect(self._clear)
        self._draw()

    def show_value(self, value: str) -> None:
        """What the Modelfile says."""
        self.value = value
        self.editor.show_text(value)
        self._draw()

    def show_problem(self, text: str) -> None:
        """Why it cannot have what was entered."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _tell(self, text: str) -> None:
        self.value = text.strip()
        self._draw()
        self.edited.emit(self.field.name, self.value)

    def _clear(self) -> None:
        self.editor.show_text("")
        self.editor.setFocus()
        self._tell("")

    def _draw(self) -> None:
        self.unset.setEnabled(bool(self.value))
