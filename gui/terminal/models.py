"""`ondol models`: the models a server has."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from gui.terminal import shared
from gui.terminal.columns import table
from gui.widgets.models.words import size_text


async def run(options: argparse.Namespace) -> int:
    """List the models."""
    async with shared.client(options.server) as client:
        models = await client.list_models()
    if options.json:
        print(json.dumps([asdict(model) for model in models], ensure_ascii=False, indent=2))
    elif models:
        rows = [(m.name, size_text(m.size), m.parameter_size, m.quantization) for m in models]
        print(table(rows))
    return 0
