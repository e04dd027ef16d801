"""Lanes being answered: the streams behind them, and how each is stopped."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gui.chat import Choice, events
from gui.controllers.lane import Contender, Lane, LaneState
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import Rooms
from gui.controllers.turn import merged
from gui.errors import OndolError
from gui.eventloop import Stream, Tasks
from gui.records import Message, ServerKey

if TYPE_CHECKING:
    from gui.chat import ChatSession
    from gui.chat.chains.several import Several

Event = events.MessageSaved | events.LaneEvent
Turns = Callable[["ChatSession", Choice], AsyncGenerator[events.TurnEvent, None]]
"""A turn in one lane."""


class Answering:
    """All lanes at once by one stream, or one of them again by a stream of its own."""

    def __init__(self, rooms: Rooms, tasks: Tasks, models: ModelsController) -> None:
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._several: Several | None = None
        self._stream: Stream[Event] | None = None
        self._own: dict[int, Stream[Event]] = {}
        self._numbers = itertools.count(1)

    async def all(
        self,
        server: ServerKey,
        conversation_id: int,
        question: str | int,
        lanes: Sequence[Lane],
        saved: Callable[[Message], None],
    ) -> None:
        """Answer a question, new or the id of one, in every lane; a new one is told by `saved`.

        Raises OndolError, LookupError.
        """
        choices = [await self._choice(lane.contender) for lane in lanes]
        session = await self._rooms.call(lambda rooms: rooms.session(server))

        async def several() -> Several:
            return session.several(conversation_id, question, choices)

        self._several = made = await self._rooms.call(lambda _: several())
        self._stream = stream = await self._rooms.stream(lambda _: made.events())
        try:
            if all(lane.state is LaneState.STOPPING for lane in lanes):
                stream.stop()
            async with contextlib.aclosing(stream.batches()) as batches:
                async for batch in batches:
                    for event in batch:
                        if isinstance(event, events.MessageSaved):
                            saved(event.message)
                    self._take(batch, lanes)
        finally:
            self._several = self._stream = None

    async def one(self, server: ServerKey, lane: Lane, turns: Turns) -> None:
        """Run a turn in one lane; raises OndolError, LookupError."""
        choice = await self._choice(lane.contender)
        session = await self._rooms.call(lambda rooms: rooms.session(server))
        turn = turns(session, choice)
        stream = await self._rooms.stream(lambda _: _in_lane(lane.number, turn))
        self._own[lane.number] = stream
        try:
            if lane.state is LaneState.STOPPING:
                stream.stop()
            async with contextlib.aclosing(stream.batches()) as batches:
                async for batch in batches:
                    self._take(batch, (lane,))
        finally:
            del self._own[lane.number]

    def stop(self, lane: Lane | None = None) -> None:
        """Stop one lane, or all; what came is kept."""
        if lane is None:
            for stream in (self._stream, *self._own.values()):
                if stream is not None:
                    stream.stop()
        elif lane.number in self._own:
            self._own[lane.number].stop()
        elif (several := self._several) is not None:

            async def stop() -> None:
                several.stop(lane.number)

            call = self._rooms.call(lambda _: stop())
            self._tasks.start(call, f"stop lane {next(self._numbers)}")

    def _take(self, batch: Iterable[Event], lanes: Sequence[Lane]) -> None:
        """Give each lane what is its own; a stop that came too early is given now."""
        own: dict[int, list[events.TurnEvent]] = {}
        for event in batch:
            if isinstance(event, events.LaneEvent):
                own.setdefault(event.lane, []).append(event.event)
        for lane in lanes:
            for each in merged(own.get(lane.number, ())):
                lane.take(each)
            if lane.state is LaneState.STOPPING and lane.message is None:
                self.stop(lane)

    async def _choice(self, contender: Contender) -> Choice:
        with contextlib.suppress(OndolError):  # the turn itself will tell
            contender = replace(contender, model=await self._models.detailed(contender.model))
        return contender.choice


async def _in_lane(
    number: int, turn: AsyncGenerator[events.TurnEvent, None]
) -> AsyncGenerator[Event, None]:
    async with contextlib.aclosing(turn) as stream:
        async for event in stream:
            yield events.LaneEvent(number, event)
