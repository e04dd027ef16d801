"""What is opened, what is refused, and that a refused file is left as it is."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import apsw
import pytest

from gui.errors import NewerDatabase, StorageUnavailable
from gui.storage import Database
from gui.storage.connection import APPLICATION_ID, OLDEST_SQLITE, _check_library
from gui.storage.migrations import MIGRATIONS


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def _open_and_close(path: Path) -> None:
    database = await Database.open(path)
    await database.close()


def test_the_library_is_safe() -> None:
    """DB-15: this one has the WAL-reset fix; one without it would be refused."""
    assert apsw.SQLITE_VERSION_NUMBER >= OLDEST_SQLITE
    _check_library("3.51.3", 3_051_003)
    for version, number in (("3.40.1", 3_040_001), ("3.51.2", 3_051_002)):
        with pytest.raises(StorageUnavailable, match="too old"):
            _check_library(version, number)


@pytest.mark.parametrize("in_wal", [False, True], ids=["in the file", "still in the WAL"])
def test_a_newer_database_is_left_alone(tmp_path: Path, in_wal: bool) -> None:
    """DB-13: a downgrade explains and changes nothing."""
    path = tmp_path / "c.db"
    asyncio.run(_open_and_close(path))
    newer = apsw.Connection(str(path))
    newer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    newer.pragma("user_version", len(MIGRATIONS) + 1)
    if not in_wal:
        newer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    newer.close()
    before = _digest(path)
    with pytest.raises(NewerDatabase, match="newer version"):
        asyncio.run(_open_and_close(path))
    assert _digest(path) == before
    after = apsw.Connection(str(path))
    assert after.pragma("user_version") == len(MIGRATIONS) + 1
    after.close()


def test_another_applications_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = _digest(path)
    with pytest.raises(StorageUnavailable, match="not a database of Ondol"):
        asyncio.run(_open_and_close(path))
    assert _digest(path) == before


@pytest.mark.parametrize("content", [b"to do: buy milk\n" * 100, bytes(8192)])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(content)
    with pytest.raises(StorageUnavailable, match="damaged"):
        asyncio.run(_open_and_close(path))
    assert path.read_bytes() == content


def test_ours_says_that_it_is_ours(tmp_path: Path) -> None:
    asyncio.run(_open_and_close(tmp_path / "c.db"))
    connection = apsw.Connection(str(tmp_path / "c.db"))
    assert connection.pragma("application_id") == APPLICATION_ID
    assert connection.pragma("user_version") == len(MIGRATIONS)
    connection.close()
