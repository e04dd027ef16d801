"""What most presets are: a name, a description, a system prompt, a model, a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import INPUT, Preset
from gui.records.preset_editing import PresetView
from gui.widgets.chain.names_menu import NamesButton
from gui.widgets.chain.template_field import TemplateField
from gui.widgets.modelfile.sections import form_label
from gui.widgets.presets.model_choice import ModelChoice
from gui.widgets.presets.temperature import TemperatureField


class PromptForm(QWidget):
    """`edited` tells the whole preset with what was changed here."""

    edited = Signal(object)  # Preset

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = Preset("", "")
        self._build()
        self._arrange()
        self.name.textEdited.connect(lambda text: self._tell(name=text))
        self.description.textEdited.connect(lambda text: self._tell(description=text))
        self.system.edited.connect(lambda text: self._tell(system=text))
        self.model.edited.connect(lambda name: self._tell(model=name))
        self.temperature.edited.connect(
            lambda value: self._tell(options=replace(self._preset.options, temperature=value))
        )
        self.insert.chosen.connect(self.system.insert_name)

    def _build(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setAccessibleName(tr("Name"))
        self.description = QLineEdit()
        self.description.setMaxLength(400)
        self.description.setAccessibleName(tr("Description"))
        self.description.setPlaceholderText(tr("What it is good for, in one line"))
        self.system = TemplateField(tr("System prompt"), (6, 22))
        self.system.setPlaceholderText(tr("What the model should be and do, before every message"))
        self.insert = NamesButton()
        self.model = ModelChoice(tr("Model"), tr("the one chosen in the window"))
        self.temperature = TemperatureField()
        self.steps_hint = form_label(
            "quiet", tr("It holds for the steps of the chain that have none of their own.")
        )

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(form_label("name", tr("System prompt")), 1)
        head.addWidget(self.insert, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(form_label("name", tr("Name")))
        column.addWidget(self.name)
        column.addSpacing(10)
        column.addWidget(form_label("name", tr("Description")))
        column.addWidget(self.description)
        column.addSpacing(6)
        column.addLayout(head)
        column.addWidget(self.steps_hint)
        column.addWidget(self.system)
        column.addSpacing(10)
        column.addWidget(form_label("name", tr("Temperature")))
        column.addWidget(form_label("quiet", _about_temperature()))
        column.addSpacing(2)
        column.addWidget(self.temperature)
        column.addSpacing(10)
        column.addWidget(form_label("name", tr("Model")))
        column.addWidget(self.model)

    def show_view(self, view: PresetView) -> None:
        """What the preset says now."""
        preset = self._preset = view.preset
        for field, text in ((self.name, preset.name), (self.description, preset.description)):
            if field.text() != text:
                field.setText(text)
                field.setCursorPosition(0)
        names = tuple(variable.name for variable in preset.variables if variable.name != INPUT)
        self.system.show_names(names)
        self.system.show_text(preset.system)
        self.insert.show_names(names)
        self.insert.setVisible(bool(names))
        self.steps_hint.setVisible(bool(preset.chain))
        self.model.show_text(preset.model)
        self.temperature.show_value(preset.options.temperature)

    def show_models(self, names: Sequence[str]) -> None:
        """The models to choose from."""
        self.model.show_choices(names)

    def _tell(self, **changed: object) -> None:
        self.edited.emit(replace(self._preset, **changed))  # type: ignore[arg-type]


def _about_temperature() -> str:
    return tr("How freely words are chosen: 0 is strict, 1 is lively.")
