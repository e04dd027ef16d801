"""The tree of messages in SQL: each has a parent, a conversation shows one branch.

These run in the database's thread, inside a job. Ids grow, so a parent's id is always below
its child's and the newest message under another is a leaf; times decide nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apsw

from gui.records import Message, MessageStatus
from gui.storage.rows import SELECT_MESSAGES, message_from, row_of
from gui.storage.texts import clean_text

_INSERT = """
INSERT INTO messages (conversation_id, parent_id, role, status, created_at, model, error,
                      statistics, run, digest, thinking, content)
VALUES (:conversation_id, :parent_id, :role, :status, :created_at, :model, :error,
        :statistics, :run, :digest, :thinking, :content)
"""
_SHOW = """
UPDATE conversations
SET leaf_id = :id, updated_at = :created_at,
    recency = (SELECT max(recency) + 1 FROM conversations)
WHERE id = :conversation_id AND deleted_at IS NULL
"""
_UPDATE = """
UPDATE messages
SET status = :status, error = :error, statistics = :statistics, run = :run, digest = :digest,
    thinking = :thinking, content = :content
WHERE id = :id
"""
_BRANCH = """
WITH RECURSIVE branch (id, parent_id) AS (
    SELECT messages.id, messages.parent_id
    FROM conversations JOIN messages ON messages.id = conversations.leaf_id
    WHERE conversations.id = ?
    UNION ALL
    SELECT messages.id, messages.parent_id
    FROM branch JOIN messages ON messages.id = branch.parent_id
)
"""
_ON_BRANCH = "WHERE id IN (SELECT id FROM branch) ORDER BY id"
_SIBLINGS = """
SELECT id FROM messages
WHERE conversation_id = ? AND parent_id IS ? AND role = ?
ORDER BY id
"""
_ALL_SIBLINGS = """
SELECT group_concat(id, ',' ORDER BY id) FROM messages
WHERE conversation_id = ?
GROUP BY parent_id, role HAVING count(*) > 1
"""
_NEWEST_BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM messages WHERE conversation_id = :conversation_id AND id = :message_id
    UNION ALL
    SELECT messages.id FROM below
    JOIN messages ON messages.conversation_id = :conversation_id
        AND messages.parent_id = below.id
)
SELECT max(id) FROM below
"""


def insert(connection: apsw.Connection, message: Message) -> Message:
    """`message` saved under a new id, at the end of the branch on show.

    Raises LookupError when its conversation or its parent is not there.
    """
    row = row_of(message)
    connection.execute(_INSERT, row)
    row["id"] = connection.last_insert_rowid()
    connection.execute(_SHOW, row)
    if not connection.changes():
        raise LookupError(f"no conversation {message.conversation_id}")
    return _with_siblings(connection, replace(message, id=row["id"]))


def update(connection: apsw.Connection, message_id: int, changes: dict[str, Any]) -> Message:
    """The message with `changes` (fields of the record) saved; LookupError when not there."""
    row = connection.execute(SELECT_MESSAGES + "WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise LookupError(f"no message {message_id}")
    message = cleaned(replace(message_from(row), **changes))
    connection.execute(_UPDATE, row_of(message))
    return _with_siblings(connection, message)


def cleaned(message: Message) -> Message:
    """`message` with texts that can be saved."""
    return replace(
        message,
        content=clean_text(message.content),
        thinking=clean_text(message.thinking),
        model=clean_text(message.model),
        error=clean_text(message.error),
    )


def branch(connection: apsw.Connection, conversation_id: int) -> tuple[Message, ...]:
    """The branch on show, root first."""
    key = (conversation_id,)
    siblings: dict[int, tuple[int, ...]] = {}
    for (ids,) in connection.execute(_ALL_SIBLINGS, key):
        group = tuple(map(int, ids.split(",")))
        siblings.update(dict.fromkeys(group, group))
    rows = connection.execute(_BRANCH + SELECT_MESSAGES + _ON_BRANCH, key)
    return tuple(message_from(row, siblings.get(row[0], ())) for row in rows)


def show(connection: apsw.Connection, conversation_id: int, message_id: int) -> None:
    """Make the newest leaf below `message_id` the end of the branch on show.

    Raises LookupError when the conversation has no such message.
    """
    keys = {"conversation_id": conversation_id, "message_id": message_id}
    leaf = connection.execute(_NEWEST_BELOW, keys).get
    if leaf is None:
        raise LookupError(f"no message {message_id} in conversation {conversation_id}")
    connection.execute("UPDATE conversations SET leaf_id = ? WHERE id = ?", (leaf, conversation_id))


def end_streaming(connection: apsw.Connection) -> int:
    """Every STREAMING message becomes INCOMPLETE; how many there were."""
    connection.execute(
        "UPDATE messages SET status = ? WHERE status = 'streaming'", (MessageStatus.INCOMPLETE,)
    )
    return connection.changes()


def _with_siblings(connection: apsw.Connection, message: Message) -> Message:
    key = (message.conversation_id, message.parent_id, message.role.value)
    return replace(message, siblings=tuple(i for (i,) in connection.execute(_SIBLINGS, key)))
