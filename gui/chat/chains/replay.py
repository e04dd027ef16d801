"""A whole conversation asked again on another model, unattended."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from gui.chat.asking import Choice
from gui.chat.events import MessageSaved, ReplyFailed, ReplyFinished, ReplyStopped, TurnEvent
from gui.errors import StorageError
from gui.language import tr
from gui.records import Message, ReplayRow, Role

if TYPE_CHECKING:
    from gui.chat.session import ChatSession
    from gui.storage import ConversationStore

Pair = tuple[Message, Message | None]


async def replay(
    session: ChatSession, store: ConversationStore, conversation_id: int, choice: Choice
) -> AsyncGenerator[ReplayRow]:
    """Ask every question of the branch on show again, in a new conversation; a row for each.

    A turn that fails is a row with its error, and the next question is asked. Consume it
    inside `aclosing`; cancelling the consumer stops the reply, gives its row and ends. Raises
    LookupError, and StorageError before anything was asked.
    """
    old = await store.get(conversation_id)
    pairs = _pairs(await store.branch(conversation_id))
    new = await store.create(
        title=tr("{title} on {model}", title=old.title, model=choice.model.name).strip(),
        model=choice.model.name,
        preset=choice.preset.id,
    )
    for number, (question, reply) in enumerate(pairs, 1):
        began = time.monotonic()
        last, error = await _asked(session, new.id, question.content, choice)
        yield ReplayRow(
            conversation_id=new.id,
            number=number,
            total=len(pairs),
            question=question,
            old=reply,
            new=last.message if isinstance(last, _ENDS) else None,
            seconds=time.monotonic() - began,
            error=error,
        )
        if isinstance(last, ReplyStopped):
            return


_ENDS = (ReplyFinished, ReplyStopped, ReplyFailed)


async def _asked(
    session: ChatSession, conversation_id: int, text: str, choice: Choice
) -> tuple[TurnEvent | None, str]:
    """The last event of a turn, and why it failed if it did."""
    last: TurnEvent | None = None
    turn = session.send(
        conversation_id,
        text,
        choice.model,
        choice.preset,
        think=choice.think,
        variables=choice.variables,
    )
    try:
        async with aclosing(turn) as events:
            async for event in events:
                last = event if isinstance(event, (MessageSaved, *_ENDS)) else last
    except StorageError as error:
        return last, str(error)
    return last, str(last.error) if isinstance(last, ReplyFailed) else ""


def _pairs(branch: Sequence[Message]) -> list[Pair]:
    """Each question with the reply that follows it."""
    following = [*branch[1:], None]
    return [
        (message, after if after and after.role is Role.ASSISTANT else None)
        for message, after in zip(branch, following, strict=True)
        if message.role is Role.USER
    ]
