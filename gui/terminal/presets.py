"""`ondol presets`: the presets there are, one as TOML, or one as a script with LangChain."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from typing import Any

from gui import paths
from gui.chat.presets.python import as_python
from gui.engine.store.loose import STARTER_NAME
from gui.language import tr
from gui.models.addresses import parse_address
from gui.records import Preset
from gui.settings import SettingsFile
from gui.terminal import FAILED, USAGE, shared, sources
from gui.terminal.columns import table
from gui.terminal.findings import tell


async def run(options: argparse.Namespace) -> int:
    """List the presets, or show one."""
    if options.name:
        return _one(options)
    if options.python:
        shared.complain(tr("Say which one: ondol presets NAME --python"))
        return USAGE
    store = sources.store()
    presets = store.available()
    if options.json:
        listed = [_as_json(preset) for preset in presets]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        print(table([_row(preset) for preset in presets]))
    for problem in store.problems:
        shared.complain(problem)
    return 0


def _one(options: argparse.Namespace) -> int:
    source = sources.meant(options.name)
    tell(source.label, source.findings)
    if source.preset is None:
        return FAILED
    if options.python:
        print(_script(source.preset), end="")
    elif options.json:
        print(json.dumps(_as_json(source.preset), ensure_ascii=False, indent=2))
    else:
        print(source.text.rstrip("\n"))
    return 0


def _row(preset: Preset) -> tuple[str, str, str, str]:
    count = len(preset.chain.steps)
    steps = ""
    if count:
        steps = tr("1 step") if count == 1 else tr("{count} steps", count=count)
    return preset.id, preset.name, steps, preset.description


def _script(preset: Preset) -> str:
    """Its model is the preset's, else that of the window; its address is where Ollama is."""
    settings, _ = SettingsFile(paths.settings()).load()
    endpoint = parse_address(os.environ.get("OLLAMA_HOST", ""))
    return as_python(preset, preset.model or settings.model or STARTER_NAME, endpoint.url)


def _as_json(preset: Preset) -> dict[str, Any]:
    """All of a preset; options as Ollama takes them, a chain as a list of stages."""
    content = asdict(preset)
    content["options"] = preset.options.as_request()
    content["is_chain"] = bool(preset.chain)
    for wide, stage in zip(content["chain"]["stages"], preset.chain.stages, strict=True):
        for step, record in zip(wide, stage, strict=True):
            step["options"] = record.options.as_request()
    return content
