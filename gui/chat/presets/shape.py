"""The tables and keys of a preset's TOML, and what does not have that shape."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from gui.chat.presets.parts import Path
from gui.language import LANGUAGES, tr
from gui.records import Options, OutputKind, VariableSource

FORMAT = 2
"""The newest format: templates, variables, steps. Without the key `format` a file is format 1."""


class Kind(StrEnum):
    """What a key takes."""

    TEXT = "text"
    TRUTH = "truth"
    INTEGER = "integer"
    NUMBER = "number"
    TEXTS = "texts"
    TABLE = "table"
    TABLES = "tables"


TOP = {
    "format": Kind.INTEGER,
    "name": Kind.TEXT,
    "description": Kind.TEXT,
    "system": Kind.TEXT,
    "model": Kind.TEXT,
    "reply": Kind.TEXT,
    "options": Kind.TABLE,
    "variables": Kind.TABLES,
    "steps": Kind.TABLES,
}
VARIABLE = {
    "name": Kind.TEXT,
    "source": Kind.TEXT,
    "label": Kind.TEXT,
    "default": Kind.TEXT,
    "choices": Kind.TEXTS,
}
STEP = {
    "name": Kind.TEXT,
    "title": Kind.TEXT,
    "prompt": Kind.TEXT,
    "system": Kind.TEXT,
    "model": Kind.TEXT,
    "output": Kind.TEXT,
    "schema": Kind.TEXT,
    "when": Kind.TEXT,
    "history": Kind.TRUTH,
    "options": Kind.TABLE,
}
TOGETHER = {"together": Kind.TABLES}
"""A `[[steps]]` whose steps run side by side has this key alone."""

_NUMBERS = {int: Kind.INTEGER, float: Kind.NUMBER}
OPTIONS = {
    name: _NUMBERS.get(next(kind for kind in (*get_args(hint), hint) if kind), Kind.TEXTS)
    for name, hint in get_type_hints(Options).items()
}
TRANSLATED = frozenset({"name", "description", "label", "title"})
"""Keys that may be there once more for a language: `name_ko`. A step's or variable's own
`name` is not, for prompts use it."""
FIRST_FORMAT = frozenset({"format", "name", "description", "system", "model", "options"})


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """A key, or a value, that no preset has."""

    path: Path
    message: str
    mend: str = ""
    is_key: bool = False


def translations(keys: Iterable[str], *, is_top: bool) -> dict[str, Kind]:
    """The keys that translate others of a table."""
    named = [key for key in keys if key in TRANSLATED and (is_top or key != "name")]
    return {f"{key}_{code}": Kind.TEXT for key in named for code in LANGUAGES}


def format_of(content: Mapping[str, Any]) -> int:
    """The format of a file, 1 if it does not say."""
    value = content.get("format", 1)
    return value if isinstance(value, int) and not isinstance(value, bool) else FORMAT


def faults(content: Mapping[str, Any]) -> Iterator[ShapeFault]:
    """Everything in a read TOML file that is not of a preset's shape, in no certain order."""
    if format_of(content) > FORMAT:
        yield ShapeFault(
            ("format",),
            tr(
                "This preset has format {number}; a newer Ondol wrote it.", number=content["format"]
            ),
            tr("Update Ondol, or ask for an older format."),
        )
        return
    if format_of(content) < FORMAT:
        yield from _first_format(content)
        return
    yield from _table((), content, TOP, is_top=True)
    for index, variable in _tables(content, "variables"):
        yield from _table(("variables", index), variable, VARIABLE)
        yield from _choice(("variables", index, "source"), variable, tuple(VariableSource))
    for index, stage in _tables(content, "steps"):
        yield from _stage(("steps", index), stage)


def _first_format(content: Mapping[str, Any]) -> Iterator[ShapeFault]:
    known = {key: kind for key, kind in TOP.items() if key in FIRST_FORMAT}
    known |= translations(known, is_top=True)
    yield from _table((), {key: content[key] for key in content if key in known}, known)
    for key in TOP.keys() & content.keys() - known.keys():
        yield ShapeFault(
            (key,),
            tr("{key} needs format 2.", key=key),
            tr("Write this at the top: {line}", line="format = 2"),
            is_key=True,
        )


