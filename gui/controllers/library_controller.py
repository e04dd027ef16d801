"""The models a server has: listed, looked into, copied, renamed, deleted, unloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.controllers.deletions import Deletions
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.records import (
    LoadedModel,
    ModelDetails,
    ModelInfo,
    Notice,
    ServerState,
    Transfer,
)
from gui.records.servers import ServerKey

POLL_SECONDS = 3.0
_WATCH = "watch models"
_DETAILS = "show model"
_DESCRIBE = "describe models"
_DESCRIBED_AT_ONCE = 10

_Naming = Callable[[OpenRooms, ServerKey], Coroutine[Any, Any, str]]
Listing = tuple[tuple[ModelInfo, ...], tuple[LoadedModel, ...]]


class LibraryController(QObject):
    """Follows the server that answers; reads its list again and again only while it is watched.

    Until it has read a list of its own, the model dropdown's is shown.

    A model that waits to be deleted is not among them.
    """

    listed = Signal(object, object)  # tuple[ModelInfo, ...], tuple[LoadedModel, ...]
    unreachable = Signal(str)  # why there is no list
    details_read = Signal(object)  # ModelDetails
    details_failed = Signal(str, str)  # name, why
    delete_asked = Signal(str, object, str)  # name, bytes that frees, whose files stay if none
    named = Signal(str)  # a model was copied or renamed to this
    told = Signal(object)  # Notice

    def __init__(self, rooms: Rooms, tasks: Tasks, models: ModelsController) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._listing: Listing | None = None
        self._deletions = Deletions(rooms, tasks)
        self._described: dict[str, tuple[tuple[str, ...], int]] = {}
        self._is_watched = False
        self._renamed = ""
        models.status_changed.connect(self._follow_server)
        models.models_changed.connect(self._follow_models)
        self._deletions.changed.connect(self._announce)
        self._deletions.deleted.connect(self._settle)
        self._deletions.told.connect(self.told)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The models on show."""
        key = self._models.status.key
        listed = self._models.models if self._listing is None else self._listing[0]
        return tuple(
            self._with_description(model)
            for model in listed
            if not self._deletions.waits(key, model.name)
        )

    @property
    def loaded(self) -> tuple[LoadedModel, ...]:
        """Those of them in memory."""
        return self._listing[1] if self._listing else ()

    @property
    def is_read(self) -> bool:
        """Whether the list of models is known, be it empty."""
        return self._listing is not None or bool(self._models.models)

    def watch(self) -> None:
        """Read the list now and every `POLL_SECONDS`."""
        self._is_watched = True
        self._tasks.replace(self._watch(), _WATCH)

    def unwatch(self) -> None:
        """Nobody looks."""
        self._is_watched = False
        self._listing = None
        self._tasks.cancel(_WATCH)

    def refresh(self) -> None:
        """Something has changed: read the list again, for the model dropdown too."""
        self._models.refresh()
        if self._is_watched:
            self.watch()

    def show(self, name: str) -> None:
        """Read all about a model: `details_read` or `details_failed`."""
        self._tasks.replace(self._show(name), _DETAILS)

    def copy(self, name: str, destination: str) -> None:
        """Give a model a second name."""

        async def copy(rooms: OpenRooms, key: ServerKey) -> str:
            from gui.models.changes import copy_model

            return await copy_model(await rooms.client(key), name, destination)

        self._start(self._name(copy), f"copy model {name}")

    def rename(self, name: str, new: str) -> None:
        """Have a model under another name only."""

        async def rename(rooms: OpenRooms, key: ServerKey) -> str:
            from gui.models.changes import rename_model

            return await rename_model(await rooms.client(key), name, new)

        chosen = self._models.chosen
        is_chosen = chosen is not None and chosen.name == name
        self._start(self._name(rename, is_chosen=is_chosen), f"rename model {name}")

    def unload(self, name: str) -> None:
        """Free the memory a model takes."""
        self._start(self._unload(name), f"unload model {name}")

    def ask_delete(self, name: str) -> None:
        """Find out what deleting a model frees: `delete_asked`."""
        self._start(self._ask_delete(name), "ask delete")

    def delete(self, name: str) -> None:
        """Hide a model, and delete it a little later: until then `undo_delete` keeps it."""
        self._deletions.begin(self._models.status.key, name)

    def undo_delete(self) -> None:
        """Keep the model that was hidden last."""
        self._deletions.undo()

    def keep_wanted(self, transfer: Transfer) -> None:
        """A model that is brought or made again is not deleted under it (MOD-09)."""
        if transfer.state.is_active:
            self._deletions.keep(transfer.server, transfer.name)

    def _follow_models(self) -> None:
        """The model that is talked to stays the same under its new name."""
        name, self._renamed = self._renamed, ""
        if name:
            self._models.choose(name)
        self._announce()

    def _follow_server(self) -> None:
        self._listing = None
        self._announce()
        if self._is_watched:
            self.watch()

    async def _watch(self) -> None:
        while True:
            if self._models.status.state is not ServerState.STARTING:
                await self._read()
            await asyncio.sleep(POLL_SECONDS)

    async def _read(self) -> None:
        key = self._models.status.key
        try:
            listing = await self._rooms.call(lambda rooms: _listing(rooms, key))
        except OndolError as error:
            self._listing = None
            self.unreachable.emit(str(error))
            return
        if self._models.status.state is ServerState.UNREACHABLE:
            self._models.find()  # it is back
        if listing == self._listing:
            return
        self._listing = listing
        self._announce()
        if listing[0] != self._models.models:
            self._models.refresh()
        if any(self._is_unknown(model) for model in listing[0]):
            self._tasks.replace(self._describe(key, listing[0]), _DESCRIBE)

    def _announce(self) -> None:
        self.listed.emit(self.models, self.loaded)

    def _with_description(self, model: ModelInfo) -> ModelInfo:
        capabilities, context = self._described.get(_identity(model), ((), 0))
        if not capabilities and not context:
            return model
        return replace(
            model,
            capabilities=model.capabilities or capabilities,
            context_length=model.context_length or context,
        )

    def _is_unknown(self, model: ModelInfo) -> bool:
        is_told = model.capabilities and model.context_length
        return not is_told and _identity(model) not in self._described

    async def _describe(self, key: ServerKey, models: tuple[ModelInfo, ...]) -> None:
        """An older Ollama's list does not say what its models can do: ask one by one."""
        unknown = {_identity(model): model.name for model in models if self._is_unknown(model)}
        for number, (identity, name) in enumerate(unknown.items(), 1):
            try:
                info = (await self._ask(key, name)).info
            except OndolError:
                self._described[identity] = (), 0
            else:
                self._described[identity] = info.capabilities, info.context_length
            if number % _DESCRIBED_AT_ONCE == 0 or number == len(unknown):
                self._announce()

    async def _ask(self, key: ServerKey, name: str) -> ModelDetails:
        return await self._rooms.call(lambda rooms: _details(rooms, key, name))

    async def _show(self, name: str) -> None:
        key = self._models.status.key
        try:
            details = await self._ask(key, name)
        except OndolError as error:
            self.details_failed.emit(name, str(error))
            return
        self.details_read.emit(details)

    def _settle(self, key: ServerKey, name: str) -> None:
        """A model is deleted: hidden until the list that is read next is without it."""

        async def settle() -> None:
            if key == self._models.status.key:
                await self._read()
            self._deletions.settle(key, name)
            self._announce()
            self._models.refresh()

        self._start(settle(), f"settle {key} {name}")

    async def _name(self, work: _Naming, *, is_chosen: bool = False) -> None:
        key = self._models.status.key
        new = await self._rooms.call(lambda rooms: work(rooms, key))
        self._renamed = new if is_chosen else ""
        await self._read()
        self.named.emit(new)
        self._models.refresh()

    async def _unload(self, name: str) -> None:
        key = self._models.status.key
        await self._rooms.call(lambda rooms: _unload(rooms, key, name))
        self.refresh()

    async def _ask_delete(self, name: str) -> None:
        key = self._models.status.key
        size, shared_with = await self._rooms.call(lambda rooms: _freed(rooms, key, name))
        self.delete_asked.emit(name, size, shared_with)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.replace(self._told(work), name)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong is told where the person looks: in the models window."""
        try:
            await work
        except OndolError as error:
            self.told.emit(Notice(str(error)))


async def _listing(rooms: OpenRooms, key: ServerKey) -> Listing:
    client = await rooms.client(key)
    return await client.list_models(), await client.loaded()


async def _details(rooms: OpenRooms, key: ServerKey, name: str) -> ModelDetails:
    from gui.models.details import read_details

    return await read_details(await rooms.client(key), name)


async def _unload(rooms: OpenRooms, key: ServerKey, name: str) -> None:
    await (await rooms.client(key)).unload(name)


async def _freed(rooms: OpenRooms, key: ServerKey, name: str) -> tuple[int, str]:
    from gui.models.space import freed_by

    freed = await freed_by(await rooms.client(key), name)
    return freed.size, freed.shared_with


def _identity(model: ModelInfo) -> str:
    return model.digest or model.name
