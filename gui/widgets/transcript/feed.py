"""Collects streamed text and hands it on at most thirty times a second, a little at a time."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 33
SLOWEST_MS = 250
BACK_OFF = 4
"""The pause after a flush is at least this many times what the flush cost."""
MOST_PER_FLUSH = 4096


class Feed(QObject):
    """Text on its way to the screen; `take(text, thinking)` is called for each flush."""

    def __init__(self, take: Callable[[str, str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._take = take
        self._text = ""
        self._thinking = ""
        self._after: Callable[[], None] | None = None
        self._cost_ms = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._flush)

    @property
    def interval_ms(self) -> int:
        """The pause between two flushes now, ms."""
        return round(min(max(INTERVAL_MS, BACK_OFF * self._cost_ms), SLOWEST_MS))

    def push(self, text: str = "", thinking: str = "") -> None:
        """Take text; it is shown within one interval, at once if nothing was shown lately."""
        self._text += text
        self._thinking += thinking
        if not self._timer.isActive():
            since = (perf_counter() - self._last) * 1e3
            self._timer.start(max(0, round(self.interval_ms - since)))

    def end(self, after: Callable[[], None]) -> None:
        """Show what is left without pauses, slice by slice, then call `after`."""
        self._after = after
        if len(self._text) + len(self._thinking) <= MOST_PER_FLUSH:
            self._flush()
        else:
            self._timer.start(0)

    def clear(self) -> None:
        """Forget everything that was not shown."""
        self._timer.stop()
        self._text = self._thinking = ""
        self._after = None

    def note_cost(self, milliseconds: float) -> None:
        """Add what painting the last flush cost."""
        self._cost_ms += milliseconds

    def _flush(self) -> None:
        started = perf_counter()
        self._timer.stop()
        thinking = self._thinking[:MOST_PER_FLUSH]
        text = self._text[: MOST_PER_FLUSH - len(thinking)]
        self._thinking = self._thinking[len(thinking) :]
        self._text = self._text[len(text) :]
        if text or thinking:
            self._take(text, thinking)
        self._last = perf_counter()
        self._cost_ms = (self._last - started) * 1e3
        if self._text or self._thinking:
            self._timer.start(0 if self._after is not None else self.interval_ms)
        elif self._after is not None:
            after, self._after = self._after, None
            after()
