"""How far a transfer is: lines about many layers summed up, and how fast it goes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SMOOTHED_SECONDS = 3.0
_SAMPLE_SECONDS = 0.1
_LEAST_SECONDS = 0.5
"""A speed over less than that says nothing."""
_MOST_LAYERS = 10_000
_MOST_BYTES = 2**62


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a transfer: `status` is one line in the person's words, the rest is bytes.

    `moved` counts what was moved in this phase since it began; it is never less than before
    within a phase.
    """

    status: str
    completed: int = 0
    total: int = 0
    moved: int = 0
    phase: str = ""


Layers = dict[str, tuple[int, int]]
"""Bytes that are here, and the size, by digest."""


class LayerSums:
    """Lines of progress of a pull or push, added up over the layers seen so far.

    Totals appear one by one, so `total` may grow; `known` are the layers of an earlier try,
    which keep it from starting small again. Nothing a line says is believed beyond reason
    (MOD-11): sizes are not negative, nothing is more complete than whole.
    """

    def __init__(self, known: Mapping[str, tuple[int, int]] | None = None) -> None:
        self.layers: Layers = dict(known or {})
        self.completed = sum(done for done, _ in self.layers.values())
        self.total = sum(size for _, size in self.layers.values())
        self.moved = 0
        self._numbers: dict[str, int] = {}
        self._open: set[str] = set()

    def begin_again(self) -> None:
        """A new try: what the first line about a layer says was here before it."""
        self._numbers.clear()
        self._open.clear()

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line; lines without a digest and a size say nothing about bytes."""
        digest = line.get("digest")
        size = _bytes(line.get("total"))
        if not isinstance(digest, str) or not size:
            return
        before = self.layers.get(digest)
        if before is None and len(self.layers) >= _MOST_LAYERS:
            return
        done = min(_bytes(line.get("completed")), size)
        done_before, size_before = before or (0, 0)
        if digest in self._numbers:
            self.moved += max(0, done - done_before)
        else:
            self._numbers[digest] = len(self._numbers) + 1
            if line.get("completed") is None:
                # The server has not looked yet what an earlier try left there.
                done = min(done_before, size)
        (self._open.add if done < size else self._open.discard)(digest)
        self.layers[digest] = done, size
        self.completed += done - done_before
        self.total += size - size_before

    def number(self, digest: str) -> int:
        """Which layer of those seen in this try it is, from 1 on; 0 for one not seen."""
        return self._numbers.get(digest, 0)

    @property
    def is_moving(self) -> bool:
        """Whether bytes of a layer are awaited."""
        return bool(self._open)


class SpeedMeter:
    """Bytes a second over the last `SMOOTHED_SECONDS`; a stall lets it sink to 0."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()
        self._moved = 0
        self._moved_at = clock()

    def reset(self) -> None:
        """Another phase begins."""
        self._samples.clear()
        self._moved, self._moved_at = 0, self._clock()

    def note(self, moved: int) -> None:
        """So many bytes were moved by now, since the last reset."""
        now = self._clock()
        if moved != self._moved or not self._samples:
            self._moved, self._moved_at = moved, now
        if not self._samples or now - self._samples[-1][0] >= _SAMPLE_SECONDS:
            self._samples.append((now, moved))
        self._forget(now)

    @property
    def speed(self) -> float:
        """Bytes a second; 0 while nothing can be said."""
        now = self._clock()
        self._forget(now)
        if not self._samples:
            return 0.0
        since, moved = self._samples[0]
        seconds = now - since
        return (self._moved - moved) / seconds if seconds >= _LEAST_SECONDS else 0.0

    @property
    def idle_seconds(self) -> float:
        """How long nothing has moved."""
        return self._clock() - self._moved_at

    def _forget(self, now: float) -> None:
        """Keep one sample from before the window, so that it is never empty."""
        while len(self._samples) > 1 and self._samples[1][0] <= now - SMOOTHED_SECONDS:
            self._samples.popleft()


def seconds_left(completed: int, total: int, speed: float) -> float | None:
    """None while that cannot be said."""
    return (total - completed) / speed if total > completed and speed > 0 else None


def _bytes(value: Any) -> int:
    return min(value, _MOST_BYTES) if type(value) is int and value > 0 else 0
