"""A reply is on the disk within a second of coming, and is never lost to a full one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat.scripted import Answer, says
from chat.table import eventually, laid
from gui.chat import Pace, ReplyFailed, ReplyFinished
from gui.chat.drafts import Draft, UnsavedDrafts
from gui.errors import DiskFull, StorageError
from gui.records import Message, MessageStatus, Role
from gui.storage import ConversationStore, Database


class Recording(ConversationStore):
    """The real store, which notes what it is given and fails when it is told to."""

    failing = False
    saved: list[str]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.saved = []

    async def update_message(self, message_id: int, **changes: Any) -> Message:
        if self.failing:
            raise DiskFull("as told")
        if changes.get("content") is not None:
            self.saved.append(changes["content"])
        return await super().update_message(message_id, **changes)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def with_draft(
    folder: Path, work: Callable[[Draft, Time, Recording], Any], interval: float = 0.8
) -> None:
    async def main() -> None:
        database = await Database.open(folder / "d.db")
        try:
            store, clock = Recording(database), Time()
            conversation = await store.create()
            message = await store.add_message(
                conversation.id, None, Role.ASSISTANT, "", status=MessageStatus.STREAMING
            )
            await work(Draft(store, message, clock, interval), clock, store)
        finally:
            await database.close()

    asyncio.run(main())


async def settled() -> None:
    """Everything that was started has ended."""
    others = asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]
    if others:
        await asyncio.wait(others)


def test_text_is_saved_within_a_second(tmp_path: Path) -> None:
    async def work(draft: Draft, clock: Time, store: Recording) -> None:
        unsaved_since: float | None = None
        for step in range(200):
            draft.add(text=f"{step} ")
            unsaved_since = unsaved_since if unsaved_since is not None else clock.now
            draft.checkpoint_if_due()
            await settled()
            if store.saved and store.saved[-1].endswith(f" {step} "):
                unsaved_since = None
            assert unsaved_since is None or clock.now - unsaved_since < 1.0
            clock.now += 0.05
        assert 9 <= len(store.saved) <= 13

    with_draft(tmp_path, work)


def test_a_pause_does_not_keep_text_from_the_disk(tmp_path: Path) -> None:
    async def work(draft: Draft, clock: Time, _: Recording) -> None:
        assert draft.due_in() is None
        draft.add(thinking="hm")
        assert draft.due_in() == pytest.approx(0.8)
        clock.now += 0.5
        assert draft.due_in() == pytest.approx(0.3)
        clock.now += 9
        assert draft.due_in() == 0.0
        draft.checkpoint_if_due()
        assert draft.due_in() is None
        await settled()

    with_draft(tmp_path, work)


def test_only_one_checkpoint_at_a_time(tmp_path: Path) -> None:
    async def work(draft: Draft, clock: Time, store: Recording) -> None:
        for _ in range(50):
            draft.add(text="a")
            clock.now += 1
            draft.checkpoint_if_due()
        await settled()
        assert store.saved == ["a"]
        draft.checkpoint_if_due()
        await settled()
        assert store.saved == ["a", "a" * 50]

    with_draft(tmp_path, work)


def test_a_failed_checkpoint_is_tried_again(tmp_path: Path) -> None:
    async def work(draft: Draft, clock: Time, store: Recording) -> None:
        store.failing = True
        draft.add(text="kept")
        clock.now += 1
        draft.checkpoint_if_due()
        await settled()
        store.failing = False
        clock.now += 1
        draft.checkpoint_if_due()
        await settled()
        assert store.saved == ["kept"]

    with_draft(tmp_path, work)


def test_what_could_not_be_saved_is_saved_later(tmp_path: Path) -> None:
    async def work(draft: Draft, _: Time, store: Recording) -> None:
        unsaved = UnsavedDrafts(retry_seconds=0.01)
        store.failing = True
        draft.add(text="kept")
        problem = await draft.finish(MessageStatus.STOPPED, None, None)
        assert isinstance(problem, DiskFull)
        unsaved.keep(draft)
        assert not await unsaved.save()
        store.failing = False
        await eventually(lambda: not len(unsaved))
        [message] = await store.branch(draft.message.conversation_id)
        assert (message.content, message.status) == ("kept", MessageStatus.STOPPED)
        assert await unsaved.close()

    with_draft(tmp_path, work)


def test_the_text_streams_to_the_disk(tmp_path: Path) -> None:
    """With a real clock and a real file: another look sees the text while it grows."""

    async def script(answer: Answer) -> None:
        for _ in range(40):
            await answer.token("a")
            await asyncio.sleep(0.01)
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, script, Pace(checkpoint=0.05), Recording) as table:
            end = (await table.say("Hello"))[-1]
            assert isinstance(end, ReplyFinished)
            store = table.store
            assert isinstance(store, Recording)
            assert len(store.saved) >= 4
            assert store.saved == sorted(store.saved, key=len)
            assert store.saved[-1] == "a" * 40

    asyncio.run(main())


def test_a_disk_that_fills_while_streaming_loses_nothing(tmp_path: Path) -> None:
    async def script(answer: Answer) -> None:
        for _ in range(20):
            await answer.token("a")
            await asyncio.sleep(0.005)
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, script, Pace(checkpoint=0.02), Recording) as table:
            store = table.store
            assert isinstance(store, Recording)
            store.failing = True
            end = (await table.say("Hello"))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, StorageError)
            assert end.message.content == "a" * 20
            assert end.message.status is MessageStatus.COMPLETE
            assert (await table.branch())[1].status is MessageStatus.STREAMING
            store.failing = False
            assert await table.session.close()
            reply = (await table.branch())[1]
            assert reply == end.message

    asyncio.run(main())


def test_stop_on_a_full_disk_is_told_at_once(tmp_path: Path) -> None:
    async def silent(answer: Answer) -> None:
        await answer.token("a")
        await answer.gone()

    async def main() -> None:
        async with laid(tmp_path, silent, None, Recording) as table:
            store = table.store
            assert isinstance(store, Recording)
            store.failing = True
            task = asyncio.create_task(table.say("Hello"))
            await eventually(lambda: bool(table.server.requests))
            task.cancel()
            end = (await task)[-1]
            assert isinstance(end, ReplyFailed)
            assert end.message.status is MessageStatus.STOPPED
            store.failing = False

    asyncio.run(main())


def test_nothing_is_sent_when_the_question_cannot_be_saved(tmp_path: Path) -> None:
    class Full(ConversationStore):
        async def add_message(self, *_: Any, **__: Any) -> Message:
            raise DiskFull("as told")

    async def main() -> None:
        async with laid(tmp_path, says("a"), None, Full) as table:
            with pytest.raises(DiskFull):
                await table.say("Hello")
            assert table.server.requests == []
            assert await table.branch() == ()

    asyncio.run(main())


def test_a_checkpoint_under_way_ends_before_the_last_save(tmp_path: Path) -> None:
    async def work(draft: Draft, clock: Time, store: Recording) -> None:
        draft.add(text="a")
        clock.now += 1
        draft.checkpoint_if_due()
        draft.add(text="b")
        assert await draft.finish(MessageStatus.COMPLETE, None, None) is None
        assert store.saved == ["a", "ab"]

    with_draft(tmp_path, work)
