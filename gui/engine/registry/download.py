"""One blob brought here: in parts, resumed, retried, and checked before it has its name."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Executor
from typing import Any

from filelock import FileLock, Timeout

from gui.engine.registry.faults import Retryable, Stalled, WrongDigest, disk_fault
from gui.engine.registry.hashing import follow
from gui.engine.registry.parts import Part, PartialBlob, is_whole
from gui.engine.registry.session import Session
from gui.engine.registry.source import BlobSource, Changed, NoRanges
from gui.engine.store.blobs import BlobStore
from gui.engine.store.manifests import Layer
from gui.engine.waiting import settled

_WORKERS = 4
_PIECE = 2**20
_PROGRESS = 8 * 2**20
"""Bytes after which earlier faults of a part no longer count."""
_LOCK_POLL = 0.1


class Download:
    """A blob on its way here; `run` it once.

    `fetched` is done when every byte is on the disk (or the blob was there already); the
    digest may be checked only after that.
    """

    def __init__(
        self, session: Session, path: str, layer: Layer, blobs: BlobStore, disk: Executor
    ) -> None:
        self.layer = layer
        self.home = session.home
        self.fetched: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._session = session
        self._blobs = blobs
        self._disk = disk
        self._partial = PartialBlob(blobs, layer.digest, layer.size)
        self._source = BlobSource(session, path, layer)
        self._has_ranges = asyncio.Event()

    @property
    def completed(self) -> int:
        """Bytes that are here."""
        return self.layer.size if self.fetched.done() else self._partial.written

    async def run(self) -> None:
        """Bring the blob here and give it its name; raises RegistryError."""
        async with self._session.held(), self._alone():
            if await self._in_thread(self._is_there):
                self.fetched.set_result(None)
                return
            try:
                await self._run()
            except OSError as problem:
                raise disk_fault(problem, f"write {self.layer.digest}") from problem

    async def _run(self) -> None:
        partial = self._partial
        try:
            await self._in_thread(partial.open)
            digest = await self._fetch_and_hash()
            if digest != self.layer.digest:
                await self._in_thread(partial.discard)
                raise WrongDigest(self.layer.digest, digest)
            await self._in_thread(partial.install)
        finally:
            partial.close()

    async def _fetch_and_hash(self) -> str:
        """Bring every byte onto the disk; the digest of what is there."""
        partial = self._partial
        following = asyncio.create_task(follow(partial, self._disk))
        try:
            await self._fetch()
            self.fetched.set_result(None)
            await self._in_thread(partial.save)
            return await following
        except BaseException:
            with contextlib.suppress(OSError):
                await self._in_thread(partial.save)
            raise
        finally:
            await ended(following)

    async def _fetch(self) -> None:
        """Bring every part; a registry without ranges sends the blob in one piece."""
        keeper = asyncio.create_task(self._keep())
        try:
            try:
                await self._with_keeper(keeper, self._all_parts())
            except NoRanges:
                whole = [Part(0, 0, self.layer.size)] if self.layer.size else []
                await self._in_thread(self._partial.replace_plan, whole)
                await self._with_keeper(keeper, self._all_parts())
        finally:
            await ended(keeper)

    async def _with_keeper(
        self, keeper: asyncio.Task[None], work: Coroutine[Any, Any, None]
    ) -> None:
        """Do the work; a fault of the keeper (a full disk, say) ends it."""
        working = asyncio.create_task(work)
        try:
            await asyncio.wait((working, keeper), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                keeper.result()
        finally:
            await ended(working)
        working.result()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._session.patience.save)
            await self._in_thread(self._partial.save)

    async def _all_parts(self) -> None:
        missing = [part for part in self._partial.parts if not part.is_whole]
        queue = iter(missing)
        workers = [
            asyncio.create_task(self._work(queue, leads=number == 0))
            for number, _ in enumerate(missing[:_WORKERS])
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                await ended(worker)

    async def _work(self, queue: Iterator[Part], *, leads: bool) -> None:
        """Bring parts until none is left; only one worker finds out whether parts work."""
        if not leads:
            await self._has_ranges.wait()
        for part in queue:
            await self._bring(part)

    async def _bring(self, part: Part) -> None:
        """Bring one part, however often it takes within reason; raises RegistryError."""
        patience, faults = self._session.patience, 0
        while not part.is_whole:
            before = part.written
            try:
                await self._stream(part)
            except Stalled:
                continue  # said by the progress that does not move; not counted, as in Ollama
            except Retryable as problem:
                faults = 1 if part.written - before > _PROGRESS else faults + 1
                if faults >= patience.tries:
                    raise
                if isinstance(problem, Changed):
                    await self._in_thread(self._partial.restart, part)
                await patience.sleep(max(2.0 ** (faults - 1), problem.after))

    async def _stream(self, part: Part) -> None:
        is_only = len(self._partial.parts) == 1
        async with self._source.opened(part, is_only=is_only) as (response, is_new):
            if is_new and part.written:
                await self._in_thread(self._partial.restart, part)
            part.etag = response.headers.get("ETag", "")
            self._has_ranges.set()
            pieces: list[bytes] = []
            held = 0
            try:
                async for piece in response.aiter_raw():
                    pieces.append(piece)
                    held += len(piece)
                    if held >= _PIECE:
                        # Let go of them first: who is cancelled here must not write them twice.
                        ready, pieces, held = pieces, [], 0
                        await self._in_thread(self._partial.write, part, ready)
                    if part.written + held > part.size:
                        break
            finally:
                if held:
                    await self._in_thread(self._partial.write, part, pieces)
        if not part.is_whole:
            raise Retryable(f"{self.layer.digest}: unexpected EOF")

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Keep other processes of Ondol, and a former download of ours, off the blob."""
        layout = self._blobs.layout
        await self._in_thread(lambda: layout.own.mkdir(parents=True, exist_ok=True))
        lock = FileLock(layout.pull_lock(self.layer.digest), thread_local=False)
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                await asyncio.sleep(_LOCK_POLL)
        try:
            yield
        finally:
            lock.release()

    def _is_there(self) -> bool:
        return is_whole(self._blobs, self.layer.digest, self.layer.size)

    async def _in_thread(self, call: Any, *arguments: Any) -> Any:
        """Call something that blocks on the disk; once begun it is always waited for."""
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._disk, call, *arguments)
        await settled(running)
        return running.result()


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task, if it is not done, and wait until it is."""
    task.cancel()
    await settled(task)
    if not task.cancelled():
        task.exception()  # told by whoever awaited the task for its result
