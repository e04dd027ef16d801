"""A number that may be left out, and is kept as it is written."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records.modelfile import ParameterField
from gui.widgets.modelfile.choice import paint_caret

_WIDTH = 108
_INDENT = 6
_TENTHS = 0.1
_FINE = 0.05
_COARSE = 1024


class NumberField(QAbstractSpinBox):
    """Empty is unset, with the default in grey; `edited` tells what the person changed.

    What cannot be a number is not refused here: a Modelfile may say it, and its check tells.
    """

    edited = Signal(str)

    def __init__(self, field: ParameterField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.setProperty("field", True)
        self.setAccessibleName(field.name)
        self.setAccessibleDescription(f"{field.about} {field.range_text}".strip())
        self.setFixedWidth(_WIDTH)
        self.lineEdit().setPlaceholderText(field.default or tr("not set"))
        self.lineEdit().setTextMargins(_INDENT, 0, 0, 0)
        self.lineEdit().textEdited.connect(self.edited)

    def show_text(self, text: str) -> None:
        """Have this in the field."""
        if text != self.text():
            self.lineEdit().setText(text)

    @override
    def stepBy(self, steps: int) -> None:
        text = self._after(steps)
        if text != self.text():
            self.lineEdit().setText(text)
            self.edited.emit(text)

    def _after(self, steps: int) -> str:
        """The value so many steps on, inside of the range."""
        field = self._field
        try:
            now = float(self.text() or field.default or 0)
        except ValueError:
            return self.text()
        low = now if field.low is None else field.low
        high = now if field.high is None else field.high
        then = min(max(now + steps * self._step(now), low), high)
        return f"{then:.0f}" if field.kind == "int" else f"{round(then, 3):g}"

    def _step(self, now: float) -> float:
        if self._field.kind == "float":
            is_share = self._field.high is not None and self._field.high <= 1
            return _FINE if is_share else _TENTHS
        return _COARSE if self._field.name == "num_ctx" or now >= 4 * _COARSE else 1

    @override
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flag = QAbstractSpinBox.StepEnabledFlag
        return flag.StepUpEnabled | flag.StepDownEnabled

    @override
    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, position

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        half = self.height() // 2
        paint_caret(self, painter, QRect(self.width() - 24, 3, 22, half - 3), up=True)
        paint_caret(self, painter, QRect(self.width() - 24, half, 22, half - 3))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling a form changes nothing in it."""
        event.ignore()
