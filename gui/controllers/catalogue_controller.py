"""Models worth having, and whether they fit the machine they would run on."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import BadModelName
from gui.eventloop import Tasks
from gui.records import CatalogueEntry, FitEstimate, ServerKind, ServerStatus

if TYPE_CHECKING:
    from gui.models.fit import Machine

_TASK = "read catalogue"


class CatalogueController(QObject):
    """The catalogue in the chosen language; the machine's memory is measured anew each time."""

    listed = Signal()

    def __init__(self, rooms: Rooms, tasks: Tasks, models: ModelsController) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._is_wanted = False
        self.entries: tuple[CatalogueEntry, ...] = ()
        self.fits: Mapping[str, FitEstimate] = {}
        models.status_changed.connect(self._follow_server)

    def read(self) -> None:
        """Read the catalogue and measure the machine: `listed`."""
        self._is_wanted = True
        self._tasks.replace(self._read(), _TASK)

    def suggest(self, text: str) -> tuple[CatalogueEntry, ...]:
        """The models that `text` may become, the likeliest first; all for no text."""
        from gui.models import catalogue

        return catalogue.suggest(text, len(self.entries)) if self.entries else ()

    def problem_of(self, text: str) -> str:
        """Why `text` cannot be the name of a model, "" if it can."""
        from gui.models import catalogue

        return catalogue.problem_of(text)

    def whole_name(self, text: str) -> tuple[str, str]:
        """The name that `text` means as servers list it, and the host it comes from; or ""."""
        from gui.models.names import read_name

        try:
            name = read_name(text)
        except BadModelName:
            return "", ""
        return name.shortest, name.source

    def size_of(self, text: str) -> str:
        """The key of the catalogue's size that `text` means, as `fits` has it; "" for none."""
        from gui.models import catalogue

        size = catalogue.known_size(text) if self.entries else None
        name = self.whole_name(text)[0].rpartition(":")[0]
        return f"{name}:{size.tag}" if size else ""

    def _follow_server(self) -> None:
        if self._is_wanted:
            self.read()

    async def _read(self) -> None:
        status = self._models.status
        self.entries, self.fits = await self._rooms.call(lambda rooms: _judged(rooms, status))
        self.listed.emit()


async def _judged(
    _: OpenRooms, status: ServerStatus
) -> tuple[tuple[CatalogueEntry, ...], dict[str, FitEstimate]]:
    from gui.models import catalogue, fit

    entries = await asyncio.to_thread(catalogue.entries)
    machine: Machine | None = await fit.measure() if is_this_machine(status) else None
    fits = {
        f"{entry.name}:{size.tag}": fit.estimate(
            size.bytes, fit.parameter_count(size.parameters), machine=machine, server=status.kind
        )
        for entry in entries
        for size in entry.sizes
    }
    return entries, fits


def is_this_machine(status: ServerStatus) -> bool:
    """Whether the server runs here, so that its memory is the one measured."""
    if status.kind is ServerKind.BUILT_IN:
        return True
    host = urlsplit(status.url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
