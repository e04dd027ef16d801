"""How freely words are chosen: three words, a slider, a number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget
from typing_extensions import override

from gui.language import tr
from gui.records.modelfile import ParameterField
from gui.widgets.modelfile.number_field import NumberField
from gui.widgets.models.labels import plain_label

_STEPS = 20
"""Positions of the slider from 0 to 1."""
_MOST = 2.0


class _Slider(QSlider):
    """Scrolling a form does not change it."""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TemperatureField(QWidget):
    """`edited` tells the number, None for "as the model has it"."""

    edited = Signal(object)  # float | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value: float | None = None
        self.words: dict[float, QPushButton] = {}
        for text, value in (
            (tr("Precise"), 0.2),
            (tr("Balanced"), 0.7),
            (tr("Creative"), 1.1),
        ):
            button = QPushButton(f"{text} {value:g}")
            button.setProperty("choice", True)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, v=value: self._choose(v))
            self.words[value] = button
        self.unset = QPushButton(tr("As the model has it"))
        self.unset.setProperty("choice", True)
        self.unset.setCheckable(True)
        self.unset.setAutoDefault(False)
        self.unset.clicked.connect(lambda: self._choose(None))
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round(_MOST * _STEPS))
        self.slider.setPageStep(2)
        self.slider.setAccessibleName(tr("Temperature"))
        self.slider.valueChanged.connect(self._slide)
        about = tr("0 is strict, 1 is free")
        field = ParameterField("temperature", "float", "", 0, _MOST, "0 – 2", about)
        self.number = NumberField(field)
        self.number.setAccessibleName(tr("Temperature"))
        self.number.edited.connect(self._type)
        self.problem = plain_label("problem", wraps=True)
        self.problem.hide()
        self._arrange()
        self._draw()

    def _arrange(self) -> None:
        words = QHBoxLayout()
        words.setSpacing(6)
        for button in (*self.words.values(), self.unset):
            words.addWidget(button)
        words.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.slider, 1)
        line.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(words)
        column.addLayout(line)
        column.addWidget(self.problem)

    def show_value(self, value: float | None) -> None:
        """Have this number; what is typed for it stays as it is."""
        if value != self.value or self.problem.isHidden():
            self.value = value
            self._draw()

    def _draw(self) -> None:
        value = self.value
        self.problem.hide()
        self.slider.blockSignals(True)
        self.slider.setValue(round((0.8 if value is None else value) * _STEPS))
        self.slider.setProperty("unset", value is None)
        self.slider.style().unpolish(self.slider)
        self.slider.style().polish(self.slider)
        self.slider.blockSignals(False)
        if _number(self.number.text()) != value:
            self.number.show_text("" if value is None else f"{value:g}")
        for number, button in self.words.items():
            button.setChecked(number == value)
        self.unset.setChecked(value is None)

    def _choose(self, value: float | None) -> None:
        self.number.show_text("" if value is None else f"{value:g}")
        self._have(value)

    def _slide(self, position: int) -> None:
        self._choose(round(position / _STEPS, 2))

    def _type(self, text: str) -> None:
        value = _number(text)
        if value is None and text.strip():
            self.problem.setText(tr("This is not a number."))
            self.problem.show()
        else:
            self._have(value)

    def _have(self, value: float | None) -> None:
        is_other = value != self.value
        self.value = value
        self._draw()
        if is_other:
            self.edited.emit(value)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None
