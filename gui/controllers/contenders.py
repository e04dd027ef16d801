"""Who is asked side by side: some models, as some presets have them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from gui.chat.presets import values
from gui.controllers.lane import Contender
from gui.controllers.models_controller import ModelsController
from gui.controllers.presets_controller import PresetsController
from gui.controllers.sending_controller import SendingController
from gui.controllers.settings_controller import SettingsController
from gui.records import ModelInfo, Preset

FEWEST, MOST = 2, 4


class Contenders(QObject):
    """Each chosen model with each chosen preset; the choice is remembered."""

    changed = Signal()

    def __init__(
        self,
        settings: SettingsController,
        models: ModelsController,
        presets: PresetsController,
        sending: SendingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._models = models
        self._presets = presets
        self.sending = sending
        models.models_changed.connect(lambda _: self.changed.emit())
        models.chosen_changed.connect(lambda _: self.changed.emit())
        presets.listed.connect(lambda _: self.changed.emit())
        sending.changed.connect(self.changed)

    @property
    def models(self) -> tuple[str, ...]:
        """Names of models: those of the last time, else the one of the chat."""
        wanted = self._settings.settings.compare_models
        known = [model.name for model in self._models.models if model.can_chat]
        chosen = self._models.chosen
        first = (chosen.name,) if chosen is not None else ()
        return tuple(name for name in known if name in wanted) or first

    @property
    def presets(self) -> tuple[str, ...]:
        """Ids of presets: those of the last time, else the one of the chat."""
        wanted = self._settings.settings.compare_presets
        known = [preset.id for preset in self._presets.presets]
        return tuple(each for each in known if each in wanted) or (self._presets.chosen.id,)

    def choose(self, models: Sequence[str], presets: Sequence[str]) -> None:
        """From now on these, by name and by id; nothing stands for what the chat has."""
        self._settings.change(compare_models=tuple(models), compare_presets=tuple(presets))
        self.changed.emit()

    def all(self, conversation_id: int | None) -> tuple[Contender, ...]:
        """Who is asked next in a conversation, None for a new one."""
        names, ids = self.models, self.presets
        models = [model for model in self._models.models if model.name in names]
        presets = [preset for preset in self._presets.presets if preset.id in ids]
        return tuple(
            self.of(each, preset, conversation_id) for each in models for preset in presets
        )

    def of(self, model: ModelInfo, preset: Preset, conversation_id: int | None) -> Contender:
        """A model as a preset has it in a conversation, with what was chosen and given there."""
        return Contender(model, self.sending.of(preset, conversation_id))


def lack_of(who: Contender) -> str:
    """The first value that a preset asks for and nobody gave, "" if there is none."""
    for variable in values.missing(who.preset):
        if not who.sending.variables.get(variable.name, variable.default).strip():
            return variable.label or variable.name
    return ""
