"""Two megabytes set aside, given back when the disk is full, so that a reply can be saved."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

SIZE = 2 * 2**20
ROOM = 2 * SIZE
"""Free bytes below which no reserve is made: it must not be what fills the disk."""


class Reserve:
    """A file of `SIZE` bytes beside the database.

    Without it a full disk would refuse even a deletion: SQLite writes to delete.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.spent = False
        """Given back and not yet made anew: what space there is belongs to what is in flight."""

    def make(self) -> None:
        """Set the space aside if there is room to spare; no room is no error."""
        with suppress(OSError):
            whole = self._path.is_file() and self._path.stat().st_size == SIZE
            if not whole and shutil.disk_usage(self._path.parent).free < ROOM:
                return
            if not whole:
                self._write()
            self.spent = False

    def spend(self) -> bool:
        """Give the space back; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        self.spent = True
        return True

    def _write(self) -> None:
        """Random bytes, so that a compressing file system sets aside what it says."""
        self._path.unlink(missing_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(SIZE))
