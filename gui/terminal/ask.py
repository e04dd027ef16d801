"""`ondol ask`: a prompt, and the reply as it streams."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from gui.chat import (
    ChatSession,
    ReplyFailed,
    ReplyFinished,
    ReplyStopped,
    ReplyToken,
    TurnEnd,
    warm_up,
)
from gui.errors import OndolError
from gui.language import tr
from gui.records import ModelInfo, Options, Preset
from gui.terminal import FAILED, INTERRUPTED, USAGE, choosing, shared

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_MOST_PIPED = 8 << 20


async def run(options: argparse.Namespace) -> int:
    """Ask a model."""
    prompt = _prompt(options.prompt)
    if not prompt:
        shared.complain(tr('Say something: ondol ask "hello"'))
        return USAGE
    preset = _preset(options)
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    async with shared.client(options.server) as client:
        model = await choosing.model(client, options.model or preset.model)
        await warming
        end = await _stream(client, prompt, model, preset, quiet=options.json)
    return _conclude(end, as_json=options.json)


async def _stream(
    client: ModelClient, prompt: str, model: ModelInfo, preset: Preset, *, quiet: bool
) -> TurnEnd | None:
    """Print the reply as it comes; Ctrl+C stops the reply, not the program."""
    from gui.storage import ConversationStore, Database

    database = await Database.open(None)
    try:
        store = ConversationStore(database)
        conversation = await store.create(model=model.name, preset=preset.id)
        session = ChatSession(store, client)
        _on_interrupt(asyncio.current_task())
        end: TurnEnd | None = None
        async with contextlib.aclosing(
            session.send(conversation.id, prompt, model, preset)
        ) as events:
            async for event in events:
                if isinstance(event, ReplyToken) and not quiet:
                    print(event.text, end="", flush=True)
                elif isinstance(event, ReplyFinished | ReplyStopped | ReplyFailed):
                    end = event
        return end
    finally:
        await database.close()


def _on_interrupt(task: asyncio.Task[Any] | None) -> None:
    """Ctrl+C cancels `task`; where the loop has no signal handlers, Python's own way stays."""
    if task is not None:
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)


def _conclude(end: TurnEnd | None, *, as_json: bool) -> int:
    """Close the output and say how it ended; the exit code."""
    if end is not None and as_json:
        message = asdict(end.message)
        kept = ("model", "content", "thinking", "status", "error", "statistics", "run")
        print(json.dumps({key: message[key] for key in kept}, ensure_ascii=False, indent=2))
    elif end is not None and end.message.content:
        print()
    if isinstance(end, ReplyFailed):
        shared.complain(end.error)
        return FAILED
    return 0 if isinstance(end, ReplyFinished) else INTERRUPTED


def _prompt(words: list[str]) -> str:
    """The words given, then what a pipe brings."""
    parts = [" ".join(words)]
    if not sys.stdin.isatty():
        with shared.interruptible():
            piped = sys.stdin.buffer.read(_MOST_PIPED + 1)
        if len(piped) > _MOST_PIPED:
            raise OndolError(tr("The pipe brings more than {limit} MB.", limit=_MOST_PIPED >> 20))
        parts.append(piped.decode("utf-8", "replace"))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _preset(options: argparse.Namespace) -> Preset:
    preset = Preset("", "")
    if options.preset:
        preset = choosing.preset(options.preset)
    if options.system is not None:
        preset = replace(preset, system=options.system)
    if options.temperature is not None:
        own = Options(temperature=options.temperature)
        preset = replace(preset, options=own.over(preset.options))
    return preset
