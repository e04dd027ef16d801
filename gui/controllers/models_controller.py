"""Which server answers, which models it has, which one is chosen."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from gui.controllers.notices import Notices
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.settings_controller import SettingsController
from gui.errors import NoStarterModel, OndolError, PlainHttpRefused
from gui.eventloop import Tasks
from gui.records import ModelInfo, ServerKey, ServerKind, ServerState, ServerStatus

_TASK = "server"


class ModelsController(QObject):
    """The state behind the model dropdown."""

    status_changed = Signal(object)  # ServerStatus
    models_changed = Signal(object)  # tuple[ModelInfo, ...]
    chosen_changed = Signal(object)  # ModelInfo | None

    def __init__(
        self, rooms: Rooms, tasks: Tasks, notices: Notices, settings: SettingsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._settings = settings
        self.status = ServerStatus(ServerKind.BUILT_IN, ServerState.STARTING)
        self.models: tuple[ModelInfo, ...] = ()
        self.chosen: ModelInfo | None = None
        self._awaited = ""

    @property
    def kind(self) -> ServerKind:
        """What sort of server answers."""
        return self.status.kind

    @property
    def key(self) -> ServerKey:
        """The server that answers."""
        return self.status.key

    def find(self) -> None:
        """Connect to the server used last, else to the first that answers."""
        saved = self._settings.settings.server
        known = {ServerKind.BUILT_IN, ServerKind.OLLAMA, *self._names()}
        self._tasks.replace(self._connect(saved if saved in known else None), _TASK)

    def use_server(self, key: ServerKey) -> None:
        """Talk to this server from now on."""
        self._settings.change(server=str(key))
        self._tasks.replace(self._connect(key), _TASK)

    def refresh(self) -> None:
        """Read the model list again, quietly; nothing while a connection is being made."""
        if self.status.state is ServerState.READY and not self._tasks.is_running(_TASK):
            self._tasks.start(self._list_models(), _TASK)

    def choose(self, name: str) -> None:
        """Talk to this model from now on; a name the server does not have changes nothing.

        One that is not in the list may be new: the list is read again before that is decided.
        """
        if self._choose_listed(name):
            self._awaited = ""
        else:
            self._awaited = name
            self.refresh()

    def _choose_listed(self, name: str) -> bool:
        model = next((m for m in self.models if m.name == name), None)
        if model is not None:
            self._settings.change(model=name)
            self._choose(model)
        return model is not None

    def _names(self) -> dict[ServerKey, str]:
        """What the person calls the servers elsewhere."""
        return {entry.key: entry.name for entry in self._settings.settings.servers}

    def _status_of(self, key: ServerKey, state: ServerState, detail: str = "") -> ServerStatus:
        kind, _, server_id = key.partition(":")
        name = self._names().get(key, "")
        return ServerStatus(ServerKind(kind), state, detail=detail, id=server_id, name=name)

    async def _connect(self, key: ServerKey | None) -> None:
        if key is not None and key != self.key:
            self._set_models(())  # nothing is said to one server's model at another server
        self._set_status(self._status_of(key or self.key, ServerState.STARTING))
        try:
            status = await self._rooms.call(lambda rooms: _connect(rooms, key))
        except OndolError as error:
            # Only an Ollama is asked before the engine.
            sought = ServerKind.OLLAMA if isinstance(error, PlainHttpRefused) else self.key
            state = ServerState.UNREACHABLE
            self._set_status(self._status_of(key or sought, state, str(error)))
            self._set_models(())
            self._notices.tell_error(error)
            return
        self._set_status(replace(status, name=self._names().get(status.key, "")))
        await self._list_models()

    async def _list_models(self) -> None:
        key = self.key
        try:
            models = await self._rooms.call(lambda rooms: _list_models(rooms, key))
        except OndolError as error:
            self._notices.tell_error(error)
            return
        if not models and key == ServerKind.BUILT_IN:
            self._notices.tell_error(NoStarterModel())
        self._set_models(models)

    def _set_status(self, status: ServerStatus) -> None:
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)

    def _set_models(self, models: tuple[ModelInfo, ...]) -> None:
        if models != self.models:
            self.models = models
            self.models_changed.emit(models)
        awaited, self._awaited = self._awaited, "" if models else self._awaited
        if awaited and self._choose_listed(awaited):
            return
        present = self.chosen.name if self.chosen else ""
        wanted = (self._settings.settings.model, present)
        choosable = [model for model in models if model.can_chat]
        kept = [model for name in wanted for model in choosable if model.name == name]
        self._choose(next(iter(kept or choosable), None))

    def _choose(self, model: ModelInfo | None) -> None:
        if model == self.chosen:
            return
        self.chosen = model
        self.chosen_changed.emit(model)
        if model is not None:
            self._tasks.replace(self._read_details(model), "model details")

    async def detailed(self, model: ModelInfo) -> ModelInfo:
        """`model` with what only its details say; raises ServerError."""
        if model.context_length and model.capabilities:
            return model
        key = self.key
        shown = await self._rooms.call(lambda rooms: _show(rooms, key, model.name))
        return replace(
            model,
            capabilities=shown.capabilities or model.capabilities,
            context_length=shown.context_length or model.context_length,
            license=shown.license,
        )

    async def _read_details(self, model: ModelInfo) -> None:
        try:
            details = await self.detailed(model)
        except OndolError as error:
            self._notices.tell_error(error)
            self._pass_over(model)
            return
        if self.chosen is not None and self.chosen.name == model.name and details != self.chosen:
            self.chosen = details
            self.chosen_changed.emit(details)

    def _pass_over(self, model: ModelInfo) -> None:
        """A model nobody asked for cannot be used: take the next one."""
        if self._settings.settings.model == model.name:
            return
        choosable = [other for other in self.models if other.can_chat]
        names = [other.name for other in choosable]
        if model.name in names[:-1]:
            self._choose(choosable[names.index(model.name) + 1])


async def _connect(rooms: OpenRooms, key: ServerKey | None) -> ServerStatus:
    client = await rooms.servers.connect(key)
    endpoint = client.endpoint
    version = await client.version()
    return ServerStatus(endpoint.kind, ServerState.READY, endpoint.url, version, id=endpoint.id)


async def _list_models(rooms: OpenRooms, key: ServerKey) -> tuple[ModelInfo, ...]:
    client = await rooms.servers.connect(key)
    return await client.list_models()


async def _show(rooms: OpenRooms, key: ServerKey, name: str) -> ModelInfo:
    client = await rooms.servers.connect(key)
    return await client.show(name)