def _stage(path: Path, stage: Mapping[str, Any]) -> Iterator[ShapeFault]:
    if "together" not in stage:
        yield from _step(path, stage)
        return
    for key in stage.keys() - TOGETHER.keys():
        yield ShapeFault(
            (*path, key),
            tr("A step with “together” has nothing else: {key} is too much.", key=key),
            tr("Put it into one of the steps that run together."),
            is_key=True,
        )
    yield from _kind((*path, "together"), stage["together"], Kind.TABLES)
    if stage["together"] == []:
        yield ShapeFault((*path, "together"), tr("There is no step in “together”."))
    for index, step in _tables(stage, "together"):
        yield from _step((*path, "together", index), step)


def _step(path: Path, step: Mapping[str, Any]) -> Iterator[ShapeFault]:
    yield from _table(path, step, STEP)
    yield from _choice((*path, "output"), step, tuple(OutputKind))


def _table(
    path: Path, table: Mapping[str, Any], keys: Mapping[str, Kind], *, is_top: bool = False
) -> Iterator[ShapeFault]:
    known = {**keys, **translations(keys, is_top=is_top)}
    for key, value in table.items():
        place = (*path, key)
        if key not in known:
            message = tr("There is no “{key}” here.", key=key)
            yield ShapeFault(place, message, nearest(key, known), is_key=True)
        else:
            yield from _kind(place, value, known[key])
            if key == "options" and isinstance(value, dict):
                yield from _options(place, value)


def _options(path: Path, options: Mapping[str, Any]) -> Iterator[ShapeFault]:
    for name, value in options.items():
        if name not in OPTIONS:
            message = tr("There is no option “{name}”.", name=name)
            yield ShapeFault((*path, name), message, nearest(name, OPTIONS), is_key=True)
        else:
            yield from _kind((*path, name), value, OPTIONS[name])


def _choice(
    path: Path, table: Mapping[str, Any], choices: tuple[StrEnum, ...]
) -> Iterator[ShapeFault]:
    value = table.get(str(path[-1]))
    if isinstance(value, str) and value not in choices:
        yield ShapeFault(
            path,
            tr("{key} cannot be “{value}”.", key=path[-1], value=value),
            tr("Write one of these: {names}", names=", ".join(choices)),
        )


def _tables(content: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The tables of a list that is one."""
    value = content.get(key, [])
    for index, table in enumerate(value if isinstance(value, list) else ()):
        if isinstance(table, dict):
            yield index, table


def _kind(path: Path, value: Any, kind: Kind) -> Iterator[ShapeFault]:
    if not _is(value, kind):
        messages = {
            Kind.TEXT: tr("{key} is not text", key=path[-1]),
            Kind.TRUTH: tr("{key} is not true or false", key=path[-1]),
            Kind.INTEGER: tr("{key} is not a whole number of 64 bits", key=path[-1]),
            Kind.NUMBER: tr("{key} is not a number", key=path[-1]),
            Kind.TEXTS: tr("{key} is not a list of texts", key=path[-1]),
            Kind.TABLE: tr("[{key}] is not a table", key=path[-1]),
            Kind.TABLES: tr("[[{key}]] is not a list of tables", key=path[-1]),
        }
        yield ShapeFault(path, messages[kind])


def _is(value: Any, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.TRUTH:
            return isinstance(value, bool)
        case Kind.INTEGER:
            is_integer = isinstance(value, int) and not isinstance(value, bool)
            return is_integer and -(2**63) <= value < 2**63
        case Kind.NUMBER:
            return _is_number(value)
        case Kind.TEXTS:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case Kind.TABLE:
            return isinstance(value, dict)
        case Kind.TABLES:
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence that proposes the known word most like `word`, "" if none is."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return tr("Did you mean {name}?", name=close[0]) if close else ""
