"""A program that writes conversations until it is killed, and says what it does.

It reads lines of "path seed delay" and for each: forks a writer, kills it with SIGKILL after
`delay` seconds, says "gone". A writer says each step before ("begin") and after it ("done"),
as JSON, so a reader knows what was acknowledged and what was in flight. Forking spares each
writer Python's start.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from gui.records import MessageStatus, Role
from gui.storage import ConversationStore, Database

T = TypeVar("T")


def say(line: str) -> None:
    """A line, whole even if the kill comes while the pipe is full: POSIX promises it up to
    `PIPE_BUF` bytes."""
    assert len(line.encode()) < select.PIPE_BUF, len(line)
    os.write(1, (line + "\n").encode())


async def step(attempt: Awaitable[T], *fact: str) -> T:
    """Do it, with `fact` (verb, labels, values) said before and after."""
    text = json.dumps(fact, ensure_ascii=False)
    say("begin " + text)
    result = await attempt
    say("done " + text)
    return result


async def write(path: Path, seed: int) -> None:
    """Label and title of a conversation, label and text of a message: all told in each fact."""
    chance = random.Random(seed)
    database = await Database.open(path)
    store = ConversationStore(database)
    await step(store.recover(), "recover")
    await step(store.purge_deleted(), "purge")
    for old in await store.list():
        if chance.random() < 0.5:
            await step(store.delete(old.id), "delete", old.model)
    for number in range(10_000):
        await talk(store, chance, f"{seed}.{number}")


async def talk(store: ConversationStore, chance: random.Random, label: str) -> None:
    conversation = await step(store.create("new", model=label), "create", label, "new")
    parent = None
    for turn in range(chance.randrange(1, 6)):
        name, text = f"{label}.{turn}", f"prompt {turn}"
        prompt = await step(
            store.add_message(conversation.id, parent, Role.USER, text, model=name + "p"),
            *("add", label, name + "p", text, "complete"),
        )
        status = MessageStatus.STREAMING
        reply = await step(
            store.add_message(
                conversation.id, prompt.id, Role.ASSISTANT, "", model=name + "r", status=status
            ),
            *("add", label, name + "r", "", "streaming"),
        )
        for part in range(chance.randrange(1, 8)):
            text = f"{name} part {part} " + "온돌 " * chance.randrange(400)
            await step(
                store.update_message(reply.id, content=text), "checkpoint", label, name + "r", text
            )
        await step(
            store.update_message(reply.id, status=MessageStatus.COMPLETE),
            *("finish", label, name + "r"),
        )
        parent = reply.id
        await step(store.rename(conversation.id, text[:20]), "rename", label, text[:20])


def main() -> None:
    for line in sys.stdin:
        path, seed, delay = line.rstrip("\n").rsplit(" ", 2)
        child = os.fork()
        if child == 0:
            asyncio.run(write(Path(path), int(seed)))
            os._exit(1)
        time.sleep(float(delay))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        say("gone" if os.WTERMSIG(status) == signal.SIGKILL else f"ended by itself: {status}")


if __name__ == "__main__":
    main()
