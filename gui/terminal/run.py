"""`ondol run`: a chain, each step named as it runs, and the reply as it comes."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gui.chat import Choice, TurnEnd, warm_up
from gui.chat.presets.references import names_used
from gui.language import tr
from gui.records import INPUT, Preset, StepRecord
from gui.terminal import FAILED, USAGE, choosing, shared, sources
from gui.terminal.findings import tell
from gui.terminal.saying import said
from gui.terminal.step_lines import StepLines
from gui.terminal.turns import answered, exit_code
from gui.terminal.variables import ask, can_ask, values_for


async def run(options: argparse.Namespace) -> int:
    """Run a chain."""
    source = sources.meant(options.chain)
    tell(source.label, source.findings)
    preset = source.preset
    if preset is None:
        return FAILED
    text = _text(preset, said(options.text))
    if text is None:
        return USAGE
    values = values_for(preset, options.var)
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    lines = StepLines(preset.chain, quiet=options.json, outputs=options.steps)
    async with shared.client(options.server) as client:
        model = await choosing.model(client, options.model or preset.model)
        await warming
        end = await answered(client, text, Choice(model, preset, values), lines.take)
    lines.close(end)
    if end is not None and options.json:
        print(json.dumps(_as_json(preset, values, end), ensure_ascii=False, indent=2))
    return exit_code(end)


def _text(preset: Preset, text: str) -> str | None:
    """What is said, None if that is missing; a chain may do without."""
    is_used = not preset.chain or INPUT in names_used(preset)
    if text and not is_used:
        shared.note(tr("No step uses what you say: it is not sent."))
    if text or not is_used:
        return text
    if can_ask():
        return ask(tr("What you say"))
    shared.complain(tr('Say what it is about: ondol run CHAIN "hello"'))
    return None


def _as_json(preset: Preset, values: Mapping[str, str], end: TurnEnd) -> dict[str, Any]:
    """The reply, how it ended, and every step."""
    message = end.message
    return {
        "preset": preset.id,
        "model": message.model,
        "variables": dict(values),
        "reply": message.content,
        "status": message.status,
        "error": message.error,
        "statistics": asdict(message.statistics) if message.statistics else None,
        "steps": [_step(step) for step in (message.run.steps if message.run else ())],
    }


def _step(record: StepRecord) -> dict[str, Any]:
    return {**asdict(record), "options": record.options.as_request()}
