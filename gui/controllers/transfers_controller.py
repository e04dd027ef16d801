"""Models on their way, as the windows see them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import HubFile, HubListing, Notice, Transfer, TransferState

if TYPE_CHECKING:
    from gui.models.create import CreatePlan
    from gui.models.transfers import Transfers

_FOLLOW = "transfers"
_OVER = (TransferState.DONE, TransferState.FAILED)


class TransfersController(QObject):
    """Starts and stops transfers, and tells each change of one."""

    changed = Signal(object)  # Transfer
    removed = Signal(str)  # id
    finished = Signal(object)  # Transfer that came to its end, well or not
    told = Signal(object)  # Notice

    def __init__(
        self, rooms: Rooms, tasks: Tasks, notices: Notices, models: ModelsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._models = models
        self._transfers: dict[str, Transfer] = {}
        self._count = 0

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Every transfer, the oldest first."""
        return tuple(self._transfers.values())

    def follow(self) -> None:
        """Bring back what the last run did not finish, then tell every change."""
        self._tasks.start(self._follow(), _FOLLOW)

    def pull(self, name: str) -> None:
        """Bring a model to the server that answers."""
        key = self._models.status.key
        self._do(lambda transfers: transfers.start_pull(key, name))

    def download(self, name: str, listing: HubListing, choices: tuple[HubFile, ...]) -> None:
        """Bring files of the hub to the server that answers, as a model with this name."""
        key, repo, revision = self._models.status.key, listing.repo.id, listing.revision
        self._do(lambda transfers: transfers.start_download(key, name, repo, revision, choices))

    def create(self, name: str, plan: CreatePlan) -> None:
        """Make a model there, over one that has the name."""
        key = self._models.status.key
        self._do(lambda transfers: transfers.start_create(key, name, plan))

    def push(self, name: str, destination: str, *, insecure: bool = False) -> None:
        """Give a model to a registry, under the name that says which."""
        key = self._models.status.key

        async def push(rooms: OpenRooms) -> None:
            from gui.models.changes import copy_model
            from gui.models.names import read_name, same_name

            target = read_name(destination).shortest
            if not same_name(name, target):
                target = await copy_model(await rooms.client(key), name, target)
            await rooms.transfers.start_push(key, target, insecure=insecure)

        self._start(push)

    def pause(self, transfer_id: str) -> None:
        """Let it rest; what came is kept."""
        self._do(lambda transfers: transfers.pause(transfer_id))

    def resume(self, transfer_id: str) -> None:
        """Go on, or try again."""
        self._do(lambda transfers: transfers.resume(transfer_id))

    def cancel(self, transfer_id: str, *, keep: bool) -> None:
        """End it; `keep` leaves what came for another time."""
        self._do(lambda transfers: transfers.cancel(transfer_id, keep=keep))

    def forget(self, transfer_id: str) -> None:
        """Take one that is over out of the list."""

        async def forget(rooms: OpenRooms) -> None:
            await rooms.transfers.forget(transfer_id)

        self._start(forget, lambda: self._remove(transfer_id))

    async def _follow(self) -> None:
        problem = await self._rooms.call(lambda rooms: rooms.transfers.restore())
        if problem is not None:
            self._notices.tell_error(problem)
        for transfer in await self._rooms.call(_all):
            self._take(transfer, is_news=False)
        self._tell_interrupted()
        stream = await self._rooms.stream(lambda rooms: rooms.transfers.events())
        async with contextlib.aclosing(stream.batches()) as batches:
            async for batch in batches:
                for transfer in {item.id: item for item in batch}.values():
                    self._take(transfer)

    def _tell_interrupted(self) -> None:
        names = [t.name for t in self.transfers if t.state is TransferState.INTERRUPTED]
        if names:
            text = tr(
                "Not finished when Ondol ended: {names}. Go on under Models (Ctrl+Shift+M).",
                names=", ".join(names),
            )
            self._notices.tell(Notice(text, is_error=False))

    def _take(self, transfer: Transfer, *, is_news: bool = True) -> None:
        before = self._transfers.get(transfer.id)
        if transfer == before:
            return
        if before is None:
            for old in self.transfers:
                if _replaces(transfer, old):
                    self._remove(old.id)
        self._transfers[transfer.id] = transfer
        self.changed.emit(transfer)
        is_new_state = before is None or before.state is not transfer.state
        if is_news and is_new_state and transfer.state in _OVER:
            self.finished.emit(transfer)

    def _remove(self, transfer_id: str) -> None:
        if self._transfers.pop(transfer_id, None) is not None:
            self.removed.emit(transfer_id)

    def _do(self, work: Callable[[Transfers], Coroutine[Any, Any, object]]) -> None:
        async def do(rooms: OpenRooms) -> None:
            await work(rooms.transfers)

        self._start(do)

    def _start(
        self,
        work: Callable[[OpenRooms], Coroutine[Any, Any, None]],
        then: Callable[[], None] | None = None,
    ) -> None:
        async def run() -> None:
            try:
                await self._rooms.call(work)
            except OndolError as error:
                self.told.emit(Notice(str(error)))
                return
            if then is not None:
                then()

        self._count += 1
        self._tasks.start(run(), f"transfer order {self._count}")


async def _all(rooms: OpenRooms) -> tuple[Transfer, ...]:
    return rooms.transfers.all()


def _replaces(new: Transfer, old: Transfer) -> bool:
    """The same thing begun again takes the place of what is over."""
    is_same = (new.kind, new.name, new.server) == (old.kind, old.name, old.server)
    return is_same and not old.state.is_active and not old.state.can_resume
