"""What few steps need: a model, a system prompt, the conversation, options of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Step
from gui.records.modelfile import ParameterField
from gui.widgets.chain.template_field import TemplateField
from gui.widgets.check_box import CheckBox
from gui.widgets.modelfile.sections import form_label
from gui.widgets.presets.model_choice import ModelChoice
from gui.widgets.presets.options_form import OptionsForm


class StepDetails(QWidget):
    """`edited` tells the step with what was changed here."""

    edited = Signal(object)  # Step

    def __init__(self, fields: Sequence[ParameterField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = Step("", "")
        self.model = ModelChoice(tr("Model of the step"), tr("that of the preset"))
        self.system = TemplateField(tr("System prompt of the step"), (2, 10))
        self.system.setPlaceholderText(tr("that of the preset"))
        self.history = CheckBox(tr("The conversation so far stands before the prompt"))
        self.options = OptionsForm(fields)
        self.model.edited.connect(lambda name: self._tell(replace(self._step, model=name)))
        self.system.edited.connect(lambda text: self._tell(replace(self._step, system=text)))
        self.history.clicked.connect(lambda on: self._tell(replace(self._step, history=on)))
        self.options.edited.connect(lambda set_: self._tell(replace(self._step, options=set_)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for label, widget in (
            (tr("Model"), self.model),
            (tr("System prompt"), self.system),
        ):
            column.addWidget(form_label("name", label))
            column.addWidget(widget)
        column.addWidget(self.history)
        column.addSpacing(4)
        column.addWidget(form_label("name", tr("Options of the step")))
        column.addWidget(form_label("quiet", tr("What is set here holds instead of the preset's.")))
        column.addWidget(self.options)

    def show_step(self, step: Step, names: Sequence[str], models: Sequence[str]) -> None:
        """What the step says now, what its prompts can name, which models there are."""
        self._step = step
        self.model.show_choices(models)
        self.model.show_text(step.model)
        self.system.show_names(names)
        self.system.show_text(step.system)
        self.history.setChecked(step.history)
        self.options.show_options(step.options)

    def _tell(self, step: Step) -> None:
        self._step = step
        self.edited.emit(step)


def details_line(step: Step) -> str:
    """What is set there, in few words; "" for nothing."""
    parts = [step.model]
    parts += [tr("own system prompt")] if step.system else []
    parts += [tr("with the conversation")] if step.history else []
    told = step.options.as_request().items()
    parts += [f"{name} {value}" for name, value in told if name != "stop"]
    return " · ".join(part for part in parts if part)
