"""The schema, as ordered named steps; `PRAGMA user_version` counts the steps taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Once released it is never edited; a change is a new step."""

    name: str
    sql: str


_CONVERSATIONS_AND_MESSAGES = """
PRAGMA application_id = 1332634735;  -- "Ondo" in ASCII

CREATE TABLE conversations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT    NOT NULL,
    created_at  REAL    NOT NULL,
    updated_at  REAL    NOT NULL,
    recency     INTEGER NOT NULL UNIQUE,  -- grows with each message: clocks can go back
    deleted_at  REAL,                     -- set: gone from the list, purged later
    model       TEXT    NOT NULL,
    preset      TEXT    NOT NULL,
    leaf_id     INTEGER,
    draft       TEXT    NOT NULL DEFAULT '',
    FOREIGN KEY (id, leaf_id) REFERENCES messages (conversation_id, id)
        DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- The long texts stand last, so that walking the tree does not read them.
CREATE TABLE messages (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    parent_id       INTEGER CHECK (parent_id < id),  -- so a tree has no cycle
    role            TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    created_at      REAL    NOT NULL,
    model           TEXT    NOT NULL,
    error           TEXT    NOT NULL,
    statistics      TEXT,  -- JSON
    run             TEXT,  -- JSON
    digest          BLOB    NOT NULL,  -- SHA-256 of content and thinking
    thinking        TEXT    NOT NULL,
    content         TEXT    NOT NULL,
    UNIQUE (conversation_id, id),
    FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id)
        DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id, role);
CREATE INDEX messages_streaming ON messages (id) WHERE status = 'streaming';
"""

_TEMPERATURE = """
ALTER TABLE conversations ADD COLUMN temperature REAL;  -- over the preset's; NULL: the preset's
"""

MIGRATIONS = (
    Migration("conversations and messages", _CONVERSATIONS_AND_MESSAGES),
    Migration("a temperature for a conversation", _TEMPERATURE),
)


def migrate(connection: apsw.Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Take the steps not yet taken, each whole or not at all, its number with it.

    Foreign keys must be off, as SQLite's way of rebuilding a table needs it
    (https://sqlite.org/lang_altertable.html, section 7).
    """
    for version in range(connection.pragma("user_version"), len(steps)):
        with connection:
            connection.execute(steps[version].sql)
            connection.pragma("user_version", version + 1)
