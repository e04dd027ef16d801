"""One step of a chain: what it is called, what it asks, what it gives, what is found about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui import theme
from gui.language import tr
from gui.records import OutputKind, Severity, Step
from gui.records.modelfile import ParameterField
from gui.records.preset_editing import StepProblem
from gui.widgets.chain.names_menu import NamesButton
from gui.widgets.chain.step_details import StepDetails, details_line
from gui.widgets.chain.step_head import StepDeed, StepHead
from gui.widgets.chain.template_field import TemplateField
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.sections import Fold, form_label
from gui.widgets.modelfile.text_field import TextField


@dataclass(frozen=True, slots=True)
class StepSight:
    """What a card shows besides its step: its number, what it can name, which steps answer yes
    or no before it, the models there are."""

    number: str
    names: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


_FIELD_WIDTH = 68


class StepCard(QFrame):
    """`edited` tells the step as it is typed; a name, which others use, when it is finished."""

    edited = Signal(object)  # Step
    renamed = Signal(str)
    asked = Signal(object)  # StepDeed

    def __init__(
        self,
        fields: Sequence[ParameterField],
        can: Callable[[StepDeed], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields = fields
        self._can = can
        self._sight = StepSight("")
        self._is_open = True
        self.step = Step("", "")
        self.details: StepDetails | None = None
        self.setObjectName("step-card")
        self._build()
        self._arrange()
        self._connect()

    def _build(self) -> None:
        self.head = StepHead(self._can)
        self.problems = form_label("problem")
        self.problems.hide()
        self.name = QLineEdit()
        self.name.setMaxLength(64)
        self.name.setFont(theme.code_font(0.95))
        self.name.setAccessibleName(tr("Name of the output"))
        self.prompt = TemplateField(tr("Prompt of the step"), (3, 14))
        self.prompt.setPlaceholderText(tr("What it is to do; {input} is what you say"))
        self.insert = NamesButton()
        self.output = Choice()
        self.output.setAccessibleName(tr("What it gives"))
        for text, kind in (
            (tr("Text"), OutputKind.TEXT),
            (tr("A list"), OutputKind.LIST),
            (tr("JSON"), OutputKind.JSON),
            (tr("Yes or no"), OutputKind.BOOLEAN),
        ):
            self.output.addItem(text, kind.value)
        self.schema = TextField(tr("JSON schema"), (3, 14))
        self.schema.setFont(theme.code_font(0.9))
        self.schema.setPlaceholderText('{"type": "object", "properties": {}}')
        self.when = Choice()
        for choice in (self.output, self.when):
            choice.setSizeAdjustPolicy(
                Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.when.setAccessibleName(tr("When it runs"))
        self.fold = Fold("")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 12)
        column.setSpacing(6)
        column.addWidget(self.head)
        column.addWidget(self.problems)
        prompt = QHBoxLayout()
        prompt.addWidget(form_label("quiet", tr("Prompt")), 1)
        prompt.addWidget(self.insert)
        column.addLayout(prompt)
        column.addWidget(self.prompt)
        row = QHBoxLayout()
        row.setSpacing(8)
        parts: list[QWidget] = []
        for label, widget in (
            (tr("Gives"), self.output),
            (tr("Called"), self.name),
            (tr("Runs"), self.when),
        ):
            holder = QWidget()
            part = QVBoxLayout(holder)
            part.setContentsMargins(0, 0, 0, 0)
            part.setSpacing(2)
            part.addWidget(form_label("quiet", label))
            part.addWidget(widget)
            widget.setMinimumWidth(_FIELD_WIDTH)
            parts.append(holder)
        *beside, self._runs = parts
        for holder in beside:
            row.addWidget(holder, 1, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        column.addWidget(self._runs)
        column.addWidget(self.schema)
        column.addWidget(self.fold)
        self._column = column

    def _connect(self) -> None:
        self.head.titled.connect(lambda text: self._tell(replace(self.step, title=text)))
        self.head.asked.connect(self.asked)
        self.name.editingFinished.connect(self._rename)
        self.prompt.edited.connect(lambda text: self._tell(replace(self.step, prompt=text)))
        self.insert.chosen.connect(self.prompt.insert_name)
        self.output.activated.connect(self._choose_output)
        self.schema.edited.connect(lambda text: self._tell(replace(self.step, schema=text)))
        self.when.activated.connect(
            lambda _: self._tell(replace(self.step, when=str(self.when.currentData())))
        )
        self.fold.folded.connect(self._unfold)

    def show_step(self, step: Step, sight: StepSight) -> None:
        """What the step says now."""
        is_other = step.name != self.step.name
        self.step, self._sight = step, sight
        self.head.show_step(sight.number, step.title, step.name)
        if is_other or not self.name.hasFocus():
            self.name.setText(step.name)
        self.prompt.show_names(sight.names)
        self.prompt.show_text(step.prompt)
        self.insert.show_names(sight.names)
        self.output.setCurrentIndex(self.output.findData(step.output.value))
        self._show_conditions()
        self.schema.show_text(step.schema)
        self.schema.setVisible(step.output is OutputKind.JSON or bool(step.schema))
        told = details_line(step)
        self.fold.setText(tr("More: {told}", told=told) if told else tr("More"))
        if self.details is not None:
            self.details.show_step(step, sight.names, sight.models)
        self.setAccessibleName(tr("Step {number}: {title}", number=sight.number, title=self.title))

    @property
    def title(self) -> str:
        """What a person calls the step."""
        return self.step.title or self.step.name

    def show_problems(self, problems: Sequence[StepProblem]) -> None:
        """What is found about it."""
        signs = {Severity.ERROR: "● ", Severity.WARNING: "▲ ", Severity.NOTE: "○ "}
        self.problems.setText("\n".join(signs[each.severity] + each.text for each in problems))
        self.problems.setVisible(bool(problems))
        worst = min((list(Severity).index(each.severity) for each in problems), default=2)
        kind = list(Severity)[worst].value
        if self.problems.property("kind") != kind:
            self.problems.setProperty("kind", kind)
            self.problems.style().unpolish(self.problems)
            self.problems.style().polish(self.problems)

    def set_open(self, is_open: bool) -> None:
        """Whether it can be changed; all of it can be seen in any case."""
        self._is_open = is_open
        for widget in (self.head, self.prompt, self.insert, self.name, self.schema, self.details):
            if widget is not None:
                widget.setEnabled(is_open)
        for choice in (self.output, self.when):
            choice.setEnabled(is_open)

    def forget(self) -> None:
        """Another preset is there: what is half typed is not for it."""
        if self.details is not None:
            self.details.options.forget_refusals()
        self.name.clearFocus()

    def _show_conditions(self) -> None:
        choices = [(tr("always"), "")]
        for name in self._sight.conditions:
            choices.append((tr("if {name}", name=name), name))
            choices.append((tr("if not {name}", name=name), f"not {name}"))
        if self.step.when not in [value for _, value in choices]:
            choices.append((self.step.when, self.step.when))
        if [self.when.itemData(row) for row in range(self.when.count())] != [v for _, v in choices]:
            self.when.clear()
            for text, value in choices:
                self.when.addItem(text, value)
        self.when.setCurrentIndex([value for _, value in choices].index(self.step.when))
        self._runs.setVisible(len(choices) > 1)

    def _unfold(self, is_folded: bool) -> None:
        if self.details is None:
            # Many widgets, which most steps never need.
            self.details = StepDetails(self._fields)
            self.details.edited.connect(self._tell)
            self.details.show_step(self.step, self._sight.names, self._sight.models)
            self.details.setEnabled(self._is_open)
            self._column.addWidget(self.details)
        self.details.setVisible(not is_folded)

    def _choose_output(self) -> None:
        self._tell(replace(self.step, output=OutputKind(self.output.currentData())))

    def _rename(self) -> None:
        name = self.name.text().strip()
        if name != self.step.name:
            self.renamed.emit(name)

    def _tell(self, step: Step) -> None:
        self.step = step
        self.edited.emit(step)
