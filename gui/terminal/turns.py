"""One turn of a conversation that is not kept: a question, and the events of its reply."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gui.chat import (
    ChatSession,
    Choice,
    ReplyFailed,
    ReplyFinished,
    ReplyStopped,
    TurnEnd,
    TurnEvent,
)
from gui.terminal import FAILED, INTERRUPTED, shared

if TYPE_CHECKING:
    from gui.models.client import ModelClient


async def answered(
    client: ModelClient, text: str, choice: Choice, show: Callable[[TurnEvent], None]
) -> TurnEnd | None:
    """Ask, and `show` every event but the last, which is given back.

    Ctrl+C stops the reply, not the program.
    """
    from gui.storage import ConversationStore, Database

    database = await Database.open(None)
    try:
        store = ConversationStore(database)
        conversation = await store.create(model=choice.model.name, preset=choice.preset.id)
        turn = ChatSession(store, client).send(
            conversation.id, text, choice.model, choice.preset, variables=choice.variables
        )
        _on_interrupt(asyncio.current_task())
        end: TurnEnd | None = None
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                if isinstance(event, ReplyFinished | ReplyStopped | ReplyFailed):
                    end = event
                else:
                    show(event)
        return end
    finally:
        await database.close()


def exit_code(end: TurnEnd | None) -> int:
    """The exit code for how a turn ended; says why on stderr if it failed."""
    if isinstance(end, ReplyFailed):
        shared.complain(end.error)
        return FAILED
    return 0 if isinstance(end, ReplyFinished) else INTERRUPTED


def _on_interrupt(task: asyncio.Task[Any] | None) -> None:
    """Ctrl+C cancels `task`; where the loop has no signal handlers, Python's own way stays."""
    if task is not None:
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
