"""What to serve: preset, model, port; and the one button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from gui.language import tr
from gui.records import ModelInfo, Preset
from gui.records.serve_window import ServeState, ServeView
from gui.widgets.modelfile.choice import Choice
from gui.widgets.models.labels import plain_label

_MOST_PORT = 65535
_BUTTON = 120


class ServeForm(QWidget):
    """Can be changed while nothing is served."""

    start_requested = Signal(str, str, int)  # preset id, model, port; 0 is any
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ServeView()
        self._presets: tuple[Preset, ...] = ()
        self.preset = Choice()
        self.preset.setAccessibleName(tr("Preset"))
        self.model = Choice()
        self.model.setAccessibleName(tr("Model"))
        for choice in (self.preset, self.model):
            choice.setSizeAdjustPolicy(
                Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            choice.setMinimumContentsLength(8)
        self.port = QLineEdit()
        self.port.setValidator(QIntValidator(0, _MOST_PORT, self))
        self.port.setPlaceholderText(tr("any"))
        self.port.setAccessibleName(tr("Port; empty is any free one"))
        self.port.setFixedWidth(84)
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.setMinimumWidth(_BUTTON)
        self._arrange()
        self.button.clicked.connect(self._press)
        self.port.returnPressed.connect(self._press)
        self.preset.currentIndexChanged.connect(lambda _: self._prefer_model())

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        fields = (
            (tr("Preset or chain"), self.preset),
            (tr("Model"), self.model),
            (tr("Port"), self.port),
        )
        for column, (name, field) in enumerate(fields):
            grid.addWidget(plain_label("quiet", name), 0, column)
            grid.addWidget(field, 1, column)
        grid.addWidget(self.button, 1, len(fields))
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 3)

    def show_presets(self, presets: Sequence[Preset], wanted: str = "") -> None:
        """Every preset, chains with their number of steps; `wanted` is chosen, else as before."""
        kept = wanted or self.preset.currentData()
        self._presets = tuple(presets)
        self.preset.blockSignals(True)
        self.preset.clear()
        for preset in presets:
            self.preset.addItem(_title(preset), preset.id)
        self.preset.setCurrentIndex(max(0, self.preset.findData(kept)))
        self.preset.blockSignals(False)

    def choose_preset(self, preset_id: str) -> None:
        """Propose this one."""
        if self._view.state.is_idle and (index := self.preset.findData(preset_id)) >= 0:
            self.preset.setCurrentIndex(index)
            self._prefer_model()

    def show_models(self, models: Sequence[ModelInfo], chosen: str) -> None:
        """Models that can chat; `chosen` is proposed at first."""
        kept = self.model.currentText() or chosen
        names = [model.name for model in models if model.can_chat]
        self.model.clear()
        self.model.addItems(names)
        self.model.setCurrentIndex(names.index(kept) if kept in names else 0)

    def show_view(self, view: ServeView) -> None:
        """Whether it can be started or stopped."""
        self._view = view
        idle = view.state.is_idle
        if not idle:
            self._show_served(view)
        for field in (self.preset, self.model, self.port):
            field.setEnabled(idle)
        self.button.setText(
            {
                ServeState.STARTING: tr("Starting…"),
                ServeState.SERVING: tr("Stop"),
                ServeState.STOPPING: tr("Stopping…"),
            }.get(view.state, tr("Start"))
        )
        self.button.setProperty("primary", idle)
        self.button.style().unpolish(self.button)
        self.button.style().polish(self.button)
        self.button.setEnabled(view.state is not ServeState.STOPPING)

    def _show_served(self, view: ServeView) -> None:
        """The form says what is served, whoever chose it."""
        for choice, index in (
            (self.preset, self.preset.findData(view.preset_id)),
            (self.model, self.model.findText(view.model)),
        ):
            choice.blockSignals(True)
            choice.setCurrentIndex(index)
            choice.blockSignals(False)

    def _prefer_model(self) -> None:
        """The one that the preset names, if it is there."""
        wanted = next((p.model for p in self._presets if p.id == self.preset.currentData()), "")
        for name in (wanted, f"{wanted}:latest"):
            if wanted and (index := self.model.findText(name)) >= 0:
                self.model.setCurrentIndex(index)
                return

    def _press(self) -> None:
        if self._view.state.is_idle:
            port = int(self.port.text() or 0)
            self.start_requested.emit(self.preset.currentData(), self.model.currentText(), port)
        elif self._view.state is not ServeState.STOPPING:
            self.stop_requested.emit()


def _title(preset: Preset) -> str:
    if not preset.chain:
        return preset.name
    return tr("{name} · {count} steps", name=preset.name, count=len(preset.chain.steps))
