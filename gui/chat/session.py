"""Turns of conversations: what the person says is saved, then sent; the reply streams.

Imports without LangChain; the chain is made with the first turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gui.chat import context
from gui.chat.drafts import UnsavedDrafts
from gui.chat.events import MessageSaved, TurnEvent
from gui.chat.parts import Call, Part
from gui.chat.stopping import Stop
from gui.chat.titles import title_of
from gui.chat.turn import Pace, Request, Turn
from gui.errors import StorageError
from gui.records import Message, ModelInfo, Preset, Role, RunRecord

if TYPE_CHECKING:
    from gui.chat.chain import ReplyChain
    from gui.models.client import ModelClient
    from gui.storage import ConversationStore

DEFAULT_PACE = Pace()

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Import LangChain (0.6 s, once): to be called in a thread at start."""
    import gui.chat.chain  # noqa: F401


class ChatSession:
    """Turns over one store and one server, for any number of conversations at once.

    Each of `send`, `regenerate` and `edit` is an async generator of `TurnEvent`s: consume it
    inside `contextlib.aclosing`. Cancelling the consuming task stops the reply: the generator
    saves it, takes the cancellation back and ends with `ReplyStopped`. All three raise
    `StorageError` when the message or the reply's row cannot be saved (nothing was sent then),
    and LookupError for an id that is not there; every other fault is a `ReplyFailed`.
    """

    def __init__(
        self,
        store: ConversationStore,
        client: ModelClient,
        *,
        server_version: str = "",
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self._store = store
        self._client = client
        self._server_version = server_version
        self._pace = pace
        self._chain: ReplyChain | None = None
        self.unsaved = UnsavedDrafts()

    async def send(
        self,
        conversation_id: int,
        text: str,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
    ) -> AsyncGenerator[TurnEvent]:
        """Say `text` at the end of the branch on show, and have it answered.

        `think` asks a model that can think to do so.
        """
        branch = await self._store.branch(conversation_id)
        async with aclosing(
            self._ask(conversation_id, branch, text, model, preset, think=think)
        ) as events:
            async for event in events:
                yield event

    async def edit(
        self,
        conversation_id: int,
        message_id: int,
        text: str,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
    ) -> AsyncGenerator[TurnEvent]:
        """Say `text` instead of the person's message `message_id`, as a sibling of it."""
        branch, _ = await self._branch_to(conversation_id, message_id)
        async with aclosing(
            self._ask(conversation_id, branch, text, model, preset, think=think)
        ) as events:
            async for event in events:
                yield event

    async def regenerate(
        self,
        conversation_id: int,
        message_id: int,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
    ) -> AsyncGenerator[TurnEvent]:
        """Another reply beside `message_id`, or a first one to a message of the person's."""
        stop = Stop()
        branch, question = await self._branch_to(conversation_id, message_id)
        if question.role is not Role.USER:
            branch, question = branch[:-1], branch[-1]
        turn = self._turn(branch, question, model, preset, think=think)
        async with aclosing(turn.events(stop)) as events:
            async for event in events:
                yield event

    async def prepare(self, model: ModelInfo, preset: Preset) -> None:
        """Have the model loaded as a turn with `preset` will want it; raises ServerError."""
        num_ctx = context.complete_options(preset.options, model).num_ctx
        await self._client.load(model.name, {"num_ctx": num_ctx})

    async def close(self) -> bool:
        """A last try to save what could not be saved; True when all is saved."""
        return await self.unsaved.close()

    async def _ask(
        self,
        conversation_id: int,
        branch: tuple[Message, ...],
        text: str,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool,
    ) -> AsyncGenerator[TurnEvent]:
        stop = Stop()
        parent_id = branch[-1].id if branch else None
        question = await stop.guard(
            self._store.add_message(conversation_id, parent_id, Role.USER, text)
        )
        await stop.guard(self._describe(conversation_id, text, model, preset))
        yield MessageSaved(question)
        turn = self._turn(branch, question, model, preset, think=think)
        async with aclosing(turn.events(stop)) as events:
            async for event in events:
                yield event

    async def _describe(
        self, conversation_id: int, text: str, model: ModelInfo, preset: Preset
    ) -> None:
        """Give the conversation a title if it has none; note what it talks to."""
        try:
            conversation = await self._store.get(conversation_id)
            if not conversation.title and (title := title_of(text)):
                await self._store.rename(conversation_id, title)
            if (conversation.model, conversation.preset) != (model.name, preset.id):
                await self._store.choose(conversation_id, model=model.name, preset=preset.id)
        except StorageError as problem:  # the message is saved; a title is not worth the turn
            log.warning("the conversation's title is not saved: %s", problem.detail)

    async def _branch_to(
        self, conversation_id: int, message_id: int
    ) -> tuple[tuple[Message, ...], Message]:
        """What came before a message, and the message; its branch is put on show if it was not."""
        branch: Sequence[Message] = await self._store.branch(conversation_id)
        if all(message.id != message_id for message in branch):
            branch = await self._store.show_branch(conversation_id, message_id)
        position = next(i for i, message in enumerate(branch) if message.id == message_id)
        return tuple(branch[:position]), branch[position]

    def _turn(
        self,
        branch: tuple[Message, ...],
        question: Message,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool,
    ) -> Turn:
        options = context.complete_options(preset.options, model)
        window = context.fit(branch, question, preset.system, options, model.name)
        call = Call(
            model=model.name,
            text=question.content,
            options=options,
            system=preset.system,
            history=window.history,
            think=think and model.can_think,
        )
        run = RunRecord(
            model=model.name,
            digest=model.digest,
            server=without_secrets(self._client.endpoint.url),
            server_version=self._server_version,
            preset=preset.name,
            system=preset.system,
            options=options,
            context_start=window.start,
        )
        request = Request(call, window, run)
        return Turn(request, self._store, self.unsaved, self._open_stream, self._pace)

    async def _open_stream(self, call: Call) -> AsyncGenerator[Part]:
        if self._chain is None:
            await asyncio.to_thread(warm_up)
            from gui.chat.chain import ReplyChain

            self._chain = ReplyChain(self._client)
        return self._chain.stream(call)


def without_secrets(url: str) -> str:
    """The address without user, password and query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
