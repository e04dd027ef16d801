"""One connection, one thread, one transaction a write; and one whole file after closing."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from pathlib import Path

import apsw
import pytest

from gui.errors import DiskFull, StorageUnavailable
from gui.records import Role
from gui.storage import ConversationStore, Database


def _titles(connection: apsw.Connection) -> list[str]:
    return [title for (title,) in connection.execute("SELECT title FROM conversations")]


def test_durable_settings(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = await Database.open(tmp_path / "c.db")
        names = ("journal_mode", "synchronous", "fullfsync", "secure_delete", "foreign_keys")
        found = await database.read(lambda c: [c.pragma(name) for name in names])
        assert found == ["wal", 2, 1, 1, 1]
        await database.close()

    asyncio.run(scenario())


def test_a_failed_write_leaves_nothing() -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        store = ConversationStore(database)
        await store.create("kept")

        def work(connection: apsw.Connection) -> None:
            connection.execute("UPDATE conversations SET title = 'lost'")
            raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError, match="in the middle"):
            await database.write(work)
        assert await database.read(_titles) == ["kept"]
        await store.create("the next one works")
        await database.close()

    asyncio.run(scenario())


def test_the_loop_runs_while_the_disk_works_and_a_cancelled_write_is_done() -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        store = ConversationStore(database)
        started, finish = threading.Event(), threading.Event()

        def slow(connection: apsw.Connection) -> None:
            started.set()
            assert finish.wait(10)
            connection.execute("UPDATE conversations SET title = 'begun'")

        await store.create("old")
        running = asyncio.create_task(database.write(slow))
        waiting = asyncio.create_task(store.create("queued"))
        assert await asyncio.to_thread(started.wait, 10)
        for task in (running, waiting):
            task.cancel()
        assert all(
            isinstance(outcome, asyncio.CancelledError)
            for outcome in await asyncio.gather(running, waiting, return_exceptions=True)
        )
        finish.set()
        assert await database.read(_titles) == ["begun", "queued"]
        await database.close()

    asyncio.run(scenario())


def test_a_failure_after_its_caller_left_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        started, finish = threading.Event(), threading.Event()

        def slow(_connection: apsw.Connection) -> None:
            started.set()
            assert finish.wait(10)
            raise apsw.FullError("no space")

        saving = asyncio.create_task(database.write(slow))
        assert await asyncio.to_thread(started.wait, 10)
        saving.cancel()
        await asyncio.wait([saving])
        finish.set()
        await database.close()

    asyncio.run(scenario())
    assert "DiskFull" in caplog.text


def test_writes_are_done_in_the_order_given() -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        store = ConversationStore(database)
        made = await asyncio.gather(*(store.create(str(number)) for number in range(50)))
        assert [conversation.title for conversation in made] == [str(n) for n in range(50)]
        assert [conversation.id for conversation in made] == list(range(1, 51))
        await database.close()

    asyncio.run(scenario())


def test_close_finishes_what_was_given(tmp_path: Path) -> None:
    """DB-20: quitting right after the last token."""

    async def scenario() -> None:
        database = await Database.open(tmp_path / "c.db")
        store = ConversationStore(database)
        saving = [asyncio.create_task(store.create(str(number))) for number in range(20)]
        await asyncio.sleep(0)
        await database.close()
        await database.close()
        await asyncio.gather(*saving)
        again = await Database.open(tmp_path / "c.db")
        assert len(await ConversationStore(again).list()) == 20
        await again.close()

    asyncio.run(scenario())


def test_after_close_one_file_is_whole(tmp_path: Path) -> None:
    """DB-17: a person copies only the database file."""

    async def scenario() -> None:
        database = await Database.open(tmp_path / "c.db")
        store = ConversationStore(database)
        conversation = await store.create("온돌")
        message = await store.add_message(conversation.id, None, Role.USER, "hello")
        await database.close()
        assert sorted(os.listdir(tmp_path)) == ["c.db", "c.db.reserve"]  # noqa: PTH208
        shutil.copy(tmp_path / "c.db", tmp_path / "copy.db")
        copied = await Database.open(tmp_path / "copy.db")
        assert await ConversationStore(copied).branch(conversation.id) == (message,)
        await copied.close()

    asyncio.run(scenario())


def test_after_close_nothing_is_taken() -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        await database.close()
        with pytest.raises(RuntimeError):
            await database.read(_titles)

    asyncio.run(scenario())


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_only_the_owner_can_read(tmp_path: Path) -> None:
    async def scenario() -> set[int]:
        database = await Database.open(tmp_path / "c.db")
        await ConversationStore(database).create()
        modes = {entry.stat().st_mode & 0o777 for entry in os.scandir(tmp_path)}
        await database.close()
        return modes

    (tmp_path / "c.db").touch(0o666)
    before = os.umask(0)
    try:
        assert asyncio.run(scenario()) == {0o600}
    finally:
        os.umask(before)


def test_a_database_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DB-06: the write is refused in words, and works once the other lets go."""
    monkeypatch.setattr("gui.storage.connection.BUSY_TIMEOUT_MS", 20)

    async def scenario() -> None:
        database = await Database.open(tmp_path / "c.db")
        store = ConversationStore(database)
        other = apsw.Connection(str(tmp_path / "c.db"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="another program"):
            await store.create()
        assert await store.list() == ()
        other.execute("ROLLBACK")
        await store.create()
        other.close()
        await database.close()

    asyncio.run(scenario())


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        asyncio.run(Database.open(tmp_path / "nowhere" / "c.db"))


def test_the_system_saying_no_space_is_disk_full() -> None:
    async def scenario() -> None:
        database = await Database.open(None)

        def work(_connection: apsw.Connection) -> None:
            raise OSError(28, "No space left on device")

        with pytest.raises(DiskFull):
            await database.write(work)
        await database.close()

    asyncio.run(scenario())


def test_a_wrong_statement_is_our_bug_and_not_hidden() -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        with pytest.raises(apsw.SQLError):
            await database.read(lambda connection: connection.execute("SELEKT"))
        await database.close()

    asyncio.run(scenario())
