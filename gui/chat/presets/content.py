"""A preset as the content of a TOML file, also as a change to the content of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gui.chat.presets import shape
from gui.chat.presets.reading import options_of
from gui.records import OutputKind, Preset, Stage, Step, Variable, VariableSource

Content = dict[str, Any]

_DEFAULTS: tuple[object, ...] = ("", False, [], {})
_WRITTEN_OUT = {"output": OutputKind.TEXT, "source": VariableSource.ASK}
"""Defaults of keys that have a word for it."""
_RANKS = {
    key: rank for rank, key in enumerate(dict.fromkeys((*shape.TOP, *shape.VARIABLE, *shape.STEP)))
}


def content_of(preset: Preset) -> Content:
    """What a new file says: only what is not left open, in the usual order."""
    told = {
        "description": preset.description,
        "system": preset.system,
        "model": preset.model,
        "reply": preset.chain.reply,
        "options": preset.options.as_request(),
        "variables": [_variable(variable) for variable in preset.variables],
        "steps": [_stage(stage) for stage in preset.chain.stages],
    }
    return {"format": shape.FORMAT, "name": preset.name, **_set(told)}


def changed(old: Content, preset: Preset, language: str) -> Content:
    """The content `old` with what `preset` says; words go to where `language` is read from.

    Defaults that are written out and words in other languages stay.
    """
    new = content_of(preset)
    merged = _merged(old, new, language, is_top=True)
    for key in ("variables", "steps"):
        merged = _with_list(merged, key, old, new.get(key, []), language)
    return in_order(merged)


def aligned(old: Sequence[Content], new: Sequence[Content]) -> tuple[int | None, ...]:
    """For each new table the number of the old one that it was, None if it is new.

    Tables of the same name are the same; of the others, the first left is the first left.
    """
    left = dict(enumerate(_key(table) for table in old))
    origins: list[int | None] = []
    for table in new:
        origin = next((number for number, key in left.items() if key == _key(table)), None)
        if origin is not None:
            del left[origin]
        origins.append(origin)
    if len(old) == len(new):
        rest = iter(sorted(left))
        origins = [next(rest, None) if origin is None else origin for origin in origins]
    return tuple(origins)


def in_order(content: Content) -> Content:
    """The same content, keys in the usual order."""
    return dict(sorted(content.items(), key=lambda pair: rank(pair[0])))


def rank(key: str) -> tuple[int, str]:
    """The usual place of a key among others; a translation follows what it translates."""
    base = key if key in _RANKS else key.rpartition("_")[0]
    return _RANKS.get(base, len(_RANKS)), "" if base == key else key


def _key(table: Content) -> tuple[str, ...]:
    """By what a variable or stage is found again."""
    if isinstance(together := table.get("together"), list):
        return tuple(str(step.get("name", "")) for step in together)
    return (str(table.get("name", "")),)


def _set(told: Content) -> Content:
    return {key: value for key, value in told.items() if value not in _DEFAULTS}


def _variable(variable: Variable) -> Content:
    source = "" if variable.source is VariableSource.ASK else str(variable.source)
    told = {
        "source": source,
        "label": variable.label,
        "default": variable.default,
        "choices": list(variable.choices),
    }
    return {"name": variable.name, **_set(told)}


def _stage(stage: Stage) -> Content:
    steps = [_step(step) for step in stage]
    return steps[0] if len(steps) == 1 else {"together": steps}


def _step(step: Step) -> Content:
    told = {
        "system": step.system,
        "model": step.model,
        "output": "" if step.output is OutputKind.TEXT else str(step.output),
        "schema": step.schema,
        "when": step.when,
        "history": step.history,
        "options": step.options.as_request(),
    }
    title = {"title": step.title} if step.title else {}
    return {"name": step.name, **title, "prompt": step.prompt, **_set(told)}


def _merged(old: Content, new: Content, language: str, *, is_top: bool = False) -> Content:
    """One table; lists of tables are left out."""
    codes = shape.translations(shape.TOP | shape.VARIABLE | shape.STEP, is_top=is_top)
    merged = {key: value for key, value in old.items() if key in codes}
    wanted = dict(new)
    for key in shape.TRANSLATED - (frozenset() if is_top else {"name"}):
        if (local := f"{key}_{language}") in old:
            merged[local] = wanted.pop(key, "")
            if key in old:
                merged[key] = old[key]
    for key in dict.fromkeys((*old, *wanted)):
        if key not in merged and key not in ("variables", "steps", "together"):
            _keep_or_set(merged, key, old, wanted)
    return merged


def _keep_or_set(merged: Content, key: str, old: Content, wanted: Content) -> None:
    if key == "options":
        if options := _options(old.get(key), wanted.get(key, {})):
            merged[key] = options
        elif key in old and not old[key]:
            merged[key] = old[key]
    elif key in wanted:
        merged[key] = old[key] if old.get(key) == wanted[key] else wanted[key]
    elif old[key] in _DEFAULTS or old[key] == _WRITTEN_OUT.get(key):
        merged[key] = old[key]


def _options(old: object, wanted: Content) -> Content:
    """The wanted options, spelled as they were where they mean the same (1 for 1.0)."""
    if not isinstance(old, dict):
        return wanted
    meant = options_of(old).as_request()
    kept = {key: old[key] for key in wanted if key in old and meant.get(key) == wanted[key]}
    return {**wanted, **kept}


def _with_list(
    merged: Content, key: str, old: Content, new: Sequence[Content], language: str
) -> Content:
    before = old.get(key, [])
    tables = [
        _entry(before[origin] if origin is not None else {}, table, language)
        for table, origin in zip(new, aligned(before, new), strict=True)
    ]
    return {**merged, key: tables} if tables or old.get(key) == [] else merged


def _entry(old: Content, new: Content, language: str) -> Content:
    """A variable, a step, or a stage of several."""
    if "together" not in old and "together" not in new:
        return in_order(_merged(old, new, language))
    before = old.get("together", [old] if old else [])
    after = new.get("together", [new])
    return _with_list({}, "together", {"together": before}, after, language)
