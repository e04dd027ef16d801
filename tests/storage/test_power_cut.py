"""DB-02: a power cut at any step loses no acknowledged message and damages nothing."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import apsw
import pytest
from storage.disks import RecordingDisk

from gui.records import MessageStatus, Role
from gui.storage import ConversationStore, Database

NIGHTLY = bool(os.environ.get("ONDOL_NIGHTLY"))
MESSAGES = 50


async def _session(path: Path, disk: RecordingDisk) -> None:
    """Fifty messages, every second one streamed in two checkpoints, the WAL folded often."""
    database = await Database.open(path, vfs=disk.name)
    store = ConversationStore(database)
    conversation = await store.create()
    parent: int | None = None
    for number in range(MESSAGES // 2):
        prompt = await store.add_message(conversation.id, parent, Role.USER, f"prompt {number}")
        disk.acknowledge((prompt.id, prompt.content))
        reply = await store.add_message(
            conversation.id, prompt.id, Role.ASSISTANT, "", status=MessageStatus.STREAMING
        )
        await store.update_message(reply.id, content=f"reply {number} " * 50)
        reply = await store.update_message(
            reply.id, content=f"reply {number} " * 300, status=MessageStatus.COMPLETE
        )
        disk.acknowledge((reply.id, reply.content))
        parent = reply.id
    await database.close()


def _saved_after(files: dict[str, bytes], folder: Path) -> set[object]:
    """What a fresh start finds in `files`."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    connection = apsw.Connection(str(folder / "c.db"))
    try:
        assert connection.pragma("integrity_check") == "ok"
        if not connection.table_exists("main", "messages"):
            return set()
        return set(connection.execute("SELECT id, content FROM messages"))
    finally:
        connection.close()


@pytest.mark.parametrize("loss", ["all unsynced", "some unsynced, one torn"])
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr("gui.storage.database.CHECKPOINT_PAGES", 20)
    chance = random.Random(20) if loss.startswith("some") else None
    after = tmp_path / "after"
    after.mkdir()
    with RecordingDisk() as disk:
        asyncio.run(_session(tmp_path / "c.db", disk))
    states = 0
    for number, (files, promised) in enumerate(disk.power_cuts(chance)):
        if NIGHTLY or number % 3 == 0:
            assert set(promised) <= _saved_after(files, after)
            states += 1
    assert states >= 500
    assert len(promised) == MESSAGES
