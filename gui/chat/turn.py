"""The reply of one turn: from the request to exactly one end, saved whatever that end is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gui.chat.context import Window
from gui.chat.drafts import Draft, UnsavedDrafts
from gui.chat.events import (
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
    StepEnded,
    StepStarted,
    StepThinking,
    StepToken,
    ThinkingToken,
    TurnEnd,
    TurnEvent,
    Waiting,
)
from gui.chat.feed import Feed
from gui.chat.parts import Call, Final, Text, Thinking, TurnPart, merged
from gui.chat.stopping import Stop
from gui.errors import ContextOverflow, OndolError, StreamCut, StreamGarbled
from gui.records import Message, MessageStatus, Role, RunRecord, Statistics

if TYPE_CHECKING:
    from gui.storage import ConversationStore

log = logging.getLogger(__name__)

StreamOpener = Callable[[Call], Awaitable[AsyncGenerator[TurnPart]]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things happen while a reply streams, in seconds."""

    checkpoint: float = 0.8
    """Text is on its way to the disk at most this long after it came."""

    silence: float = 60.0
    """After so long without a token the person is told; the read goes on."""

    reminder: float = 15.0
    clock: Callable[[], float] = time.monotonic


class Request(Protocol):
    """What a turn asks for: one reply of a model, or what a chain makes of several."""

    @property
    def question(self) -> Message:
        """What is answered."""

    @property
    def run(self) -> RunRecord:
        """What produces the reply, with what the steps of a chain have done so far."""

    @property
    def is_chain(self) -> bool:
        """Whether `run` grows as the reply is made."""

    def open(self) -> Feed[TurnPart]:
        """Send it; the parts as they come."""

    def shorter(self) -> Request | None:
        """The same request with fewer of the oldest turns; None when none is left to drop."""

    def was_cut(self, statistics: Statistics) -> bool:
        """Whether the server read far fewer tokens than it was sent, and said nothing."""


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """One question to one model."""

    call: Call
    window: Window
    run: RunRecord
    opener: StreamOpener
    is_chain: bool = False

    @property
    def question(self) -> Message:
        """What is answered."""
        return self.window.question

    def open(self) -> Feed[TurnPart]:
        """Send it; the parts as they come."""
        return Feed[TurnPart].reading(lambda: self.opener(self.call))

    def shorter(self) -> PlainRequest | None:
        """The same request with fewer of the oldest turns; None when none is left to drop."""
        window = self.window.shorter()
        if window is None:
            return None
        log.info("the prompt did not fit; %d messages go", len(window.history))
        call = replace(self.call, history=window.history)
        run = replace(self.run, context_start=window.start)
        return replace(self, call=call, window=window, run=run)

    def was_cut(self, statistics: Statistics) -> bool:
        """Whether the server read far fewer tokens than it was sent, and said nothing."""
        return self.window.was_cut(statistics)


