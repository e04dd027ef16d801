"""DB-03: a disk full at the n-th write is said, damages nothing, and is made up for later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import apsw
import pytest
from storage.disks import FillingDisk, SmallDisk

from gui.errors import DiskFull
from gui.records import Message, MessageStatus, Role
from gui.storage import ConversationStore, Database

P = ParamSpec("P")
T = TypeVar("T")
WRITES = range(1, 201)
STREAMING = MessageStatus.STREAMING
REPLY = "따뜻한 바닥, a warm floor. " * 200


class Person:
    """Frees space and tries again whenever the disk is full; counts how often it was."""

    def __init__(self, disk: FillingDisk, path: Path) -> None:
        self.disk = disk
        self.path = path
        self.refused = 0

    async def insist(
        self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            return await method(*args, **kwargs)
        except DiskFull:
            self.refused += 1
            assert intact(self.path)
            self.disk.free()
            return await method(*args, **kwargs)


def intact(path: Path) -> bool:
    """Whether another program finds the file sound."""
    connection = apsw.Connection(str(path))
    try:
        return bool(connection.pragma("integrity_check") == "ok")
    finally:
        connection.close()


async def talk(store: ConversationStore, person: Person) -> list[Message]:
    """Three turns: a prompt sent, its reply checkpointed as it streams, its end saved."""
    insist = person.insist
    conversation = await insist(store.create, "온돌")
    told: list[Message] = []
    for number in range(3):
        parent = told[-1].id if told else None
        prompt = await insist(store.add_message, conversation.id, parent, Role.USER, str(number))
        reply = await insist(
            store.add_message, conversation.id, prompt.id, Role.ASSISTANT, "", status=STREAMING
        )
        for part in range(1, 4):
            await insist(store.update_message, reply.id, content=REPLY[: len(REPLY) * part // 3])
        reply = await insist(store.update_message, reply.id, status=MessageStatus.COMPLETE)
        told += [prompt, reply]
    assert list(await store.branch(conversation.id)) == told
    return told


@pytest.mark.parametrize("once", [False, True], ids=["until freed", "for one write"])
def test_full_while_talking(folder: Path, monkeypatch: pytest.MonkeyPatch, once: bool) -> None:
    monkeypatch.setattr("gui.storage.database.CHECKPOINT_PAGES", 10)

    async def scenario(n: int) -> int:
        path = folder / f"{n}.db"
        with FillingDisk() as disk:
            database = await Database.open(path, vfs=disk.name)
            person = Person(disk, path)
            disk.fill_at(n, once=once)
            told = await talk(ConversationStore(database), person)
            await database.close()
        again = await Database.open(path)
        assert list(await ConversationStore(again).branch(1)) == told
        await again.close()
        (folder / f"{n}.db.reserve").unlink()
        return person.refused

    refused = [asyncio.run(scenario(n)) for n in WRITES]
    assert set(refused) <= {0, 1}
    if once:
        assert 0 < sum(refused) < len(WRITES), "the reserve saves what was in flight"
    else:
        assert all(refused)


def test_full_while_migrating(folder: Path) -> None:
    async def scenario(n: int) -> bool:
        path = folder / f"{n}.db"
        with FillingDisk() as disk:
            disk.fill_at(n)
            try:
                database = await Database.open(path, vfs=disk.name)
            except DiskFull:
                refused = True
                assert intact(path)
                disk.free()
                database = await Database.open(path, vfs=disk.name)
            else:
                refused = False
                disk.free()
            await talk(ConversationStore(database), Person(disk, path))
            await database.close()
        (folder / f"{n}.db.reserve").unlink()
        return refused

    refused = [asyncio.run(scenario(n)) for n in range(1, 61)]
    assert refused[0]
    assert not refused[-1], "more writes than a migration makes"
    assert refused == sorted(refused, reverse=True)


def test_the_reserve_is_for_the_reply_and_for_making_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        path = folder / "c.db"
        with SmallDisk(folder, capacity=2**30) as disk:
            database = await Database.open(path, vfs=disk.name)
            store = ConversationStore(database)
            conversation = (await store.create()).id
            prompt = await store.add_message(conversation, None, Role.USER, "hi")
            reply = await store.add_message(conversation, prompt.id, Role.ASSISTANT, "")

            disk.fill()
            with monkeypatch.context() as patch:
                patch.setattr("gui.storage.reserve.ROOM", 2**62)
                for _ in range(2):
                    with pytest.raises(DiskFull):
                        await store.add_message(conversation, reply.id, Role.USER, "not in flight")
                    reply = await store.update_message(reply.id, content=reply.content + REPLY)
                assert await store.branch(conversation) == (prompt, reply)
                await store.delete(conversation)
                await store.purge_deleted()
            await store.create("there is room again")
            await database.close()
        assert intact(path)

    asyncio.run(scenario())


def test_a_spent_reserve_is_set_aside_again(folder: Path) -> None:
    async def scenario() -> None:
        reserve = folder / "c.db.reserve"
        with FillingDisk() as disk:
            database = await Database.open(folder / "c.db", vfs=disk.name)
            store = ConversationStore(database)
            conversation = await store.create()
            reserve_before = reserve.read_bytes()
            disk.fill_at(1, once=True)
            await store.delete(conversation.id)
            assert len(reserve.read_bytes()) == len(reserve_before)
            assert reserve.read_bytes() != reserve_before
            assert reserve.stat().st_mode & 0o777 == 0o600
            await database.close()

    asyncio.run(scenario())
