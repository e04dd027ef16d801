"""`ondol show`: all about a model, its Modelfile, or both as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gui.language import tr
from gui.models.details import read_details
from gui.records import ModelDetails
from gui.terminal import shared
from gui.terminal.columns import table
from gui.widgets.models.words import capability_words, size_text


async def run(options: argparse.Namespace) -> int:
    """Show a model."""
    async with shared.client(options.server) as client:
        details = await read_details(client, options.name)
    if options.modelfile:
        print(details.modelfile.rstrip("\n"))
    elif options.json:
        print(json.dumps(_as_json(details), ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_sections(details)))
    return 0


def _as_json(details: ModelDetails) -> dict[str, Any]:
    """One object; the pairs of the header as an object of their own."""
    answer = asdict(details)
    return {**answer.pop("info"), **answer, "metadata": dict(details.metadata)}


def _sections(details: ModelDetails) -> Iterator[str]:
    yield table([pair for pair in _facts(details) if pair[1]])
    licence = details.license.strip().partition("\n")[0]
    for title, text in (
        (tr("Parameters"), details.parameters),
        (tr("System"), details.system),
        (tr("Licence"), licence),
    ):
        if text.strip():
            lines = (f"  {line}" for line in text.strip().splitlines())
            yield "\n".join((title, *lines))


def _facts(details: ModelDetails) -> Iterator[tuple[str, str]]:
    info = details.info
    context = f"{info.context_length:,}" if info.context_length else ""
    yield tr("Model"), info.name
    yield tr("Family"), info.family
    yield tr("Parameters"), info.parameter_size
    yield tr("Quantisation"), info.quantization
    yield tr("Context length"), tr("{count} tokens", count=context) if context else ""
    yield tr("Abilities"), ", ".join(capability_words(info))
    yield tr("Size"), size_text(info.size)
    yield tr("Made from"), info.parent
    yield tr("Digest"), details.digest
