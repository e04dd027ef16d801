"""A reply as it grows, and the promise that it is on disk within a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gui.errors import OndolError, StorageError
from gui.records import Message, MessageStatus, RunRecord, Statistics

if TYPE_CHECKING:
    from gui.storage import ConversationStore

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class Draft:
    """The reply of one turn: its text in memory, written to its row as it grows.

    Writes never hold up the stream: at most one checkpoint is under way at a time. A
    checkpoint that fails is tried again; the text stays here until it is saved.
    """

    def __init__(
        self,
        store: ConversationStore,
        message: Message,
        clock: Callable[[], float],
        interval: float,
    ) -> None:
        self.message = message
        self._store = store
        self._clock = clock
        self._interval = interval
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._dirty_since: float | None = None
        self._checkpoint: asyncio.Task[None] | None = None

    @property
    def has_text(self) -> bool:
        """Whether anything came."""
        return bool(self._text or self._thinking)

    def add(self, *, text: str = "", thinking: str = "") -> None:
        """More of the reply."""
        if text:
            self._text.append(text)
        if thinking:
            self._thinking.append(thinking)
        self.touch()

    def touch(self) -> None:
        """Something to save that is no text of the reply: what a step of a chain gave."""
        if self._dirty_since is None:
            self._dirty_since = self._clock()

    def due_in(self) -> float | None:
        """Seconds until a checkpoint is due, None when everything is saved or being saved."""
        if self._dirty_since is None or self._is_saving:
            return None
        return max(0.0, self._dirty_since + self._interval - self._clock())

    def checkpoint_if_due(self, run: Callable[[], RunRecord | None] = lambda: None) -> None:
        """Start writing what has come, if the last write was long enough ago.

        `run` gives the run record as it is now, None if it is as it was.
        """
        if self.due_in() == 0.0:
            self._dirty_since = None
            so_far = self._save_so_far("".join(self._text), "".join(self._thinking), run())
            self._checkpoint = asyncio.create_task(so_far, name="chat:checkpoint")

    @property
    def _is_saving(self) -> bool:
        return self._checkpoint is not None and not self._checkpoint.done()

    async def restart(self, run: RunRecord) -> None:
        """The request goes out again with another `run`; raises `StorageError`."""
        with suppress(LookupError):
            self.message = await self._store.update_message(self.message.id, run=run)

    async def finish(
        self,
        status: MessageStatus,
        statistics: Statistics | None,
        error: OndolError | None,
        run: RunRecord | None = None,
    ) -> StorageError | None:
        """The end: `message` becomes what it now is, and is saved, unless the error returned."""
        self.message = replace(
            self.message,
            content="".join(self._text),
            thinking="".join(self._thinking),
            status=status,
            statistics=statistics,
            error=str(error) if error else "",
            run=run or self.message.run,
        )
        if self._is_saving and self._checkpoint is not None:
            await asyncio.wait({self._checkpoint})
        try:
            await self.save()
        except StorageError as problem:
            return problem
        return None

    async def save(self) -> None:
        """Write the ended reply; raises `StorageError`, and may be called again."""
        ended = self.message
        with suppress(LookupError):  # its conversation was erased meanwhile: nothing to keep
            self.message = await self._store.update_message(
                ended.id,
                content=ended.content,
                thinking=ended.thinking,
                status=ended.status,
                statistics=ended.statistics,
                error=ended.error,
                run=ended.run,
            )

    async def _save_so_far(self, text: str, thinking: str, run: RunRecord | None) -> None:
        try:
            with suppress(LookupError):
                await self._store.update_message(
                    self.message.id, content=text, thinking=thinking, run=run
                )
        except StorageError as problem:
            log.warning("a checkpoint failed and will be tried again: %s", problem.detail)
            self._dirty_since = self._clock()


class UnsavedDrafts:
    """Ended replies that could not be saved, tried again until they are."""

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self._drafts: dict[int, Draft] = {}
        self._retry_seconds = retry_seconds
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._drafts)

    def keep(self, draft: Draft) -> None:
        """Hold `draft` and keep trying to save it."""
        self._drafts[draft.message.id] = draft
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._retry(), name="chat:unsaved")

    async def save(self) -> bool:
        """Try each of them once; True when nothing is unsaved any more."""
        for identity, draft in list(self._drafts.items()):
            try:
                await draft.save()
            except StorageError as problem:
                log.warning("a reply is still not saved: %s", problem.detail)
            else:
                self._drafts.pop(identity, None)
        return not self._drafts

    async def close(self) -> bool:
        """Stop trying, after one last time; True when nothing is unsaved."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        return await self.save()

    async def _retry(self) -> None:
        while self._drafts:
            await asyncio.sleep(self._retry_seconds)
            await self.save()