class _Silence:
    """How long nothing has come, and when to say so."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.heard()

    def heard(self) -> None:
        self._since = self._pace.clock()
        self._remind_at = self._since + self._pace.silence

    def due_in(self) -> float:
        return max(0.0, self._remind_at - self._pace.clock())

    def reminder(self) -> Waiting | None:
        now = self._pace.clock()
        if now < self._remind_at:
            return None
        self._remind_at = now + self._pace.reminder
        return Waiting(now - self._since)


class Turn:
    """One reply to one question, as events. Used once."""

    def __init__(
        self,
        request: Request,
        store: ConversationStore,
        unsaved: UnsavedDrafts,
        pace: Pace,
    ) -> None:
        self._request = request
        self._store = store
        self._unsaved = unsaved
        self._pace = pace
        self._statistics: Statistics | None = None
        self._first_token: float | None = None

    async def events(self, stop: Stop) -> AsyncGenerator[TurnEvent]:
        """`ReplyStarted`, tokens, one end. Cancelling the consumer stops the reply.

        Closing this generator stops it too: it is saved, but there is nobody left to tell.
        Raises `StorageError` only before `ReplyStarted`, when nothing was sent yet.
        """
        draft = await stop.guard(self._new_draft())
        error: OndolError | None = None
        try:
            yield ReplyStarted(draft.message)
            if not stop.asked:
                async with aclosing(self._stream(draft)) as events:
                    async for event in events:
                        yield event
        except asyncio.CancelledError:
            stop.take()
        except OndolError as fault:
            error = fault
        except BaseException:  # closed by the consumer, or a bug of ours: keep the text
            await stop.guard(self._end(draft, None))
            raise
        yield await stop.guard(self._end(draft, error))

    async def _new_draft(self) -> Draft:
        question = self._request.question
        message = await self._store.add_message(
            question.conversation_id,
            question.id,
            Role.ASSISTANT,
            "",
            status=MessageStatus.STREAMING,
            model=self._request.run.model,
            run=self._request.run,
        )
        return Draft(self._store, message, self._pace.clock, self._pace.checkpoint)

    async def _stream(self, draft: Draft) -> AsyncGenerator[TurnEvent]:
        """The reply's events; a prompt that is too long is sent again with fewer turns."""
        while True:
            try:
                async with aclosing(self._read(draft)) as events:
                    async for event in events:
                        yield event
            except ContextOverflow:
                shorter = self._request.shorter()
                if draft.has_text or shorter is None:
                    raise
                self._request = shorter
                await draft.restart(shorter.run)
            else:
                return

    async def _read(self, draft: Draft) -> AsyncGenerator[TurnEvent]:
        clock = self._pace.clock
        async with self._request.open() as feed:
            sent, silence = clock(), _Silence(self._pace)
            while not feed.ended:
                pauses = (silence.due_in(), draft.due_in())
                parts = await self._take(feed, min(p for p in pauses if p is not None))
                if parts:
                    silence.heard()
                    if self._first_token is None:
                        self._first_token = clock() - sent
                elif reminder := silence.reminder():
                    yield reminder
                for part in merged(parts):
                    if event := self._event_of(part, draft):
                        yield event
                draft.checkpoint_if_due(self._grown_run)
        if self._statistics is None:
            raise StreamCut(self._request.run.server)

    async def _take(self, feed: Feed[TurnPart], seconds: float) -> list[TurnPart]:
        try:
            return await feed.take(seconds)
        except OndolError:
            raise
        except Exception as fault:
            # LangChain and its client fail in their own ways on what is not a reply.
            log.exception("the chain failed")
            raise StreamGarbled(self._request.run.server, repr(fault)) from fault

    def _grown_run(self) -> RunRecord | None:
        return self._request.run if self._request.is_chain else None

    def _event_of(self, part: TurnPart, draft: Draft) -> TurnEvent | None:
        """The event of a part; its text is part of the draft before anybody sees it."""
        match part:
            case Text(text):
                draft.add(text=text)
                return ReplyToken(text)
            case Thinking(text):
                draft.add(thinking=text)
                return ThinkingToken(text)
            case Final(statistics):
                first = int((self._first_token or 0.0) * 1e9)
                self._statistics = replace(statistics, first_token_ns=first)
            case StepStarted() | StepToken() | StepThinking() | StepEnded():
                draft.touch()
                return part
        return None

    async def _end(self, draft: Draft, error: OndolError | None) -> TurnEnd:
        """Save what came and say how it ended; what cannot be saved is kept and tried again."""
        status = self._status(draft, error)
        unsaved = await draft.finish(status, self._statistics, error, self._request.run)
        if unsaved:
            self._unsaved.keep(draft)
            return ReplyFailed(draft.message, unsaved)
        if error:
            return ReplyFailed(draft.message, error)
        if self._statistics is None:
            return ReplyStopped(draft.message)
        return ReplyFinished(draft.message, self._request.was_cut(self._statistics))

    def _status(self, draft: Draft, error: OndolError | None) -> MessageStatus:
        if error:
            has_some = draft.has_text or any(step.output for step in self._request.run.steps)
            return MessageStatus.INCOMPLETE if has_some else MessageStatus.FAILED
        return MessageStatus.COMPLETE if self._statistics else MessageStatus.STOPPED
