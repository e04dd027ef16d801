"""Who is told of transfers: each change, at most ten times a second for each, always the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable

from gui.records import Transfer

INTERVAL_SECONDS = 0.1


class Board:
    """Lives on one event loop. What a slow reader did not take yet is replaced by what is new."""

    def __init__(self, current: Callable[[], Iterable[Transfer]]) -> None:
        self._current = current
        self._readers: list[_Reader] = []
        self._latest: dict[str, Transfer] = {}
        self._told_at: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def publish(self, transfer: Transfer) -> None:
        """Tell of it, now or when its interval is over."""
        self._latest[transfer.id] = transfer
        if transfer.id in self._timers:
            return
        loop = asyncio.get_running_loop()
        due = self._told_at.get(transfer.id, -INTERVAL_SECONDS) + INTERVAL_SECONDS
        if due <= loop.time():
            self._tell(transfer.id)
        else:
            self._timers[transfer.id] = loop.call_at(due, self._tell, transfer.id)

    def forget(self, transfer_id: str) -> None:
        """It is no longer there."""
        if timer := self._timers.pop(transfer_id, None):
            timer.cancel()
        self._latest.pop(transfer_id, None)
        self._told_at.pop(transfer_id, None)

    async def events(self) -> AsyncGenerator[Transfer, None]:
        """All that are there, then each change, until `close`."""
        reader = _Reader()
        self._readers.append(reader)
        for transfer in self._current():
            reader.put(transfer)
        try:
            while not reader.closed or reader.waiting:
                await reader.ready.wait()
                for transfer in reader.take():
                    yield transfer
        finally:
            self._readers.remove(reader)

    def close(self) -> None:
        """Tell what is still to be told, then end every reader."""
        for transfer_id in list(self._timers):
            self._timers[transfer_id].cancel()
            self._tell(transfer_id)
        for reader in self._readers:
            reader.close()

    def _tell(self, transfer_id: str) -> None:
        self._timers.pop(transfer_id, None)
        self._told_at[transfer_id] = asyncio.get_running_loop().time()
        for reader in self._readers:
            reader.put(self._latest[transfer_id])


class _Reader:
    def __init__(self) -> None:
        self.waiting: dict[str, Transfer] = {}
        self.ready = asyncio.Event()
        self.closed = False

    def put(self, transfer: Transfer) -> None:
        self.waiting[transfer.id] = transfer
        self.ready.set()

    def take(self) -> list[Transfer]:
        taken, self.waiting = list(self.waiting.values()), {}
        if not self.closed:
            self.ready.clear()
        return taken

    def close(self) -> None:
        self.closed = True
        self.ready.set()
