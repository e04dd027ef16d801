"""Turns of conversations: what the person says is saved, then sent; the reply streams.

Imports without LangChain; the chain is made with the first turn.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType
from typing import TYPE_CHECKING

from gui.chat import context
from gui.chat.asking import Asker, Choice
from gui.chat.chains import again
from gui.chat.chains.planning import detailed
from gui.chat.chains.replay import replay
from gui.chat.chains.several import Several
from gui.chat.drafts import UnsavedDrafts
from gui.chat.events import Compared, MessageSaved, ReplyFinished, TurnEvent
from gui.chat.stopping import Stop
from gui.chat.titles import title_of
from gui.chat.turn import Pace, Request, Turn
from gui.errors import StorageError
from gui.records import Message, ModelInfo, Preset, ReplayRow, Role

if TYPE_CHECKING:
    from gui.models.client import ModelClient
    from gui.storage import ConversationStore

DEFAULT_PACE = Pace()
MOST_LANES = 4
NONE: Mapping[str, str] = MappingProxyType({})

log = logging.getLogger(__name__)


class ChatSession:
    """Turns over one store and one server, for any number of conversations at once.

    Each of `send`, `regenerate`, `edit`, `retry_step` and `run_again` is an async generator of
    `TurnEvent`s: consume it inside `contextlib.aclosing`. Cancelling the consuming task stops
    the reply: the generator saves it, takes the cancellation back and ends with
    `ReplyStopped`. All raise `StorageError` when the message or the reply's row cannot be
    saved (nothing was sent then), and LookupError for an id that is not there; every other
    fault is a `ReplyFailed`.
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
        self._asker = Asker(client, server_version)
        self._pace = pace
        self.unsaved = UnsavedDrafts()

    def send(
        self,
        conversation_id: int,
        text: str,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
        variables: Mapping[str, str] = NONE,
    ) -> AsyncGenerator[TurnEvent]:
        """Say `text` at the end of the branch on show, and have it answered.

        `think` asks a model that can think to do so; `variables` are values for the preset's.
        """
        choice = Choice(model, preset, variables, think)
        return self._say(conversation_id, None, text, choice)

    def edit(
        self,
        conversation_id: int,
        message_id: int,
        text: str,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
        variables: Mapping[str, str] = NONE,
    ) -> AsyncGenerator[TurnEvent]:
        """Say `text` instead of the person's message `message_id`, as a sibling of it."""
        choice = Choice(model, preset, variables, think)
        return self._say(conversation_id, message_id, text, choice)

    async def regenerate(
        self,
        conversation_id: int,
        message_id: int,
        model: ModelInfo,
        preset: Preset,
        *,
        think: bool = True,
        variables: Mapping[str, str] = NONE,
    ) -> AsyncGenerator[TurnEvent]:
        """Another reply beside `message_id`, or a first one to a message of the person's."""
        stop = Stop()
        branch, question = await self._question(conversation_id, message_id)
        request = self._asker.request(branch, question, Choice(model, preset, variables, think))
        async with aclosing(self._turn(request).events(stop)) as events:
            async for event in events:
                yield event

    async def retry_step(
        self, conversation_id: int, message_id: int, step: str
    ) -> AsyncGenerator[TurnEvent]:
        """A reply of a chain once more from one of its steps on, beside the first one.

        What came before the step, or beside it, is kept; what runs gets another seed, unless
        the preset sets one. Raises CannotRunAgain, ServerError.
        """
        stop = Stop()
        branch, question, old = await self._exchange(conversation_id, message_id)
        run = again.run_of(old)
        model = await detailed(self._client, run.model)
        choice = again.choice_of(run, model, same_seed=False)
        known = again.kept_before(run, choice.preset, step)
        request = self._asker.request(branch, question, choice, known=known)
        async with aclosing(self._turn(request).events(stop)) as events:
            async for event in events:
                yield event

    async def run_again(self, conversation_id: int, message_id: int) -> AsyncGenerator[TurnEvent]:
        """A reply once more exactly as its run record tells, beside the first one.

        Before it ends well, `Compared` says whether it is the same text. Raises CannotRunAgain,
        and ServerError when the server no longer has the model.
        """
        stop = Stop()
        branch, question, old = await self._exchange(conversation_id, message_id)
        run = again.run_of(old)
        model = await detailed(self._client, run.model)
        choice = again.choice_of(run, model, same_seed=True)
        request = self._asker.repeated(branch, question, choice, run)
        async with aclosing(self._turn(request).events(stop)) as events:
            async for event in events:
                if isinstance(event, ReplyFinished):
                    yield Compared(again.compared(old, event.message))
                yield event

    def several(
        self,
        conversation_id: int,
        question: str | int,
        choices: Sequence[Choice],
        *,
        at_most: int = MOST_LANES,
    ) -> Several:
        """One question, new or the id of one, answered by two to four choices side by side."""

        async def opening(stop: Stop) -> tuple[Message | None, Sequence[Turn]]:
            first = choices[0]
            if isinstance(question, str):
                branch = await self._store.branch(conversation_id)
                asked = await self._save(stop, conversation_id, branch, question, first)
                new: Message | None = asked
            else:
                branch, asked = await self._question(conversation_id, question)
                new = None
            return new, [
                self._turn(self._asker.request(branch, asked, choice)) for choice in choices
            ]

        return Several(opening, at_most)

    def replay(self, conversation_id: int, choice: Choice) -> AsyncGenerator[ReplayRow]:
        """Every question of the branch on show asked again elsewhere, in a new conversation."""
        return replay(self, self._store, conversation_id, choice)

    async def prepare(self, model: ModelInfo, preset: Preset) -> None:
        """Have the model loaded as a turn with `preset` will want it; raises ServerError."""
        num_ctx = context.complete_options(preset.options, model).num_ctx
        await self._client.load(model.name, {"num_ctx": num_ctx})

    async def close(self) -> bool:
        """A last try to save what could not be saved; True when all is saved."""
        return await self.unsaved.close()

    async def _say(
        self, conversation_id: int, instead_of: int | None, text: str, choice: Choice
    ) -> AsyncGenerator[TurnEvent]:
        """Say `text` at the end of the branch on show, or instead of a message of it."""
        stop = Stop()
        if instead_of is None:
            branch = await self._store.branch(conversation_id)
        else:
            branch, _ = await self._branch_to(conversation_id, instead_of)
        question = await self._save(stop, conversation_id, branch, text, choice)
        yield MessageSaved(question)
        request = self._asker.request(branch, question, choice)
        async with aclosing(self._turn(request).events(stop)) as events:
            async for event in events:
                yield event

    async def _save(
        self,
        stop: Stop,
        conversation_id: int,
        branch: Sequence[Message],
        text: str,
        choice: Choice,
    ) -> Message:
        """The person's message, saved below `branch`."""
        parent_id = branch[-1].id if branch else None
        question = await stop.guard(
            self._store.add_message(conversation_id, parent_id, Role.USER, text)
        )
        await stop.guard(self._describe(conversation_id, text, choice))
        return question

    async def _describe(self, conversation_id: int, text: str, choice: Choice) -> None:
        """Give the conversation a title if it has none; note what it talks to."""
        model, preset = choice.model.name, choice.preset.id
        try:
            conversation = await self._store.get(conversation_id)
            if not conversation.title and (title := title_of(text)):
                await self._store.rename(conversation_id, title)
            if (conversation.model, conversation.preset) != (model, preset):
                await self._store.choose(conversation_id, model=model, preset=preset)
        except StorageError as problem:  # the message is saved; a title is not worth the turn
            log.warning("the conversation's title is not saved: %s", problem.detail)

    async def _exchange(
        self, conversation_id: int, message_id: int
    ) -> tuple[tuple[Message, ...], Message, Message]:
        """What came before a question, the question, and its reply `message_id`."""
        branch, reply = await self._branch_to(conversation_id, message_id)
        again.run_of(reply)
        return branch[:-1], branch[-1], reply

    async def _question(
        self, conversation_id: int, message_id: int
    ) -> tuple[tuple[Message, ...], Message]:
        """What came before a question, and the question; `message_id` is it or a reply to it."""
        branch, message = await self._branch_to(conversation_id, message_id)
        return (branch, message) if message.role is Role.USER else (branch[:-1], branch[-1])

    async def _branch_to(
        self, conversation_id: int, message_id: int
    ) -> tuple[tuple[Message, ...], Message]:
        """What came before a message, and the message; its branch is put on show if it was not."""
        branch: Sequence[Message] = await self._store.branch(conversation_id)
        if all(message.id != message_id for message in branch):
            branch = await self._store.show_branch(conversation_id, message_id)
        position = next(i for i, message in enumerate(branch) if message.id == message_id)
        return tuple(branch[:position]), branch[position]

    def _turn(self, request: Request) -> Turn:
        return Turn(request, self._store, self.unsaved, self._pace)
