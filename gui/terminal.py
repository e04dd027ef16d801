"""`ondol ask` and `ondol models`: the same servers, session and chain, without a window."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from gui import logs, paths
from gui.chat import (
    ChatSession,
    PresetStore,
    ReplyFailed,
    ReplyFinished,
    ReplyStopped,
    ReplyToken,
    TurnEnd,
    warm_up,
)
from gui.errors import ModelNotFound, NoModel, NoStarterModel, OndolError, PresetError
from gui.language import tr
from gui.records import ModelInfo, Options, Preset, ServerKind
from gui.settings import SettingsFile

if TYPE_CHECKING:
    from gui.models.client import ModelClient

INTERRUPTED = 130
FAILED = 1
USAGE = 2
_MOST_PIPED = 8 << 20


def run(options: argparse.Namespace) -> int:
    """Run the command that was parsed; its exit code."""
    work = _ask(options) if options.command == "ask" else _list_models(options)
    try:
        with logs.to_terminal():
            return asyncio.run(work)
    except OndolError as error:
        print(f"ondol: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


@contextlib.asynccontextmanager
async def _client(server: str | None) -> AsyncGenerator[ModelClient, None]:
    from gui.models.engine_process import EngineProcess
    from gui.models.server import Servers

    servers = Servers(dict(os.environ), EngineProcess())
    try:
        yield await servers.connect(ServerKind(server) if server else None)
    finally:
        await servers.close()


async def _list_models(options: argparse.Namespace) -> int:
    async with _client(options.server) as client:
        models = await client.list_models()
    if options.json:
        print(json.dumps([asdict(model) for model in models], ensure_ascii=False, indent=2))
        return 0
    width = max((len(model.name) for model in models), default=0)
    for model in models:
        facts = (f"{model.size / 1e6:,.0f} MB", model.parameter_size, model.quantization)
        print(f"{model.name:<{width}}  " + "  ".join(fact for fact in facts if fact))
    return 0


async def _ask(options: argparse.Namespace) -> int:
    prompt = _prompt(options.prompt)
    if not prompt:
        print("ondol: " + tr('Say something: ondol ask "hello"'), file=sys.stderr)
        return USAGE
    preset = _preset(options)
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    async with _client(options.server) as client:
        model = await _model(client, options.model or preset.model)
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
        print(f"ondol: {end.error}", file=sys.stderr)
        return FAILED
    return 0 if isinstance(end, ReplyFinished) else INTERRUPTED


def _prompt(words: list[str]) -> str:
    """The words given, then what a pipe brings."""
    parts = [" ".join(words)]
    if not sys.stdin.isatty():
        piped = sys.stdin.buffer.read(_MOST_PIPED + 1)
        if len(piped) > _MOST_PIPED:
            raise OndolError(tr("The pipe brings more than {limit} MB.", limit=_MOST_PIPED >> 20))
        parts.append(piped.decode("utf-8", "replace"))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _preset(options: argparse.Namespace) -> Preset:
    preset = Preset("", "")
    if options.preset:
        store = PresetStore(paths.resources() / "presets", paths.own_presets())
        wanted = options.preset.casefold()
        named = [p for p in store.available() if wanted in (p.id.casefold(), p.name.casefold())]
        if not named:
            known = ", ".join(p.id for p in store.available())
            raise PresetError(
                tr("There is no preset {name}.", name=options.preset),
                tr("There are: {names}.", names=known),
            )
        preset = named[0]
    if options.system is not None:
        preset = replace(preset, system=options.system)
    if options.temperature is not None:
        own = Options(temperature=options.temperature)
        preset = replace(preset, options=own.over(preset.options))
    return preset


async def _model(client: ModelClient, name: str) -> ModelInfo:
    """The model named, else the one used last in the window, else the first that chats."""
    models = [model for model in await client.list_models() if model.can_chat]
    if not models:
        built_in = client.endpoint.kind is ServerKind.BUILT_IN
        raise NoStarterModel() if built_in else NoModel()
    if name:
        found = [m for m in models if m.name in (name, f"{name}:latest")]
        if not found:
            raise ModelNotFound(name)
    else:
        settings, _ = SettingsFile(paths.settings()).load()
        found = [model for model in models if model.name == settings.model] or models
    shown = await client.show(found[0].name)
    return replace(found[0], capabilities=shown.capabilities, context_length=shown.context_length)
