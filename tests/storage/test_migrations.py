"""Steps are taken in order, once, each whole or not at all."""

from __future__ import annotations

import apsw
import pytest

from gui.storage.migrations import MIGRATIONS, Migration, migrate

FIRST = Migration("first", "CREATE TABLE a (x)")
SECOND = Migration("second", "CREATE TABLE b (x); INSERT INTO a VALUES (1)")
BROKEN = Migration("broken", "CREATE TABLE c (x); INSERT INTO missing VALUES (1)")


def _tables(connection: apsw.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_schema ORDER BY 1")]


def test_only_what_is_missing_is_done() -> None:
    connection = apsw.Connection(":memory:")
    migrate(connection, [FIRST])
    assert (connection.pragma("user_version"), _tables(connection)) == (1, ["a"])
    for _ in range(2):
        migrate(connection, [FIRST, SECOND])
        assert (connection.pragma("user_version"), _tables(connection)) == (2, ["a", "b"])
    assert connection.execute("SELECT count(*) FROM a").get == 1


def test_a_broken_step_leaves_the_step_before() -> None:
    connection = apsw.Connection(":memory:")
    with pytest.raises(apsw.SQLError):
        migrate(connection, [FIRST, BROKEN, SECOND])
    assert (connection.pragma("user_version"), _tables(connection)) == (1, ["a"])


def test_steps_have_names_of_their_own() -> None:
    names = [step.name for step in MIGRATIONS]
    assert len(set(names)) == len(names)
