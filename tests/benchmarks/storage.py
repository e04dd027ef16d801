"""What opening a long conversation and saving a streaming reply cost.

Run: `python tests/benchmarks/storage.py [FOLDER]`, FOLDER being on the disk to be measured.
Each figure stands beside that of bare apsw doing the least that could be asked: a plain SELECT
of the same rows, a plain UPDATE of the same text, in the same run.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import apsw

from gui.records import Message, MessageStatus, Options, Role, RunRecord, Statistics
from gui.storage import ConversationStore, Database, messages

SIZES = (1_000, 10_000, 20_000)
PROMPT = "Why is the floor of a Korean house warm? "
REPLY = "온돌은 바닥을 데우는 난방이다. " * 15
CHECKPOINT = "온돌 warm " * 2_500
RUN = RunRecord("smollm2:135m", "sha256:abc", options=Options(num_ctx=4096, temperature=0.7))
FIGURES = Statistics(100, 200, 5_000_000_000, 1_000, 2_000, 3_000_000_000, 4_000, "stop")


def fill(connection: apsw.Connection, conversation: int, size: int) -> int:
    """`size` messages in one branch; the id of the last."""
    parent = None
    for number in range(size):
        message = (
            Message(0, conversation, parent, Role.ASSISTANT, REPLY, run=RUN, statistics=FIGURES)
            if number % 2
            else Message(0, conversation, parent, Role.USER, PROMPT)
        )
        parent = messages.insert(connection, message).id
    assert parent is not None
    return parent


async def median_ms(call: Callable[[], Awaitable[object]], times: int) -> float:
    """Milliseconds of the middle one of `times` calls."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


def report(what: str, ours: float, bare: float) -> None:
    print(f"{what:<36}{ours:>10.2f} ms {bare:>10.2f} ms bare {ours / bare:>8.1f} x")


async def opening(database: Database, store: ConversationStore, size: int) -> None:
    conversation = (await store.create()).id
    await database.write(lambda connection: fill(connection, conversation, size))

    def select(connection: apsw.Connection) -> list[tuple[object, ...]]:
        sql = "SELECT * FROM messages WHERE conversation_id = ? ORDER BY id"
        return connection.execute(sql, (conversation,)).fetchall()

    ours = await median_ms(lambda: store.branch(conversation), 9)
    report(f"open {size} messages", ours, await median_ms(lambda: database.read(select), 9))


async def saving(database: Database, store: ConversationStore) -> None:
    conversation = (await store.create()).id
    status = MessageStatus.STREAMING
    reply = await store.add_message(conversation, None, Role.ASSISTANT, "", status=status)

    texts = (f"{number:05} {CHECKPOINT}" for number in itertools.count())

    def update(connection: apsw.Connection) -> None:
        sql = "UPDATE messages SET content = ? WHERE id = ?"
        connection.execute(sql, (next(texts), reply.id))

    ours = await median_ms(lambda: store.update_message(reply.id, content=next(texts)), 101)
    bare = await median_ms(lambda: database.write(update), 101)
    report(f"checkpoint of {len(CHECKPOINT.encode()) / 1e3:.0f} kB", ours, bare)


async def main(folder: Path) -> None:
    print(f"SQLite {apsw.sqlite_lib_version()}, apsw {apsw.apsw_version()}")
    start = time.perf_counter()
    database = await Database.open(folder / "c.db")
    print(f"{'open a new database':<36}{(time.perf_counter() - start) * 1e3:>10.2f} ms")
    store = ConversationStore(database)
    await saving(database, store)
    for size in SIZES:
        await opening(database, store, size)
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        asyncio.run(main(Path(name)))
