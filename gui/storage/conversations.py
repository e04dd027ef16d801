"""The store of conversations: every method crosses into the database's thread and back."""

from __future__ import annotations

import time
from collections.abc import Callable

import apsw

from gui.records import Conversation, Message, MessageStatus, Role, RunRecord, Statistics
from gui.storage import messages
from gui.storage.database import Database
from gui.storage.rows import SELECT_CONVERSATIONS, conversation_from
from gui.storage.texts import clean_text

_CREATE = """
INSERT INTO conversations (title, created_at, updated_at, recency, model, preset)
VALUES (:title, :now, :now, (SELECT coalesce(max(recency), 0) + 1 FROM conversations),
        :model, :preset)
"""
_CHANGE = """
UPDATE conversations
SET title = coalesce(:title, title), model = coalesce(:model, model),
    preset = coalesce(:preset, preset), draft = coalesce(:draft, draft)
WHERE id = :id AND deleted_at IS NULL
"""
_SET_TEMPERATURE = """
UPDATE conversations SET temperature = ? WHERE id = ? AND deleted_at IS NULL
"""
_ONE = SELECT_CONVERSATIONS + "WHERE id = ? AND deleted_at IS NULL"
_PAGE = """
WHERE deleted_at IS NULL
  AND recency < coalesce((SELECT recency FROM conversations WHERE id = :before), 1 << 62)
ORDER BY recency DESC LIMIT :limit
"""
_DELETE = "UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL"
_UNDELETE = "UPDATE conversations SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL"
_PURGE = """
DELETE FROM messages WHERE conversation_id IN
    (SELECT id FROM conversations WHERE deleted_at IS NOT NULL);
DELETE FROM conversations WHERE deleted_at IS NOT NULL;
"""


