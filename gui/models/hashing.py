"""SHA-256 of local files: off the event loop, with progress, and remembered for this run."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from gui.errors import FileUnusable
from gui.language import tr

PIECE = 2**20
TICK_SECONDS = 0.1

Identity = tuple[str, int, int, int]
"""Path, inode, size and time of change: a file that has the same has the same bytes."""


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file as it was when it was read."""

    path: Path
    size: int
    digest: str
    identity: Identity


class Hashes:
    """The digests found in this run; lives on one event loop."""

    def __init__(self) -> None:
        self._known: dict[Identity, str] = {}

    async def hashing(self, path: Path) -> AsyncGenerator[int | HashedFile, None]:
        """Bytes read so far, ten times a second, and last the file with its digest.

        Closing it ends the reading. Raises FileUnusable, also when the file changes meanwhile.
        """
        before = await asyncio.to_thread(identity, path)
        digest = self._known.get(before, "")
        if not digest:
            reading = _Reading(path)
            task = asyncio.create_task(asyncio.to_thread(reading.run))
            try:
                while not task.done():
                    await asyncio.wait((task,), timeout=TICK_SECONDS)
                    yield reading.completed
            finally:
                reading.stop.set()
                await asyncio.wait((task,))
                error = task.exception()
            if error is not None:
                raise error
            if await asyncio.to_thread(identity, path) != before:
                raise changed(path)
            digest = f"sha256:{task.result()}"
            self._known[before] = digest
        yield HashedFile(path, before[2], digest, before)

    def forget(self, file: HashedFile) -> None:
        """The server found other bytes in it than we did."""
        self._known.pop(file.identity, None)


class _Reading:
    """One file being read in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.completed = 0
        self.stop = threading.Event()

    def run(self) -> str:
        """The digest in hexadecimal; "" if it was stopped. Raises FileUnusable."""
        digest = hashlib.sha256()
        try:
            with self._path.open("rb", buffering=0) as file:
                while not self.stop.is_set() and (piece := file.read(PIECE)):
                    digest.update(piece)
                    self.completed += len(piece)
        except OSError as error:
            raise unreadable(self._path, error) from error
        return digest.hexdigest() if not self.stop.is_set() else ""


def identity(path: Path) -> Identity:
    """What tells that a file was not changed; blocks. Raises FileUnusable."""
    try:
        status = path.stat()
        if not path.is_file():
            raise FileUnusable(path.name, tr("it is not a file"))
    except OSError as error:
        raise unreadable(path, error) from error
    return str(path), status.st_ino, status.st_size, status.st_mtime_ns


def unreadable(path: Path, error: OSError) -> FileUnusable:
    """A fault of the disk, without the path of the folder."""
    reason = error.strerror or type(error).__name__
    return FileUnusable(path.name, os.strerror(error.errno) if error.errno else reason)


def changed(path: Path) -> FileUnusable:
    """The file is not what it was when its digest was computed."""
    return FileUnusable(path.name, tr("it was changed while it was read"))
