"""A log file that is kept small, for the words of another process."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path


class RotatingLog:
    """Appends bytes to `path`; at `max_bytes` it becomes `path.1` and so on, `kept` files in all.

    A log that cannot be written is no reason to stop: such bytes are dropped.
    """

    def __init__(self, path: Path, max_bytes: int = 2**20, kept: int = 5) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept

    def write(self, data: bytes) -> None:
        """Append `data`, moving to a new file first when it does not fit."""
        try:
            if self._size() + len(data) > self._max_bytes:
                self._rotate()
            with self._path.open("ab") as file:
                file.write(data)
        except OSError:
            return

    def tail(self, max_bytes: int = 2000) -> str:
        """The last words, "" when there are none."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self._size() - max_bytes))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _rotate(self) -> None:
        files = [self._path, *(Path(f"{self._path}.{n}") for n in range(1, self._kept))]
        for newer, older in reversed(list(pairwise(files))):
            if newer.exists():
                newer.replace(older)
