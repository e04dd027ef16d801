"""The conversation on show and every turn under way, on show or not."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.chat import events
from gui.controllers.announcing import announce
from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.sending_controller import SendingController
from gui.controllers.turn import ChatState, Turn, merged, step_count
from gui.errors import ComparisonUnderWay, NoModel, OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Conversation, Message, ModelInfo, Notice, Rerun, ServerKind

if TYPE_CHECKING:
    from gui.chat import ChatSession

_NEW = 0

Turns = Callable[["ChatSession", int, ModelInfo], AsyncGenerator[events.TurnEvent, None]]
"""What a turn does, given its session, its conversation and its model in detail."""


class ChatController(QObject):
    """Opens conversations and runs turns. Signals speak of the conversation on show only."""

    conversation_shown = Signal(object, object)  # Conversation | None, tuple[Message, ...]
    message_added = Signal(object)  # Message
    branch_cut = Signal(object)  # id of the last message that stays, None for none
    reply_started = Signal(object, int)  # Message, with the text so far; how many steps it has
    thinking_arrived = Signal(str)
    text_arrived = Signal(str)
    step_started = Signal(object)  # StepRecord
    step_text = Signal(str, str)  # name of the step, text
    step_thinking = Signal(str, str)
    step_ended = Signal(object)  # StepRecord
    reply_compared = Signal(int, object)  # message id, Rerun
    waited = Signal(float)  # seconds of silence
    reply_ended = Signal(object)  # Message
    state_changed = Signal(object)  # ChatState
    send_refused = Signal(str)  # the text, to be put back
    list_changed = Signal()
    busy_changed = Signal(bool)  # whether a turn is under way, on show or not

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        notices: Notices,
        models: ModelsController,
        presets: PresetsController,
        sending: SendingController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._models = models
        self._presets = presets
        self._sending = sending
        self._turns: dict[int, Turn] = {}
        self._shown = _NEW
        self._state = ChatState.IDLE
        self._reruns: dict[int, Rerun] = {}
        """How replies that were run again compare with the first ones, by their ids."""
        self._numbers = itertools.count(1)
        self.held: set[int] = set()
        """Conversations in which several models answer: nothing else is said there."""
        models.chosen_changed.connect(self._prepare)

    @property
    def state(self) -> ChatState:
        """What the conversation on show is doing."""
        return self._state

    @property
    def shown(self) -> int | None:
        """The conversation on show, None for one not begun."""
        return self._shown or None

    def is_replying(self, conversation_id: int) -> bool:
        """Whether a turn is under way there."""
        return conversation_id in self._turns

    def new(self) -> None:
        """Show an empty conversation; it is stored with its first message."""
        self._show(_NEW)
        self.conversation_shown.emit(None, ())

    def open(self, conversation_id: int) -> None:
        """Show a stored conversation; a turn under way elsewhere goes on."""
        self._tasks.replace(self._open(conversation_id), "open conversation")

    def send(self, text: str) -> None:
        """Say `text` in the conversation on show."""
        now = self._sending.now()
        self._begin(lambda s, c, m: s.send(c, text, m, now.preset, variables=now.variables), text)

    def regenerate(self, message_id: int) -> None:
        """Answer again: a new reply beside the old one."""
        now = self._sending.now()
        self._begin(
            lambda s, c, m: s.regenerate(c, message_id, m, now.preset, variables=now.variables)
        )

    def retry_step(self, message_id: int, step: str) -> None:
        """Answer again from this step of a reply on: what came before it is kept."""
        self._begin(lambda s, c, _: s.retry_step(c, message_id, step))

    def run_again(self, message_id: int) -> None:
        """Make a reply again exactly as it was made, and say whether it is the same."""
        self._begin(lambda s, c, _: s.run_again(c, message_id))

    def edit(self, message_id: int, text: str) -> None:
        """Say something else instead: a new message beside the old one, and its reply."""
        now = self._sending.now()
        self._begin(
            lambda s, c, m: s.edit(c, message_id, text, m, now.preset, variables=now.variables),
            text,
        )

    def show_branch(self, message_id: int) -> None:
        """Show the branch that `message_id` is on."""
        if self._state is not ChatState.IDLE or not self._shown:
            return
        shown = self._shown

        async def switch() -> None:
            await self._rooms.call(lambda rooms: rooms.store.show_branch(shown, message_id))
            await self._open(shown)

        self._tasks.replace(switch(), "open conversation")

    def stop(self) -> None:
        """Stop the reply on show; what came is kept."""
        if turn := self._turns.get(self._shown):
            turn.stop()
            self._announce_state()

    def forget(self, conversation_id: int) -> None:
        """A conversation was deleted: stop its turn, leave it if it is on show."""
        if turn := self._turns.get(conversation_id):
            turn.stop()
        if self._shown == conversation_id:
            self.new()

    def _prepare(self, model: ModelInfo | None) -> None:
        """Load the built-in engine's model before the first word; an Ollama's memory is its own."""
        server, preset = self._models.key, self._presets.chosen
        if model is None or not model.context_length or server != ServerKind.BUILT_IN:
            return

        async def prepare() -> None:
            session = await self._rooms.call(lambda rooms: rooms.session(server))
            with contextlib.suppress(OndolError):  # the turn itself will tell
                await self._rooms.call(lambda _: session.prepare(model, preset))

        self._tasks.replace(prepare(), "load model")

    def _show(self, conversation_id: int) -> None:
        self._shown = conversation_id
        self._announce_state()

    def _announce_state(self) -> None:
        turn = self._turns.get(self._shown)
        state = turn.state if turn else ChatState.IDLE
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    async def _open(self, conversation_id: int) -> None:
        conversation, messages = await self._rooms.call(lambda r: _read(r, conversation_id))
        self._show(conversation_id)
        self._presets.choose(conversation.preset)
        if self._models.chosen is None or conversation.model != self._models.chosen.name:
            self._models.choose(conversation.model)
        turn = self._turns.get(conversation_id)
        reply = turn.reply if turn else None
        kept = tuple(m for m in messages if reply is None or m.id != reply.id)
        self.conversation_shown.emit(conversation, kept)
        if reply is not None:
            self.reply_started.emit(reply, step_count(reply))
        for message in kept:
            if message.id in self._reruns:
                self.reply_compared.emit(message.id, self._reruns[message.id])

    def _begin(self, turns: Turns, text: str = "") -> None:
        """Start a turn in the conversation on show; `text` comes back if it cannot."""
        if self._shown in self._turns:
            return
        model = self._models.chosen
        if model is None or self._shown in self.held:
            self._notices.tell_error(NoModel() if model is None else ComparisonUnderWay())
            self.send_refused.emit(text)
            return
        now = self._sending.now()
        turn = Turn(self._shown, model, now.preset, self._models.key, sending=now)
        if not self._turns:
            self.busy_changed.emit(True)
        self._turns[self._shown] = turn
        self._announce_state()
        self._tasks.start(self._run(turn, turns, text), f"turn {next(self._numbers)}")

    async def _run(self, turn: Turn, turns: Turns, text: str) -> None:
        try:
            await self._stream(turn, turns)
        except OndolError as error:
            self._notices.tell_error(error)
        finally:
            self._turns.pop(turn.conversation_id, None)
            if not self._turns:
                self.busy_changed.emit(False)
            if not turn.saved and self._shown == turn.conversation_id:
                self.send_refused.emit(text)
            self._announce_state()

    async def _stream(self, turn: Turn, turns: Turns) -> None:
        if turn.conversation_id == _NEW:
            await self._store_new(turn)
        with contextlib.suppress(OndolError):  # the turn itself will tell
            turn.model = await self._models.detailed(turn.model)
        conversation_id, model, server = turn.conversation_id, turn.model, turn.server
        session = await self._rooms.call(lambda rooms: rooms.session(server))
        turn.stream = await self._rooms.stream(lambda _: turns(session, conversation_id, model))
        if turn.state is ChatState.STOPPING:
            turn.stream.stop()
        async with contextlib.aclosing(turn.stream.batches()) as batches:
            async for batch in batches:
                self._take(turn, batch)

    async def _store_new(self, turn: Turn) -> None:
        model, preset = turn.model.name, turn.preset.id
        created: Conversation = await self._rooms.call(
            lambda rooms: rooms.store.create(model=model, preset=preset)
        )
        del self._turns[_NEW]
        turn.conversation_id = created.id
        self._turns[created.id] = turn
        if self._shown == _NEW:
            self._shown = created.id
        if turn.sending is not None:
            self._sending.began(created.id, turn.sending)
        self.list_changed.emit()

    def _take(self, turn: Turn, batch: list[events.TurnEvent]) -> None:
        for event in merged(batch):
            turn.take(event)
            if turn.conversation_id == self._shown:
                self._announce_state()
                announce(self, event)
            if isinstance(event, events.TurnEnd):
                self._end(turn, event)
            elif isinstance(event, events.MessageSaved):
                self.list_changed.emit()

    def _end(self, turn: Turn, event: events.TurnEnd) -> None:
        shown = turn.conversation_id == self._shown
        if turn.rerun is not None:
            self._reruns[event.message.id] = turn.rerun
            if shown:
                self.reply_compared.emit(event.message.id, turn.rerun)
        if isinstance(event, events.ReplyFailed) and not shown:
            self._notices.tell_error(event.error)
        if isinstance(event, events.ReplyFinished) and event.server_cut:
            self._notices.tell(
                Notice(tr("The server left out older messages: the model did not see all of them."))
            )
        self.list_changed.emit()


async def _read(rooms: OpenRooms, conversation_id: int) -> tuple[Conversation, tuple[Message, ...]]:
    conversation = await rooms.store.get(conversation_id)
    return conversation, await rooms.store.branch(conversation_id)
