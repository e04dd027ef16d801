"""One question asked of several models or presets at once, and what becomes of the answers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.chat import Choice, events
from gui.controllers import outcome
from gui.controllers.answering import Answering, Turns
from gui.controllers.chat_controller import ChatController
from gui.controllers.contenders import FEWEST, MOST, Contenders, lack_of
from gui.controllers.differences import Differences
from gui.controllers.lane import Contender, Lane
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import Rooms
from gui.errors import OndolError
from gui.eventloop import Tasks
from gui.language import tr
from gui.records import Conversation, Message, Notice, ServerKey

if TYPE_CHECKING:
    from gui.chat import ChatSession


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is asked: a conversation, None for a new one; and the question if it is there."""

    conversation_id: int | None
    question: Message | None = None


class CompareController(QObject):
    """Holds the lanes of one comparison; closing its window does not end it."""

    lanes_changed = Signal()
    """Another comparison, or none."""
    asked = Signal(object)  # Message: the question, once it is saved
    changed = Signal()
    """It began or ended, or the conversation goes on from elsewhere."""
    refused = Signal(str)  # the text, to be put back
    kept = Signal()
    """The person goes on in the conversation with one of the answers."""
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
        self._chat = chat
        self._answering = Answering(rooms, tasks, models)
        self._numbers = itertools.count(1)
        self._server = ServerKey()
        self._running = 0
        self._kept: Lane | None = None
        self._is_forgotten = False
        self.contenders = contenders
        self.differences = Differences(rooms, tasks, self)
        self.place = Place(None)
        self.question: Message | None = None
        self.lanes: tuple[Lane, ...] = ()
        self.goes_on: Lane | None = None
        """The lane from which another question goes on, None if the conversation has gone on."""
        chat.conversation_shown.connect(self._see)
        chat.message_added.connect(self._see_message)

    @property
    def is_running(self) -> bool:
        """Whether an answer may still come."""
        return self._running > 0

    @property
    def asked_next(self) -> tuple[Contender, ...]:
        """Who answers the next question."""
        return self.contenders.all(self.place.conversation_id)

    def aim(self, conversation_id: int | None, question: Message | None = None) -> None:
        """Ask in this conversation, None for a new one; lanes of another place are let go."""
        place = Place(conversation_id, question)
        if self.is_running or (place == self.place and (self.goes_on or not self.lanes)):
            return
        self.place, self.question = place, question
        self._set_lanes(())

    def ask(self, text: str = "") -> None:
        """Have `text`, or the question that is there already, answered by every contender."""
        contenders = self.asked_next
        is_allowed = not self.is_running and FEWEST <= len(contenders) <= MOST
        is_allowed = is_allowed and not any(map(lack_of, contenders))
        if not is_allowed or not (text or self.place.question) or self._is_taken():
            self.refused.emit(text)
            return
        self._server = self._models.key
        if text:
            self.place, self.question = Place(self.place.conversation_id), None
        self._set_lanes(tuple(Lane(n, who, self) for n, who in enumerate(contenders)))
        self._start(self._ask(text, self.lanes))

    def stop(self, lane: Lane | None = None) -> None:
        """Stop one answer, or all of them; what came is kept."""
        for each in self.lanes if lane is None else (lane,):
            each.stop()
        self._answering.stop(lane)

    def again(self, lane: Lane) -> None:
        """Have an answer made anew, beside the one there is."""
        known = lane.message or self.question
        if known is not None:
            message_id = known.id

            def turns(
                session: ChatSession, choice: Choice
            ) -> AsyncGenerator[events.TurnEvent, None]:
                return session.regenerate(
                    known.conversation_id,
                    message_id,
                    choice.model,
                    choice.preset,
                    variables=choice.variables,
                )

            self._repeat(lane, turns)

    def retry_step(self, lane: Lane, step: str) -> None:
        """Have an answer made anew from one of its steps on."""
        if (known := lane.message) is not None:
            self._repeat(lane, lambda s, _: s.retry_step(known.conversation_id, known.id, step))

    def keep(self, lane: Lane) -> None:
        """Go on in the conversation with this answer; what still comes elsewhere is stopped."""
        if lane.answer is None:
            return
        self._kept = lane
        if self.is_running:
            self.stop()
        else:
            self._start(self._nothing())

    def forget(self, conversation_id: int) -> None:
        """A conversation was deleted."""
        if self.place.conversation_id == conversation_id:
            self._is_forgotten = True
            if self.is_running:
                self.stop()
            else:
                self._let_go()

    def _let_go(self) -> None:
        self._is_forgotten = False
        self.place, self.question, self._kept = Place(None), None, None
        self._set_lanes(())

    def _is_taken(self) -> bool:
        """Whether a reply is coming in the conversation; the person is told."""
        conversation_id = self.place.conversation_id
        if conversation_id is None or not self._chat.is_replying(conversation_id):
            return False
        text = tr("A reply is coming in this conversation. Wait for it, or stop it there.")
        self.told.emit(Notice(text))
        return True

    def _set_lanes(self, lanes: tuple[Lane, ...]) -> None:
        for lane in self.lanes:
            lane.deleteLater()
        self.lanes, self.goes_on = lanes, None
        self.lanes_changed.emit()

    def _repeat(self, lane: Lane, turns: Turns) -> None:
        if not lane.is_running and not self._is_taken():
            lane.restart()
            self._start(self._one(lane, turns))

    def _see(self, conversation: Conversation | None, messages: Sequence[Message]) -> None:
        """The main window shows a conversation, and what is said there goes on from its end."""
        if conversation is None or self.is_running or conversation.id != self.place.conversation_id:
            return
        self.goes_on = outcome.lane_of(messages[-1].id, self.lanes) if messages else None
        self.changed.emit()

    def _see_message(self, message: Message) -> None:
        if message.conversation_id == self.place.conversation_id:
            self.goes_on = None
            self.changed.emit()

    # What runs.

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._running += 1
        if self._running == 1:
            self.changed.emit()
        self._tasks.start(self._guarded(work), f"compare {next(self._numbers)}")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """When the last answer has ended, the conversation is free and shows a good one."""
        try:
            if place := self.place.conversation_id:
                self._chat.held.add(place)
            await work
            if self._running == 1 and not self._is_forgotten:
                await self._settle()
        finally:
            self._running -= 1
            if not self._running:
                self._chat.held.discard(self.place.conversation_id or 0)
                if self._is_forgotten:
                    self._let_go()
                self.changed.emit()
        if not self._running and self._kept is not None:
            self._kept = None
            self.kept.emit()

    async def _nothing(self) -> None:
        """Only what comes after it is wanted."""

    async def _ask(self, text: str, lanes: tuple[Lane, ...]) -> None:
        async def ask() -> None:
            place = await self._conversation()
            question = self.place.question.id if self.place.question is not None else text
            saved = self._note_question
            await self._answering.all(self._server, place, question, lanes, saved)

        await self._to_its_end(ask(), lanes)
        if self.question is None:
            self.refused.emit(text)

    async def _one(self, lane: Lane, turns: Turns) -> None:
        await self._to_its_end(self._answering.one(self._server, lane, turns), (lane,))

    async def _to_its_end(self, work: Coroutine[Any, Any, None], lanes: Sequence[Lane]) -> None:
        """Whatever comes of it, the lanes end; what went wrong is told."""
        problem = ""
        try:
            await work
        except OndolError as error:
            problem = str(error)
        except LookupError:
            problem = tr("The conversation is no longer there.")
        finally:
            for lane in lanes:
                lane.close(problem)
        if problem:
            self.told.emit(Notice(problem))

    def _note_question(self, message: Message) -> None:
        self.question = message
        self.asked.emit(message)
        self._chat.list_changed.emit()

    async def _conversation(self) -> int:
        if self.place.conversation_id is None:
            whole = outcome.together(self.lanes)
            model, preset = self.lanes[0].contender.model.name, whole.preset.id
            created: Conversation = await self._rooms.call(
                lambda rooms: rooms.store.create(model=model, preset=preset)
            )
            self.place = Place(created.id)
            self.contenders.sending.keep(created.id, whole)
            self._chat.held.add(created.id)
            self._chat.list_changed.emit()
        return self.place.conversation_id or 0

    async def _settle(self) -> None:
        """Show the answer that is kept, else the first good one, where the conversation is."""
        conversation_id = self.place.conversation_id
        if conversation_id is None:
            return
        lane = self._kept or outcome.first_good(self.lanes)
        if lane is not None and await self._rooms.call(
            lambda rooms: outcome.go_on(rooms, conversation_id, lane)
        ):
            self.goes_on = lane
        if self._kept is not None or self._chat.shown in (conversation_id, None):
            self._chat.open(conversation_id)
