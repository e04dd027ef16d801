"""What goes with the next message: the preset, its variables, a temperature of one's own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Signal

from gui import language
from gui.chat.presets import values
from gui.chat.presets.references import names_used
from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import (
    Conversation,
    ModelInfo,
    Notice,
    Options,
    Preset,
    ServerKey,
    Variable,
    VariableSource,
)
from gui.records.sending import Sending, SendPreview

_NEW = 0
_MOST_FOUND = 200_000
"""Characters taken of the clipboard or a selection."""


class SendingController(QObject):
    """Remembers for each conversation: preset and temperature for good, values for this run."""

    changed = Signal()
    previewed = Signal(object)  # SendPreview

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        notices: Notices,
        models: ModelsController,
        presets: PresetsController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._models = models
        self._presets = presets
        self._shown = _NEW
        self._given: dict[int, dict[str, str]] = {}
        self._temperatures: dict[int, float | None] = {}
        self._clipboard = self._selection = ""
        presets.chosen_changed.connect(lambda _: self.changed.emit())

    @property
    def temperature(self) -> float | None:
        """That of the conversation on show, None for the preset's."""
        return self._temperatures.get(self._shown)

    @property
    def asked(self) -> tuple[Variable, ...]:
        """What the preset must be told."""
        return values.missing(self._presets.chosen)

    @property
    def given(self) -> dict[str, str]:
        """What is told so far, by name; a default counts until it is changed."""
        return self._told(self._presets.chosen, self._shown)

    @property
    def missing(self) -> Variable | None:
        """The first one without a value."""
        given = self.given
        return next((each for each in self.asked if not given[each.name].strip()), None)

    @property
    def found(self) -> tuple[tuple[Variable, str], ...]:
        """What the preset takes by itself, with what it would take now."""
        return self._found(self._presets.chosen)

    def takes(self, source: VariableSource) -> bool:
        """Whether the preset takes something from there."""
        return any(variable.source is source for variable in _automatic(self._presets.chosen))

    def see(self, clipboard: str, selection: str) -> None:
        """What is on the clipboard and what is selected now, "" if the preset takes neither."""
        seen = clipboard[:_MOST_FOUND], selection[:_MOST_FOUND]
        if seen != (self._clipboard, self._selection):
            self._clipboard, self._selection = seen
            self.changed.emit()

    def give(self, name: str, text: str) -> None:
        """The value of a variable in the conversation on show."""
        self._given.setdefault(self._shown, {})[name] = text

    def now(self) -> Sending:
        """What a message takes with it if it is sent now."""
        return self.of(self._presets.chosen, self._shown)

    def of(self, preset: Preset, conversation_id: int | None) -> Sending:
        """What a message takes with it if this preset answers in a conversation, None a new one."""
        shown = conversation_id or _NEW
        own = self._temperatures.get(shown)
        if own is not None:
            preset = replace(preset, options=replace(preset.options, temperature=own))
        return Sending(preset, self._variables(preset, shown), own)

    def choose_preset(self, preset_id: str) -> None:
        """Use this preset in the conversation on show, and the model it names."""
        self._presets.choose(preset_id)
        preset = self._presets.chosen
        if preset.id == preset_id:
            self._choose_model(preset)
            self._remember()

    def choose_temperature(self, value: float | None) -> None:
        """For the conversation on show only; what was said does not change."""
        if value != self.temperature:
            self._temperatures[self._shown] = value
            self._remember()
            self.changed.emit()

    def show(self, conversation: Conversation | None) -> None:
        """Another conversation is on show; a new one begins without anything of its own."""
        if conversation is None:
            self._shown = _NEW
            self._given.pop(_NEW, None)
            self._temperatures.pop(_NEW, None)
        else:
            self._shown = conversation.id
            self.know(conversation)
        self.changed.emit()

    def know(self, conversation: Conversation) -> None:
        """A conversation was read, to be shown or not."""
        self._temperatures.setdefault(conversation.id, conversation.temperature)

    def began(self, conversation_id: int, sending: Sending) -> None:
        """The new conversation has its first message and an id."""
        if self._shown == _NEW:
            self._shown = conversation_id
        self._given.pop(_NEW, None)
        self._temperatures.pop(_NEW, None)
        self.keep(conversation_id, sending)

    def keep(self, conversation_id: int, sending: Sending) -> None:
        """A conversation that was begun, on show or not, goes on as it began."""
        self._given[conversation_id] = dict(sending.variables)
        self._temperatures[conversation_id] = sending.temperature
        if sending.temperature is not None:
            self._store(conversation_id, sending.preset.id)

    def forget(self, conversation_id: int) -> None:
        """A conversation was deleted."""
        self._given.pop(conversation_id, None)

    def preview(self, text: str) -> None:
        """Look at what would be sent with `text`: `previewed`."""
        self._tasks.replace(self._preview(text), "preview")

    async def _preview(self, text: str) -> None:
        shown, own = self._shown, Options(temperature=self.temperature)
        model, key = self._models.chosen or ModelInfo(""), self._models.key
        with contextlib.suppress(OndolError):
            model = await self._models.detailed(model) if model.name else model
        look = partial(
            _preview,
            key=key,
            conversation_id=shown,
            model=model,
            preset=self._presets.chosen,
            own=own,
            variables=self.now().variables,
            text=text,
        )
        preview: SendPreview = await self._rooms.call(look)
        self.previewed.emit(replace(preview, fault=self._why_not() or preview.fault))

    def _why_not(self) -> str:
        if self._models.chosen is None:
            return tr("Choose a model first")
        if (variable := self.missing) is not None:
            return tr("“{name}” has no value yet.", name=variable.label or variable.name)
        return ""

    def _told(self, preset: Preset, conversation_id: int) -> dict[str, str]:
        told = self._given.get(conversation_id, {})
        return {each.name: told.get(each.name, each.default) for each in values.missing(preset)}

    def _found(self, preset: Preset) -> tuple[tuple[Variable, str], ...]:
        now = datetime.now().astimezone()
        variables, seen = _automatic(preset), (self._clipboard, self._selection)
        texts = values.automatic(variables, now, *seen, language.chosen())
        return tuple((variable, texts[variable.name]) for variable in variables)

    def _variables(self, preset: Preset, conversation_id: int) -> dict[str, str]:
        told = self._told(preset, conversation_id)
        given = {name: text for name, text in told.items() if text.strip()}
        return given | {variable.name: text for variable, text in self._found(preset)}

    def _choose_model(self, preset: Preset) -> None:
        """The one that the preset names, if the server has it."""
        chosen = self._models.chosen
        if not preset.model or (chosen is not None and chosen.name == preset.model):
            return
        names = {model.name for model in self._models.models}
        for name in (preset.model, f"{preset.model}:latest"):
            if name in names:
                self._models.choose(name)
                return
        text = tr(
            "{preset} is made for the model {model}, which the server does not have. "
            "The model chosen above answers.",
            preset=preset.name,
            model=preset.model,
        )
        self._notices.tell(Notice(text, is_error=False))

    def _remember(self) -> None:
        if self._shown != _NEW:
            self._store(self._shown, self._presets.chosen.id)

    def _store(self, conversation_id: int, preset_id: str) -> None:
        temperature = self._temperatures.get(conversation_id)

        async def store() -> None:
            with contextlib.suppress(LookupError):  # it was deleted meanwhile
                await self._rooms.call(
                    lambda rooms: _store(rooms, conversation_id, preset_id, temperature)
                )

        async def to_its_end() -> None:
            await asyncio.shield(store())  # it is chosen, also if the app is quit right after

        self._tasks.replace(to_its_end(), f"remember:{conversation_id}")


def _automatic(preset: Preset) -> tuple[Variable, ...]:
    """What a preset takes by itself, if it takes it anywhere."""
    used = names_used(preset)
    return tuple(
        variable
        for variable in preset.variables
        if variable.source is not VariableSource.ASK and variable.name in used
    )


async def _store(
    rooms: OpenRooms, conversation_id: int, preset_id: str, temperature: float | None
) -> None:
    await rooms.store.choose(conversation_id, preset=preset_id)
    await rooms.store.set_temperature(conversation_id, temperature)


async def _preview(
    rooms: OpenRooms,
    key: ServerKey,
    conversation_id: int,
    model: ModelInfo,
    preset: Preset,
    own: Options,
    variables: Mapping[str, str],
    text: str,
) -> SendPreview:
    from gui.chat.preview import preview as look

    try:
        client = await rooms.client(key) if model.name else None
    except OndolError:
        client = None
    branch = await rooms.store.branch(conversation_id) if conversation_id else ()
    return await look(client, branch, model, preset, own, variables, text)
