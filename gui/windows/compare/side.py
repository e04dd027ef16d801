"""Who is asked: models and presets to check, and how many answers that makes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.controllers import Controllers
from gui.controllers.contenders import FEWEST, MOST, lack_of
from gui.controllers.lane import Contender
from gui.language import tr
from gui.widgets.compare.choice_list import ChoiceList
from gui.widgets.models.labels import plain_label
from gui.widgets.models.words import model_line
from gui.widgets.picker_rows import PickerItem

_WIDTH = 280
_MODEL, _PRESET = "model:", "preset:"


class CompareSide(QWidget):
    """Each checked model answers with each checked preset."""

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers
        self.setObjectName("models-side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        title = plain_label("heading", tr("Who is asked"))
        self.list = ChoiceList()
        self.summary = plain_label("quiet", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 16)
        column.setSpacing(12)
        column.addWidget(_inset(title))
        column.addWidget(self.list, 1)
        column.addWidget(_inset(self.summary))
        self.list.checked_changed.connect(self._choose)
        controllers.compare.contenders.changed.connect(self.refresh)
        controllers.compare.lanes_changed.connect(self.refresh)  # perhaps of another conversation
        self.refresh()

    @property
    def reason(self) -> str:
        """Why nobody can be asked like this, "" if they can."""
        asked = self._to.compare.asked_next
        count = len(asked)
        if count < FEWEST:
            return tr("Check at least two models, or two presets.")
        if count > MOST:
            return tr("{count} answers are too many: four at most.", count=count)
        return next(filter(None, map(lacking_sentence, asked)), "")

    def refresh(self) -> None:
        """Show what there is and what is checked."""
        contenders = self._to.compare.contenders
        items = [PickerItem("", tr("Models"), is_heading=True)]
        items += [
            PickerItem(_MODEL + model.name, model.name, model_line(model))
            for model in self._to.models.models
            if model.can_chat
        ]
        items.append(PickerItem("", tr("Presets"), is_heading=True))
        items += [
            PickerItem(_PRESET + preset.id, preset.name, preset.description)
            for preset in self._to.presets.presets
        ]
        checked = [_MODEL + name for name in contenders.models]
        checked += [_PRESET + each for each in contenders.presets]
        self.list.show_items(items, checked)
        self.summary.setText(self.reason or " ".join(filter(None, (self._sum(), self._own()))))

    def _sum(self) -> str:
        contenders = self._to.compare.contenders
        models, presets = len(contenders.models), len(contenders.presets)
        answers = len(self._to.compare.asked_next)
        if presets == 1:
            return tr("{answers} models with one preset.", answers=answers)
        if models == 1:
            return tr("One model with {answers} presets.", answers=answers)
        return tr(
            "{models} models with {presets} presets each: {answers} answers.",
            models=models,
            presets=presets,
            answers=answers,
        )

    def _own(self) -> str:
        """What was chosen for the conversation and holds for all of them."""
        temperature = self._to.compare.asked_next[0].sending.temperature
        if temperature is None:
            return ""
        return tr(
            "All at temperature {number}, as you chose for this conversation.",
            number=f"{temperature:g}",
        )

    def _choose(self, keys: tuple[str, ...]) -> None:
        models = [key.removeprefix(_MODEL) for key in keys if key.startswith(_MODEL)]
        presets = [key.removeprefix(_PRESET) for key in keys if key.startswith(_PRESET)]
        self._to.compare.contenders.choose(models, presets)


def lacking_sentence(who: Contender) -> str:
    """Why nobody can be asked like this, and what to do; "" if they can."""
    if not (name := lack_of(who)):
        return ""
    return tr(
        "{preset} asks for “{name}”: choose the preset in the main window and fill it in.",
        preset=who.preset.name,
        name=name,
    )


def _inset(widget: QWidget) -> QWidget:
    around = QWidget()
    column = QVBoxLayout(around)
    column.setContentsMargins(16, 0, 16, 0)
    column.addWidget(widget)
    return around
