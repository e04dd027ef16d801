"""Opening the SQLite file: is it ours, is it safe to write, and how it is to be written."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import apsw

from gui.errors import NewerDatabase, StorageUnavailable
from gui.language import tr
from gui.storage.migrations import MIGRATIONS, migrate
from gui.storage.sqlite_errors import translated

APPLICATION_ID = int.from_bytes(b"Ondo")
BUSY_TIMEOUT_MS = 5_000
OLDEST_SQLITE = 3_051_003
"""SQLite 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset at once."""

_DURABLE = (
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),  # NORMAL loses acknowledged commits in a power cut
    ("fullfsync", 1),  # macOS: fsync alone leaves them in the drive's cache
    ("checkpoint_fullfsync", 1),
    ("secure_delete", 1),
    ("temp_store", "MEMORY"),
)


def connect(path: Path | None, vfs: str | None = None) -> apsw.Connection:
    """The database at `path`, made or migrated where needed; None is one in memory.

    Raises a `StorageError`; a file that is not ours or newer than us is left as it is.
    """
    _check_library(apsw.sqlite_lib_version(), apsw.SQLITE_VERSION_NUMBER)
    with translated():
        if path is not None:
            _keep_private(path)
        connection = apsw.Connection(str(path or ":memory:"), vfs=vfs)
    try:
        with translated(connection):
            _prepare(connection)
    except BaseException:
        with contextlib.suppress(apsw.Error):  # what is in the log stays there
            connection.close()
        raise
    return connection


def _check_library(version: str, number: int) -> None:
    if number < OLDEST_SQLITE:
        raise StorageUnavailable(tr("SQLite {version} is too old.", version=version))


def _keep_private(path: Path) -> None:
    """The file readable by its owner only; SQLite gives its -wal and -shm the same mode."""
    os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        path.chmod(mode & ~0o077)


def _prepare(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.transaction_mode = "IMMEDIATE"
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    _check_ours(connection)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    for name, value in _DURABLE:
        connection.pragma(name, value)
    migrate(connection)
    connection.pragma("foreign_keys", 1)


def _check_ours(connection: apsw.Connection) -> None:
    version: int = connection.pragma("user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if (version or tables) and connection.pragma("application_id") != APPLICATION_ID:
        raise StorageUnavailable(tr("the file is not a database of Ondol."))
    if version > len(MIGRATIONS):
        raise NewerDatabase(version)
