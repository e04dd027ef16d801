"""`ondol ps`: the models in memory."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from gui.language import tr
from gui.terminal import shared
from gui.terminal.columns import table
from gui.widgets.models.words import context_text, memory_text


async def run(options: argparse.Namespace) -> int:
    """List them; the built-in engine is started for this command, so nothing is in its memory."""
    async with shared.client(options.server) as client:
        loaded = await client.loaded()
    if options.json:
        print(json.dumps([asdict(model) for model in loaded], ensure_ascii=False, indent=2))
    elif loaded:
        print(table([(m.name, context_text(m.context_length), memory_text(m)) for m in loaded]))
    else:
        print(tr("No model is in memory."), file=sys.stderr)
    return 0
