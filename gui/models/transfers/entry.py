"""One transfer: its job, its state, and how it is shown."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

from gui.language import tr
from gui.models.progress import Progress, SpeedMeter, seconds_left
from gui.models.transfers.jobs import Job
from gui.records import Transfer, TransferState

STALL_SECONDS = 10.0
"""So long without a byte is told to the person."""


@dataclass(slots=True)
class Entry:
    """A transfer as the manager holds it."""

    id: str
    server: str
    job: Job
    state: TransferState
    error: str = ""
    detail: str = ""
    waits: float = 0.0
    """Seconds until the next try, while the network is not there."""
    progress: Progress = field(default_factory=lambda: Progress(""))
    meter: SpeedMeter = field(default_factory=SpeedMeter)
    task: asyncio.Task[None] | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to have the next try now."""

    def begin(self) -> None:
        """A try begins; it counts on from what is known."""
        self.error = self.detail = ""
        self.waits = 0.0
        self.progress = Progress(tr("Asking the server"), *self.job.so_far)
        self.meter.reset()
        self.wake.clear()

    def take(self, step: Progress) -> None:
        """A step of the job."""
        if step.phase != self.progress.phase or step.moved < self.progress.moved:
            self.meter.reset()
        self.progress = step
        self.meter.note(step.moved)

    def rest(self, state: TransferState, error: str = "") -> None:
        """It does not go on by itself from here."""
        self.state, self.error, self.waits = state, error, 0.0

    def shown(self) -> Transfer:
        """As a row shows it."""
        is_running = self.state is TransferState.RUNNING and not self.waits
        total = self.progress.total
        completed = min(self.progress.completed, total) if total else self.progress.completed
        speed = self.meter.speed if is_running else 0.0
        return Transfer(
            id=self.id,
            kind=self.job.kind,
            name=self.job.name,
            server=self.server,
            state=self.state,
            status=self._status(),
            completed=completed,
            total=total,
            speed=speed,
            seconds_left=seconds_left(completed, total, speed),
            error=self.error,
            detail=self.detail,
        )

    def _status(self) -> str:
        match self.state:
            case TransferState.RUNNING:
                return self._running_status()
            case TransferState.QUEUED:
                return tr("Waiting for its turn")
            case TransferState.PAUSED:
                return tr("Paused")
            case TransferState.INTERRUPTED:
                return tr("Interrupted when Ondol ended")
            case TransferState.CANCELLED:
                return tr("Cancelled")
            case TransferState.FAILED:
                return tr("Failed")
            case TransferState.DONE:
                return tr("Done")

    def _running_status(self) -> str:
        if self.waits:
            seconds = math.ceil(self.waits)
            return tr("Waiting for the network; next try in {seconds} s", seconds=seconds)
        idle = self.meter.idle_seconds
        if self.progress.total > self.progress.completed and idle >= STALL_SECONDS:
            return tr("No progress for {seconds} s; still trying", seconds=int(idle))
        return self.progress.status
