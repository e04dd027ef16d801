"""How freely this conversation's words are chosen, in one click."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from typing_extensions import override

from gui.language import tr


class TemperatureChips(QWidget):
    """The preset's own temperature, or one of three. `chosen` tells it, None for the preset's."""

    chosen = Signal(object)  # float | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: dict[float | None, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for value, word in (
            (None, tr("Preset’s")),
            (0.2, tr("Precise")),
            (0.7, tr("Balanced")),
            (1.1, tr("Creative")),
        ):
            chip = QPushButton(word)
            chip.setProperty("chip", True)
            chip.setCheckable(True)
            chip.setAutoDefault(False)
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.clicked.connect(lambda _=False, v=value: self._choose(v))
            self.chips[value] = chip
            row.addWidget(chip)
        self._value: float | None = None
        self.show_value(None, None)

    def show_value(self, value: float | None, of_preset: float | None) -> None:
        """Mark the one that holds; `of_preset` is None where the preset leaves it to the model."""
        self._value = value
        for number, chip in self.chips.items():
            chip.setChecked(number == value)
            if number is not None:
                about = tr("Temperature {number}, in this conversation only", number=f"{number:g}")
            elif of_preset is None:
                about = tr("Temperature as the model has it")
            else:
                about = tr("Temperature {number}, as the preset has it", number=f"{of_preset:g}")
            chip.setToolTip(about)
            chip.setAccessibleName(f"{chip.text()}. {about}")

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _choose(self, value: float | None) -> None:
        for number, chip in self.chips.items():
            chip.setChecked(number == self._value)  # what holds is said by `show_value`
        self.chosen.emit(value)
