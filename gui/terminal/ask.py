"""`ondol ask`: a prompt, and the reply as it streams."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict, replace

from gui.chat import Choice, ReplyToken, TurnEnd, TurnEvent, warm_up
from gui.chat.presets import template
from gui.language import tr
from gui.records import Options, Preset
from gui.terminal import USAGE, choosing, shared
from gui.terminal.saying import said
from gui.terminal.turns import answered, exit_code
from gui.terminal.variables import values_for


async def run(options: argparse.Namespace) -> int:
    """Ask a model."""
    prompt = said(options.prompt)
    if not prompt:
        shared.complain(tr('Say something: ondol ask "hello"'))
        return USAGE
    preset = _preset(options)
    values = values_for(preset, options.var)
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    async with shared.client(options.server) as client:
        model = await choosing.model(client, options.model or preset.model)
        await warming
        choice = Choice(model, preset, values)
        end = await answered(client, prompt, choice, _ignore if options.json else _show)
    _close(end, as_json=options.json)
    return exit_code(end)


def _show(event: TurnEvent) -> None:
    if isinstance(event, ReplyToken):
        shared.put(event.text)


def _ignore(event: TurnEvent) -> None:
    """The object at the end has all."""


def _close(end: TurnEnd | None, *, as_json: bool) -> None:
    if end is not None and as_json:
        message = asdict(end.message)
        kept = ("model", "content", "thinking", "status", "error", "statistics", "run")
        print(json.dumps({key: message[key] for key in kept}, ensure_ascii=False, indent=2))
    elif end is not None and end.message.content:
        print()


def _preset(options: argparse.Namespace) -> Preset:
    preset = Preset("", "")
    if options.preset:
        preset = choosing.preset(options.preset)
    if options.system is not None:
        preset = replace(preset, system=template.escaped(options.system))
    if options.temperature is not None:
        own = Options(temperature=options.temperature)
        preset = replace(preset, options=own.over(preset.options))
    return preset
