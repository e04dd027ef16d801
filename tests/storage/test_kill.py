"""DB-01: kill -9 at any moment loses nothing acknowledged and leaves nothing half done."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

KILLS = 2_000 if os.environ.get("ONDOL_NIGHTLY") else 100
LONGEST = 0.2
"""Seconds until a kill."""
MAKING = 0.02
"""Seconds within which a database is made."""

# Conversations by label: title, and messages by label: status and text.
Shelf = dict[str, tuple[str, dict[str, tuple[str, str]]]]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer forks"),
    pytest.mark.timeout(0 if KILLS > 100 else 120),
]


class Expected:
    """What must be on the disk, by what the writer said."""

    def __init__(self) -> None:
        self.shelf: Shelf = {}
        self.deleted: set[str] = set()

    def apply(self, verb: str, label: str = "", *values: str) -> None:
        match verb, values:
            case "create", (title,):
                self.shelf[label] = (title, {})
            case "rename", (title,):
                self.shelf[label] = (title, self.shelf[label][1])
            case "add", (message, text, status):
                self.shelf[label][1][message] = (status, text)
            case "checkpoint", (message, text):
                self.shelf[label][1][message] = ("streaming", text)
            case "finish", (message,):
                self.shelf[label][1][message] = ("complete", self.shelf[label][1][message][1])
            case "delete", ():
                self.deleted.add(label)
            case "purge", ():
                for gone in self.deleted:
                    del self.shelf[gone]
                self.deleted.clear()
            case "recover", ():
                self._recover()
            case _:
                pytest.fail(f"unknown fact {verb} {values}")

    def _recover(self) -> None:
        for _, messages in self.shelf.values():
            for name, (status, text) in messages.items():
                if status == "streaming":
                    messages[name] = ("incomplete", text)


def found(path: Path, copies: Path) -> tuple[Shelf, set[str]]:
    """What a start after the kill finds, read from a copy: the next writer recovers the file."""
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir()
    for suffix in ("", "-wal"):
        if (file := path.with_name(path.name + suffix)).exists():
            shutil.copy(file, copies)
    connection = apsw.Connection(str(copies / path.name))
    try:
        assert connection.pragma("integrity_check") == "ok"
        assert connection.pragma("foreign_key_check") is None
        return _read(connection)
    finally:
        connection.close()


def _read(connection: apsw.Connection) -> tuple[Shelf, set[str]]:
    shelf: Shelf = {}
    deleted = set()
    if not connection.table_exists("main", "messages"):
        return shelf, deleted
    for label, title, deleted_at in connection.execute(
        "SELECT model, title, deleted_at FROM conversations"
    ):
        shelf[label] = (title, {})
        if deleted_at is not None:
            deleted.add(label)
    for label, message, status, text in connection.execute(
        "SELECT c.model, m.model, m.status, m.content "
        "FROM messages m JOIN conversations c ON c.id = m.conversation_id"
    ):
        shelf[label][1][message] = (status, text)
    return shelf, deleted


class Writer:
    """The killing program, and what the writer it killed last had said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill_one(self, path: Path, seed: int, delay: float) -> tuple[list[list[str]], list[str]]:
        """Facts acknowledged, and the one in flight ([] for none)."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path} {seed} {delay}\n")
        self._process.stdin.flush()
        done: list[list[str]] = []
        begun: list[str] = []
        for line in self._process.stdout:
            verb, _, fact = line.rstrip("\n").partition(" ")
            match verb:
                case "begin":
                    begun = json.loads(fact)
                case "done":
                    done.append(json.loads(fact))
                    begun = []
                case "gone":
                    return done, begun
                case _:
                    pytest.fail(line)
        pytest.fail("the writer's program ended")


@contextmanager
def started() -> Iterator[Writer]:
    program = Path(__file__).with_name("writer.py")
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        yield Writer(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_nothing_acknowledged_is_lost(folder: Path) -> None:
    chance = random.Random(1)
    acknowledged = in_flight = 0
    with started() as writer:
        for kill in range(KILLS):
            if is_new := kill % 10 == 0:
                path, expected = folder / f"{kill}.db", Expected()
            delay = chance.uniform(0, MAKING if is_new else LONGEST)
            done, begun = writer.kill_one(path, kill, delay)
            for fact in done:
                expected.apply(*fact)
            either = copy.deepcopy(expected)
            if begun:
                either.apply(*begun)
            actual = found(path, folder / "copy")
            assert actual in ((expected.shelf, expected.deleted), (either.shelf, either.deleted))
            expected.shelf, expected.deleted = actual
            acknowledged += len(done)
            in_flight += bool(begun)
    assert acknowledged > 20 * KILLS
    assert in_flight > KILLS // 4, "most kills should hit a write"
    print(f"{KILLS} kills, {acknowledged} acknowledged, {in_flight} in flight")  # noqa: T201
