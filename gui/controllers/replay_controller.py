"""A whole conversation asked again on another model, and the table of what came of it."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.controllers import replay_export
from gui.controllers.chat_controller import ChatController
from gui.controllers.contenders import Contenders, lack_of
from gui.controllers.differences import Differences
from gui.controllers.lane import Contender
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import OndolError
from gui.eventloop import Stream, Tasks
from gui.files import write_whole
from gui.language import tr
from gui.records import Conversation, ModelInfo, Notice, Preset, ReplayRow, Role

_READABLE = 0o644


class ReplayController(QObject):
    """One replay at a time; it goes on while its window is closed."""

    changed = Signal()
    """Another conversation, or it began or ended."""
    row_added = Signal(object)  # ReplayRow
    told = Signal(object)  # Notice

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        models: ModelsController,
        contenders: Contenders,
        chat: ChatController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._contenders = contenders
        self._chat = chat
        self._stream: Stream[ReplayRow] | None = None
        self._is_stopping = False
        self._numbers = itertools.count(1)
        self.differences = Differences(rooms, tasks, self)
        self.conversation: Conversation | None = None
        self.questions = 0
        """How many there are to ask."""
        self.rows: tuple[ReplayRow, ...] = ()
        self.is_running = False
        self.was_stopped = False

    def open(self, conversation_id: int) -> None:
        """Get ready to replay this conversation; nothing changes while one is replayed."""
        if self.is_running:
            return

        async def read() -> None:
            try:
                conversation, questions = await self._rooms.call(
                    lambda rooms: _read(rooms, conversation_id)
                )
            except OndolError as error:
                self.told.emit(Notice(str(error)))
                return
            if self.conversation is None or self.conversation.id != conversation.id:
                self.rows = ()
            self._contenders.sending.know(conversation)
            self.conversation, self.questions = conversation, questions
            self.changed.emit()

        self._tasks.replace(read(), "read for replay")

    def who(self, model: ModelInfo, preset: Preset) -> Contender:
        """Who would answer: with what was chosen and given in the old conversation."""
        known = self.conversation.id if self.conversation is not None else None
        return self._contenders.of(model, preset, known)

    def start(self, who: Contender) -> None:
        """Ask every question again; `row_added` for each, in their order."""
        if self.is_running or self.conversation is None or not self.questions or lack_of(who):
            return
        self.rows, self.is_running = (), True
        self._is_stopping = self.was_stopped = False
        self.changed.emit()
        work = self._run(self.conversation.id, who)
        self._tasks.start(work, f"replay {next(self._numbers)}")

    def stop(self) -> None:
        """Ask no more; what came is kept."""
        if self.is_running:
            self._is_stopping = self.was_stopped = True
            if self._stream is not None:
                self._stream.stop()

    def show(self) -> None:
        """Open the new conversation where conversations are shown."""
        if self.rows:
            self._chat.open(self.rows[0].conversation_id)

    def export(self, path: Path) -> None:
        """Write the table, as CSV if `path` says so, else as Markdown; it is replaced whole."""
        rows, conversation = self.rows, self.conversation
        title = conversation.title if conversation is not None else ""
        is_csv = path.suffix.lower() == ".csv"
        text = replay_export.as_csv(rows) if is_csv else replay_export.as_markdown(title, rows)

        async def save() -> None:
            try:
                await self._rooms.compute(lambda: write_whole(path, text, _READABLE))
            except OSError as error:
                reason = error.strerror or ""
                told = tr("{name} could not be saved: {reason}", name=path.name, reason=reason)
                self.told.emit(Notice(f"{told} {tr('Choose another folder.')}"))
                return
            saved = tr("The table is saved as {name}.", name=path.name)
            self.told.emit(Notice(saved, is_error=False))

        self._tasks.start(save(), f"save table {next(self._numbers)}")

    async def _run(self, conversation_id: int, who: Contender) -> None:
        try:
            await self._replay(conversation_id, who)
        except OndolError as error:
            self.told.emit(Notice(str(error)))
        except LookupError:
            self.told.emit(Notice(tr("The conversation is no longer there.")))
        finally:
            self._stream, self.is_running = None, False
            self._chat.list_changed.emit()
            self.changed.emit()

    async def _replay(self, conversation_id: int, who: Contender) -> None:
        server = self._models.key
        with contextlib.suppress(OndolError):  # the first row will tell
            who = replace(who, model=await self._models.detailed(who.model))
        session = await self._rooms.call(lambda rooms: rooms.session(server))
        stream = await self._rooms.stream(lambda _: session.replay(conversation_id, who.choice))
        self._stream = stream
        if self._is_stopping:
            stream.stop()
        async with contextlib.aclosing(stream.batches()) as batches:
            async for batch in batches:
                for row in batch:
                    if not self.rows:
                        self._contenders.sending.keep(row.conversation_id, who.sending)
                        self._chat.list_changed.emit()
                    self.rows = (*self.rows, row)
                    self.row_added.emit(row)


async def _read(rooms: OpenRooms, conversation_id: int) -> tuple[Conversation, int]:
    """The conversation, and how many questions of it are on show."""
    conversation = await rooms.store.get(conversation_id)
    branch = await rooms.store.branch(conversation_id)
    questions = sum(message.role is Role.USER for message in branch)
    return conversation, questions
