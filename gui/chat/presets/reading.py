"""A preset's TOML read, every value checked. Format 1 is read as well.

    format = 2                  the file uses templates: `{name}` is a place, `{{` a brace
    name, description           and `name_ko`, `description_ko` for the Korean window
    system                      template; names variables only
    model                       none: the one chosen in the window
    reply                       template of the reply of a chain; none: the last step's output
    [options]                   Ollama's names: temperature, top_p, num_ctx, stop = ["..."]
    [[variables]]               name, label (label_ko), default, choices = ["..."],
                                source = ask | date | time | clipboard | selection | language
    [[steps]]                   run one after another: name, prompt, title (title_ko), system,
                                model, output = text | list | json | boolean, schema (JSON text),
                                history = true | false, when = "step" | "not step"
    [steps.options]             over those of the preset
    [[steps]]                   or, for steps that run side by side, only
    [[steps.together]]          any number of these, each with the keys of a step

Format 1 has name, description, system, model and options; braces in its system are braces.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from gui.chat.presets import shape
from gui.chat.presets.template import canonical, canonical_name, escaped
from gui.errors import PresetError
from gui.language import tr
from gui.records import Chain, Options, OutputKind, Preset, Stage, Step, Variable, VariableSource

SUFFIX = ".toml"
LARGEST = 1_000_000
"""Bytes; a preset is a page of text, not a book."""


def parse(text: str, identity: str, language: str, *, built_in: bool = False) -> Preset:
    """The preset in `text`, its words in `language` where it has them.

    Raises ValueError (tomllib's among them) with the reason. What can be read may still not
    run: see `findings.problems`.
    """
    content = tomllib.loads(text)
    for fault in shape.faults(content):
        raise ValueError(f"{fault.message} {fault.mend}".strip())
    return preset_of(content, identity, language, built_in=built_in)


def preset_of(
    content: dict[str, Any], identity: str, language: str, *, built_in: bool = False
) -> Preset:
    """The preset that a read TOML file without faults of shape says."""
    system = str(content.get("system", ""))
    is_template = shape.format_of(content) >= shape.FORMAT
    return Preset(
        id=identity,
        name=said(content, "name", language) or content.get("name", "") or identity,
        description=said(content, "description", language),
        system=canonical(system) if is_template else escaped(system),
        model=content.get("model", ""),
        options=options_of(content.get("options", {})),
        built_in=built_in,
        variables=tuple(_variable(each, language) for each in content.get("variables", ())),
        chain=Chain(
            stages=tuple(_stage(each, language) for each in content.get("steps", ())),
            reply=canonical(content.get("reply", "")),
        ),
    )


def read(path: Path, language: str, *, built_in: bool) -> Preset:
    """The preset in a file; raises `PresetError`, which names the file."""
    try:
        return parse(read_text(path), path.stem, language, built_in=built_in)
    except (ValueError, OSError, RecursionError) as reason:
        raise PresetError(
            tr("The preset {file} cannot be used: {reason}", file=path.name, reason=reason),
            tr("Correct the file, or delete it."),
            str(path),
        ) from reason


def read_text(path: Path) -> str:
    """The text of a preset's file; raises OSError, and ValueError for what is too large."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(tr("the file is too large"))
    return data.decode("utf-8-sig")


def options_of(table: dict[str, Any]) -> Options:
    """The options in a table without faults of shape."""
    readers = {shape.Kind.INTEGER: int, shape.Kind.NUMBER: float, shape.Kind.TEXTS: tuple}
    return Options(**{name: readers[shape.OPTIONS[name]](table[name]) for name in table})


def said(table: dict[str, Any], key: str, language: str) -> str:
    """The words under `key` in `language`, in the file's own language if there are none."""
    return str(table.get(f"{key}_{language}", table.get(key, "")))


def _variable(table: dict[str, Any], language: str) -> Variable:
    return Variable(
        name=canonical_name(table.get("name", "")),
        source=VariableSource(table.get("source", VariableSource.ASK)),
        label=said(table, "label", language),
        default=table.get("default", ""),
        choices=tuple(table.get("choices", ())),
    )


def _stage(table: dict[str, Any], language: str) -> Stage:
    return tuple(_step(each, language) for each in table.get("together", (table,)))


def _step(table: dict[str, Any], language: str) -> Step:
    return Step(
        name=canonical_name(table.get("name", "")),
        prompt=canonical(table.get("prompt", "")),
        system=canonical(table.get("system", "")),
        title=said(table, "title", language),
        model=table.get("model", ""),
        options=options_of(table.get("options", {})),
        output=OutputKind(table.get("output", OutputKind.TEXT)),
        schema=table.get("schema", ""),
        history=table.get("history", False),
        when=canonical_name(table.get("when", "")),
    )
