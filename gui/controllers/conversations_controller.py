"""The list of conversations: rename, delete with Undo, save as Markdown."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.controllers.notices import Notices, remedy_label
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.files import write_whole
from gui.language import tr
from gui.records import Conversation, Notice, Remedy

_READABLE = 0o644


class ConversationsController(QObject):
    """Keeps the list in step with the database."""

    listed = Signal(object)  # tuple[Conversation, ...], newest first
    deleted = Signal(int)
    transcript_named = Signal(int, str)  # conversation id, suggested file name

    def __init__(self, rooms: Rooms, tasks: Tasks, notices: Notices) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._last_deleted: int | None = None
        self.conversations: tuple[Conversation, ...] = ()

    def refresh(self) -> None:
        """Read the list again."""
        self._tasks.replace(self._refresh(), "list conversations")

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""

        async def rename() -> None:
            await self._rooms.call(lambda rooms: rooms.store.rename(conversation_id, title))
            await self._refresh()

        self._start(rename(), f"rename:{conversation_id}")

    def delete(self, conversation_id: int) -> None:
        """Take a conversation away; Undo brings it back until Ondol quits."""

        async def delete() -> None:
            await self._rooms.call(lambda rooms: rooms.store.delete(conversation_id))
            self._last_deleted = conversation_id
            self.deleted.emit(conversation_id)
            await self._refresh()
            undo = Remedy.UNDO_DELETE
            text = tr("The conversation was deleted.")
            self._notices.tell(Notice(text, undo, remedy_label(undo), is_error=False))

        self._start(delete(), f"delete:{conversation_id}")

    def undo_delete(self) -> None:
        """Bring the conversation deleted last back."""
        if (conversation_id := self._last_deleted) is None:
            return

        async def undelete() -> None:
            await self._rooms.call(lambda rooms: rooms.store.undelete(conversation_id))
            self._last_deleted = None
            await self._refresh()

        self._start(undelete(), "undo delete")

    def name_transcript(self, conversation_id: int) -> None:
        """Ask for a place to save a transcript: `transcript_named` suggests a file name."""
        from gui.chat import transcript_name

        for conversation in self.conversations:
            if conversation.id == conversation_id:
                self.transcript_named.emit(conversation_id, transcript_name(conversation))

    def save_transcript(self, conversation_id: int, path: Path) -> None:
        """Write the branch on show to `path` as Markdown; the file is replaced whole."""

        async def save() -> None:
            text = await self._rooms.call(lambda rooms: _transcript(rooms, conversation_id))
            await self._rooms.compute(lambda: _save(path, text))
            saved = tr("The transcript is saved as {name}.", name=path.name)
            self._notices.tell(Notice(saved, is_error=False))

        self._start(save(), f"save:{conversation_id}")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.replace(work, name)

    async def _refresh(self) -> None:
        self.conversations = await self._rooms.call(lambda rooms: rooms.store.list())
        self.listed.emit(self.conversations)


async def _transcript(rooms: OpenRooms, conversation_id: int) -> str:
    from gui.chat import to_markdown

    conversation = await rooms.store.get(conversation_id)
    return to_markdown(conversation, await rooms.store.branch(conversation_id))


def _save(path: Path, text: str) -> None:
    """Write a transcript; raises OndolError when the disk refuses."""
    try:
        write_whole(path, text, _READABLE)
    except OSError as error:
        raise OndolError(
            tr("{name} could not be saved: {reason}", name=path.name, reason=error.strerror or ""),
            tr("Choose another folder."),
        ) from error