class ConversationStore:
    """Conversations and their messages.

    Every method may raise a `StorageError`; after one, nothing of the call is saved.
    An id that is not there (or, for a conversation, deleted) raises LookupError.
    Texts are saved as `clean_text` gives them, and the records returned hold them so.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch (UTC); it dates rows and orders nothing."""
        self._database = database
        self._clock = clock

    async def create(self, title: str = "", model: str = "", preset: str = "") -> Conversation:
        """A new, empty conversation, first in the list."""
        values = {
            "title": clean_text(title),
            "model": clean_text(model),
            "preset": clean_text(preset),
            "now": self._clock(),
        }

        def work(connection: apsw.Connection) -> Conversation:
            connection.execute(_CREATE, values)
            return _one(connection, connection.last_insert_rowid())

        return await self._database.write(work)

    async def list(
        self, limit: int = 200, before: Conversation | None = None
    ) -> tuple[Conversation, ...]:
        """At most `limit` conversations, the last spoken in first; `before` gives the next page."""
        keys = {"limit": limit, "before": before.id if before else None}

        def work(connection: apsw.Connection) -> tuple[Conversation, ...]:
            return tuple(
                map(conversation_from, connection.execute(SELECT_CONVERSATIONS + _PAGE, keys))
            )

        return await self._database.read(work)

    async def get(self, conversation_id: int) -> Conversation:
        """The conversation as it is now."""
        return await self._database.read(lambda connection: _one(connection, conversation_id))

    async def rename(self, conversation_id: int, title: str) -> Conversation:
        """The conversation under a new title; its place in the list stays."""
        return await self._change(conversation_id, title=title)

    async def choose(
        self, conversation_id: int, *, model: str | None = None, preset: str | None = None
    ) -> Conversation:
        """The conversation with the model or the preset its next turn uses."""
        return await self._change(conversation_id, model=model, preset=preset)

    async def set_temperature(
        self, conversation_id: int, temperature: float | None
    ) -> Conversation:
        """The conversation with a temperature over its preset's; None is the preset's."""

        def work(connection: apsw.Connection) -> Conversation:
            connection.execute(_SET_TEMPERATURE, (temperature, conversation_id))
            return _one(connection, conversation_id)

        return await self._database.write(work)

    async def save_draft(self, conversation_id: int, text: str) -> None:
        """Keep what is typed and not yet sent."""
        await self._change(conversation_id, draft=text)

    async def draft(self, conversation_id: int) -> str:
        """What was typed and not yet sent."""

        def work(connection: apsw.Connection) -> str:
            sql = "SELECT draft FROM conversations WHERE id = ?"
            return str(connection.execute(sql, (conversation_id,)).get or "")

        return await self._database.read(work)

    async def delete(self, conversation_id: int) -> None:
        """Take it out of the list; `undelete` brings it back until `purge_deleted`."""
        await self._mark(_DELETE, (self._clock(), conversation_id))

    async def undelete(self, conversation_id: int) -> Conversation:
        """Bring back what `delete` took, in its old place in the list."""
        await self._mark(_UNDELETE, (conversation_id,))
        return await self.get(conversation_id)

    async def purge_deleted(self) -> int:
        """Erase what was deleted, its bytes overwritten; how many conversations it was.

        To be called when nobody can undo any more: at start-up and before closing.
        """

        def work(connection: apsw.Connection) -> int:
            connection.execute(_PURGE)
            return connection.changes()

        return await self._database.write(work, use_reserve=True)

    async def add_message(
        self,
        conversation_id: int,
        parent_id: int | None,
        role: Role,
        content: str,
        *,
        status: MessageStatus = MessageStatus.COMPLETE,
        model: str = "",
        run: RunRecord | None = None,
        thinking: str = "",
    ) -> Message:
        """A new message below `parent_id` (None: a root), at the end of the branch on show.

        The same parent twice makes siblings: a regenerated reply, an edited prompt.
        """
        message = messages.cleaned(
            Message(
                id=0,
                conversation_id=conversation_id,
                parent_id=parent_id,
                role=role,
                content=content,
                thinking=thinking,
                status=status,
                model=model,
                created_at=self._clock(),
                run=run,
            )
        )
        return await self._database.write(lambda c: messages.insert(c, message))

    async def update_message(
        self,
        message_id: int,
        *,
        content: str | None = None,
        thinking: str | None = None,
        status: MessageStatus | None = None,
        statistics: Statistics | None = None,
        error: str | None = None,
        run: RunRecord | None = None,
    ) -> Message:
        """The message with what is given replaced: the checkpoint of a reply, and its end.

        It may spend the reserve of a full disk. A deleted conversation's reply is still saved.
        """
        given = {
            "content": content,
            "thinking": thinking,
            "status": status,
            "statistics": statistics,
            "error": error,
            "run": run,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        return await self._database.write(
            lambda connection: messages.update(connection, message_id, changes), use_reserve=True
        )

    async def branch(self, conversation_id: int) -> tuple[Message, ...]:
        """The branch on show, from the root to the leaf; () for an empty conversation."""
        return await self._database.read(lambda c: messages.branch(c, conversation_id))

    async def show_branch(self, conversation_id: int, message_id: int) -> tuple[Message, ...]:
        """The branch through `message_id` down to the newest leaf below it, from now on shown."""

        def work(connection: apsw.Connection) -> tuple[Message, ...]:
            messages.show(connection, conversation_id, message_id)
            return messages.branch(connection, conversation_id)

        return await self._database.write(work)

    async def recover(self) -> int:
        """At start-up: replies that were streaming when the app was killed become INCOMPLETE.

        How many there were.
        """
        return await self._database.write(messages.end_streaming)

    async def _change(self, conversation_id: int, **values: str | None) -> Conversation:
        names = ("title", "model", "preset", "draft")
        texts = {name: values.get(name) for name in names}
        row = {name: clean_text(text) if text is not None else None for name, text in texts.items()}

        def work(connection: apsw.Connection) -> Conversation:
            connection.execute(_CHANGE, {**row, "id": conversation_id})
            return _one(connection, conversation_id)

        return await self._database.write(work)

    async def _mark(self, sql: str, values: tuple[float, ...]) -> None:
        def work(connection: apsw.Connection) -> None:
            connection.execute(sql, values)
            if not connection.changes():
                raise LookupError(f"no conversation {values[-1]}")

        await self._database.write(work, use_reserve=True)


def _one(connection: apsw.Connection, conversation_id: int) -> Conversation:
    row = connection.execute(_ONE, (conversation_id,)).fetchone()
    if row is None:
        raise LookupError(f"no conversation {conversation_id}")
    return conversation_from(row)
