"""One connection in one thread of its own: the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import apsw

from gui.errors import DiskFull, StorageError
from gui.storage.connection import connect
from gui.storage.reserve import Reserve
from gui.storage.sqlite_errors import translated

CHECKPOINT_PAGES = 1_000
"""Pages in the WAL (4 KiB each) from which it is folded into the database."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Database:
    """The only door to SQLite. Jobs run one after another, in the order they were given.

    A cancelled caller leaves at once; its job is still done, whole or not at all.
    """

    def __init__(
        self, worker: ThreadPoolExecutor, connection: apsw.Connection, reserve: Reserve | None
    ) -> None:
        self._worker = worker
        self._connection = connection
        self._reserve = reserve
        self._wal_pages = 0
        self._closed = False
        connection.set_wal_hook(self._count_wal_pages)

    @classmethod
    async def open(cls, path: Path | None, *, vfs: str | None = None) -> Database:
        """The database at `path`, ready to use; None keeps everything in memory.

        `vfs` names a registered SQLite VFS (https://sqlite.org/vfs.html).
        Raises `NewerDatabase`, `DiskFull` or `StorageUnavailable`.
        """
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            connection = await _finish(worker, lambda: connect(path, vfs))
            reserve = Reserve(path.with_name(path.name + ".reserve")) if path else None
            if reserve:
                await _finish(worker, reserve.make)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(worker, connection, reserve)

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """What `work` reads. Raises `StorageUnavailable`."""

        def job() -> T:
            with translated(self._connection):
                return work(self._connection)

        return await _finish(self._worker, job)

    async def write(self, work: Callable[[apsw.Connection], T], *, use_reserve: bool = False) -> T:
        """What `work` gives, its changes on the disk when this returns; on an error, none.

        On a full disk `use_reserve` spends the space set aside and runs `work` once more: for
        what exists nowhere else (a reply) and for what makes room (a deletion). Until it can be
        set aside again, other writes are refused: they would take the rest of that space.
        Raises `DiskFull` or `StorageUnavailable`.
        """

        def job() -> T:
            result = self._on_reserve(work) if use_reserve else self._on_free_space(work)
            self._tidy()
            return result

        return await _finish(self._worker, job)

    async def close(self) -> None:
        """Finish what was given, fold the WAL into the one file, let go of it."""
        if self._closed:
            return
        self._closed = True
        try:
            await _finish(self._worker, self._close)
        finally:
            self._worker.shutdown(wait=False)

    def _on_free_space(self, work: Callable[[apsw.Connection], T]) -> T:
        if self._reserve and self._reserve.spent:
            self._reserve.make()
            if self._reserve.spent:
                raise DiskFull("the reserve is spent")
        return self._transact(work)

    def _on_reserve(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            return self._transact(work)
        except DiskFull:
            if not (self._reserve and self._reserve.spend()):
                raise
        return self._transact(work)

    def _transact(self, work: Callable[[apsw.Connection], T]) -> T:
        with _transaction(self._connection):
            return work(self._connection)

    def _count_wal_pages(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        """In the place of SQLite's own checkpoint: its failing must not look like a failed save."""
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _tidy(self) -> None:
        """After a commit: bound the WAL; while the reserve is spent, also try to make it anew."""
        if self._reserve and self._reserve.spent:
            self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._reserve.make()
        elif self._wal_pages >= CHECKPOINT_PAGES:
            self._checkpoint(apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _checkpoint(self, mode: int) -> None:
        """Move the WAL into the database. When that fails nothing is lost: the WAL stays valid."""
        try:
            with translated(self._connection):
                self._connection.wal_checkpoint(mode=mode)
        except StorageError as error:
            _log.warning("the WAL was not folded into the database: %r", error.__cause__)

    def _close(self) -> None:
        self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with translated(self._connection):
            self._connection.close()


@contextmanager
def _transaction(connection: apsw.Connection) -> Iterator[None]:
    """Committed at the end, rolled back on any error; errors as ours."""
    with translated(connection), connection:
        yield


async def _finish(worker: ThreadPoolExecutor, job: Callable[[], T]) -> T:
    """The result of `job` in the worker's thread; once given, it runs to its end."""
    future = asyncio.get_running_loop().run_in_executor(worker, job)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(_log_failure)
        raise


def _log_failure(future: asyncio.Future[T]) -> None:
    """The caller has left: nobody else would hear of it."""
    if not future.cancelled() and (error := future.exception()):
        _log.error("a job of the database failed after its caller was cancelled: %r", error)
