"""Transfers: several at once, each started, paused, resumed, cancelled, and never lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gui.errors import ModelBusy, ModelError, ModelNotListed, OndolError, TransferInterrupted
from gui.language import tr
from gui.models.following import in_plain_words
from gui.models.hashing import Hashes
from gui.models.huggingface.hub import Hub
from gui.models.huggingface.job import DownloadJob
from gui.models.names import read_name, same_name
from gui.models.transfers.board import Board
from gui.models.transfers.entry import Entry
from gui.models.transfers.jobs import CreateJob, Job, PullJob, PushJob, goes_on, make_way
from gui.models.transfers.saved import SavedTransfers
from gui.records import HubFile, Transfer, TransferKind, TransferState

if TYPE_CHECKING:
    from gui.models.client import ModelClient
    from gui.models.create import CreatePlan

Connect = Callable[[str], Awaitable["ModelClient"]]
"""Gives the client of the server with a key; raises OndolError."""

AT_ONCE = 3
_BEAT_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait before another try: at first, and at most; doubled each time."""

    first: float = 1.0
    longest: float = 30.0


class Transfers:
    """All transfers of the app; lives on one event loop.

    While the network or a server is not there, a transfer waits and tries again for as long
    as it takes. Any other fault ends it as FAILED, from where the person can resume it.
    """

    def __init__(
        self,
        connect: Connect,
        file: Path,
        patience: Patience | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._connect = connect
        self._hub = hub or Hub()
        self._patience = patience or Patience()
        self._entries: dict[str, Entry] = {}
        self._hashes = Hashes()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._board = Board(self.all)
        self._saved = SavedTransfers(file, self._entries.values)

    def all(self) -> tuple[Transfer, ...]:
        """How every transfer stands, the oldest first."""
        return tuple(entry.shown() for entry in self._entries.values())

    def events(self) -> AsyncGenerator[Transfer, None]:
        """Every transfer as it stands, then each change, until `close`.

        At most ten times a second for each transfer, and always its last change.
        """
        return self._board.events()

    async def restore(self) -> ModelError | None:
        """Bring back what the last run did not finish, none of it running.

        Gives the reason if the list could not be read; the old file is then kept aside.
        """
        entries, problem = await self._saved.load(self._hashes, self._hub)
        for entry in entries:
            if entry.id not in self._entries:
                self._entries[entry.id] = entry
                self._tell(entry)
        return problem

    async def start_pull(self, server: str, name: str, *, insecure: bool = False) -> str:
        """Pull a model; its id. One that is there already, unfinished, goes on instead.

        Raises BadModelName, ModelBusy.
        """
        insecure = insecure or name.strip().lower().startswith("http://")
        return await self.start(server, PullJob(read_name(name).shortest, insecure))

    async def start_push(self, server: str, name: str, *, insecure: bool = False) -> str:
        """Push a model; its id. Raises BadModelName, ModelBusy."""
        return await self.start(server, PushJob(read_name(name).shortest, insecure))

    async def start_create(self, server: str, name: str, plan: CreatePlan) -> str:
        """Create a model, over one that has the name; its id. Raises BadModelName, ModelBusy."""
        return await self.start(server, CreateJob(read_name(name).shortest, plan, self._hashes))

    async def start_download(
        self, server: str, name: str, repo: str, revision: str, choices: Sequence[HubFile]
    ) -> str:
        """Make a model of files of the hub; its id. The same download goes on, if it is there.

        Another one for this model is replaced. Raises BadModelName, ModelBusy.
        """
        whole = read_name(name).shortest
        job = DownloadJob(whole, self._hub, repo, revision, tuple(choices), self._hashes)
        return await self.start(server, job)

    async def start(self, server: str, job: Job) -> str:
        """Begin a job; its id. Raises ModelBusy when another kind of job has the model."""
        for entry in list(self._of_model(server, job.name)):
            if goes_on(entry.job, job):
                await self.resume(entry.id)
                return entry.id
            if entry.state.is_active:
                raise ModelBusy(job.name)
            if entry.job.kind is job.kind:
                await make_way(entry.job, job)
                await self.forget(entry.id)
        entry = Entry(secrets.token_hex(8), server, job, TransferState.QUEUED)
        self._entries[entry.id] = entry
        self._begin(entry)
        await self._saved.save()
        return entry.id

    async def pause(self, transfer_id: str) -> None:
        """Let it rest; what came is kept. Nothing happens to one that does not run."""
        entry = self._entries.get(transfer_id)
        if entry is not None and entry.state.is_active:
            await self._stop(entry, TransferState.PAUSED)

    async def resume(self, transfer_id: str) -> None:
        """Go on; one that waits for the network tries at once."""
        entry = self._entries.get(transfer_id)
        if entry is None:
            return
        entry.wake.set()
        if entry.state.can_resume:
            self._begin(entry)
            await self._saved.save()

    async def cancel(self, transfer_id: str, *, keep: bool = True) -> None:
        """End it for good; `keep` leaves what was downloaded for another time."""
        entry = self._entries.get(transfer_id)
        if entry is None or entry.state in (TransferState.DONE, TransferState.CANCELLED):
            return
        was_stopped = await self._stop(entry, TransferState.CANCELLED)
        if was_stopped and not keep:
            entry.detail = await self._discard(entry)
            self._tell(entry)

    async def forget(self, transfer_id: str) -> None:
        """Take one that does not run out of the list."""
        entry = self._entries.get(transfer_id)
        if entry is not None and not entry.state.is_active:
            del self._entries[transfer_id]
            self._board.forget(transfer_id)
            await self._saved.save()

    async def close(self) -> None:
        """Stop all; what is unfinished comes back with `restore`."""
        running = [entry for entry in self._entries.values() if entry.state.is_active]
        await asyncio.gather(*(self._stop(entry, TransferState.INTERRUPTED) for entry in running))
        await self._saved.save()
        self._board.close()

    def _of_model(self, server: str, name: str) -> Iterator[Entry]:
        over = (TransferState.DONE, TransferState.CANCELLED)
        for entry in self._entries.values():
            is_of_it = entry.server == server and same_name(entry.job.name, name)
            if is_of_it and entry.state not in over:
                yield entry

    def _begin(self, entry: Entry) -> None:
        entry.state = TransferState.QUEUED
        entry.begin()
        entry.task = asyncio.create_task(self._run(entry), name=f"transfer {entry.job.name}")
        self._tell(entry)

    async def _stop(self, entry: Entry, state: TransferState) -> bool:
        """Put it into a state; False if it came to its end just before."""
        if entry.task is not None:
            entry.task.cancel()
            await asyncio.wait((entry.task,))
        is_unfinished = entry.state is not TransferState.DONE
        if is_unfinished:
            entry.rest(state)
        self._tell(entry)
        await self._saved.save()
        return is_unfinished

    async def _run(self, entry: Entry) -> None:
        beat = asyncio.create_task(self._beat(entry))
        try:
            await self._try_until_done(entry)
        except OndolError as error:
            entry.rest(TransferState.FAILED, str(error))
            _log.info("%s of %s failed: %s", entry.job.kind, entry.job.name, error.detail)
        except Exception as error:
            what = tr("Something went wrong in Ondol ({error}). See the log.", error=repr(error))
            entry.rest(TransferState.FAILED, what)
            _log.exception("a transfer failed")
        finally:
            beat.cancel()
        self._tell(entry)
        await self._saved.save()

    async def _try_until_done(self, entry: Entry) -> None:
        pause = self._patience.first
        while True:
            before = entry.progress.completed
            if self._slots.locked():
                entry.state = TransferState.QUEUED
                self._tell(entry)
            try:
                async with self._slots:
                    await self._try(entry)
            except OndolError as problem:
                error = in_plain_words(entry.job.kind, entry.job.name, problem)
                if not isinstance(error, TransferInterrupted):
                    raise error from problem
                if entry.progress.completed > before:
                    pause = self._patience.first
                await self._wait(entry, pause, error)
                pause = min(2 * pause, self._patience.longest)
            else:
                return

    async def _try(self, entry: Entry) -> None:
        entry.state = TransferState.RUNNING
        entry.begin()
        self._tell(entry)
        client = await self._connect(entry.server)
        async with aclosing(entry.job.run(client)) as steps:
            async for step in steps:
                entry.take(step)
                self._tell(entry)
        entry.detail = await _verified(client, entry.job)
        entry.rest(TransferState.DONE)

    async def _wait(self, entry: Entry, seconds: float, error: OndolError) -> None:
        """Wait for another try, visibly; `resume` ends it early."""
        entry.detail = str(error)
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while (left := until - clock()) > 0 and not entry.wake.is_set():
            entry.waits = left
            self._tell(entry)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 1.0)):
                    await entry.wake.wait()
        entry.waits = 0.0

    async def _beat(self, entry: Entry) -> None:
        """Show that a speed sinks and a stall lasts, and write down how far it is."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            entry.meter.note(entry.progress.moved)
            self._tell(entry)
            await self._saved.save()

    async def _discard(self, entry: Entry) -> str:
        try:
            gone = await entry.job.discard(await self._connect(entry.server))
        except OndolError as error:
            return tr("What was downloaded could not be deleted: {reason}", reason=error.what)
        if gone:
            return tr("What was downloaded is deleted.")
        return tr("Ollama deletes what was downloaded when it starts, an hour from now or later.")

    def _tell(self, entry: Entry) -> None:
        self._board.publish(entry.shown())


async def _verified(client: ModelClient, job: Job) -> str:
    """Look the model up; what to say of it. Raises ModelNotListed."""
    if job.kind is TransferKind.PUSH:
        return ""
    models = await client.list_models()
    found = next((model for model in models if same_name(model.name, job.name)), None)
    if found is None:
        raise ModelNotListed(job.name)
    return tr("In the list of models, digest {digest}", digest=found.digest)
