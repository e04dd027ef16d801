"""Collects streamed text and hands it on at most thirty times a second, a little at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer

from gui.widgets.transcript.step_row import Part

INTERVAL_MS = 33
SLOWEST_MS = 250
BACK_OFF = 4
"""The pause after a flush is at least this many times what the flush cost."""
MOST_PER_FLUSH = 4096


class Channel(NamedTuple):
    """Where text belongs: to a step of a chain by its name, or with "" to the reply itself."""

    step: str
    part: Part


TEXT, THINKING = Channel("", Part.OUTPUT), Channel("", Part.THINKING)
Pieces = Sequence[tuple[Channel, str]]


class Feed(QObject):
    """Text on its way to the screen; `take` is called once for each flush."""

    def __init__(self, take: Callable[[Pieces], None], parent: QObject) -> None:
        super().__init__(parent)
        self._take = take
        self._waiting: dict[Channel, str] = {}
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

    def push(self, text: str, channel: Channel = TEXT) -> None:
        """Take text; it is shown within one interval, at once if nothing was shown lately."""
        self._waiting[channel] = self._waiting.get(channel, "") + text
        if not self._timer.isActive():
            since = (perf_counter() - self._last) * 1e3
            self._timer.start(max(0, round(self.interval_ms - since)))

    def end(self, after: Callable[[], None]) -> None:
        """Show what is left without pauses, slice by slice, then call `after`."""
        self._after = after
        if sum(map(len, self._waiting.values())) <= MOST_PER_FLUSH:
            self._flush()
        else:
            self._timer.start(0)

    def hurry(self, step: str) -> None:
        """Hand on what has come of a step: it is over."""
        channels = [channel for channel in self._waiting if channel.step == step]
        if pieces := [(channel, self._waiting.pop(channel)) for channel in channels]:
            self._take(pieces)

    def clear(self) -> None:
        """Forget everything that was not shown."""
        self._timer.stop()
        self._waiting.clear()
        self._after = None

    def note_cost(self, milliseconds: float) -> None:
        """Add what painting the last flush cost."""
        self._cost_ms += milliseconds

    def _flush(self) -> None:
        started = perf_counter()
        self._timer.stop()
        if pieces := self._next():
            self._take(pieces)
        self._last = perf_counter()
        self._cost_ms = (self._last - started) * 1e3
        if self._waiting:
            self._timer.start(0 if self._after is not None else self.interval_ms)
        elif self._after is not None:
            after, self._after = self._after, None
            after()

    def _next(self) -> list[tuple[Channel, str]]:
        """A little of what waits; what is left of a channel goes behind the others."""
        pieces: list[tuple[Channel, str]] = []
        room = MOST_PER_FLUSH
        for channel in list(self._waiting):
            text = self._waiting.pop(channel)
            if text[:room]:
                pieces.append((channel, text[:room]))
            if text[room:]:
                self._waiting[channel] = text[room:]
            room -= min(room, len(text))
        return pieces
