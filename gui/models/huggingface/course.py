"""How far the thread of a download is, and how it is stopped."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from gui.records import HubPhase, HubProgress


class Stopped(Exception):
    """Nobody wants the download any more."""


class Course:
    """Counters that the thread moves and the loop reads; `stop` is a line nothing crosses.

    After `stop` has returned the thread changes no file any more, however long it still
    waits for the network: another download may go on with what is there.
    """

    def __init__(self, file: str, total: int) -> None:
        self.file = file
        self.phase = HubPhase.DOWNLOADING
        self.completed = 0
        self.moved = 0
        self._total = total
        self._is_stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Let the thread end; waits while it writes a piece."""
        with self._lock:
            self._is_stopped = True

    def check(self) -> None:
        """Raise Stopped when it was."""
        if self._is_stopped:
            raise Stopped

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Around every change of a file; raises Stopped."""
        with self._lock:
            self.check()
            yield

    def now(self) -> HubProgress:
        """How far it is."""
        completed = min(self.completed, self._total)
        return HubProgress(self.phase, self.file, completed, self._total, self.moved)

    def done(self, paths: tuple[str, ...]) -> HubProgress:
        """All of it is here."""
        return HubProgress(HubPhase.DONE, self.file, self._total, self._total, self.moved, paths)
