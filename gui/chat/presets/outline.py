"""What a preset's source declares, read line by line, also while it is not valid TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gui.chat.presets.colours import State, line_spans
from gui.models.modelfile.lines import split

_HEADER = re.compile(r"[ \t]*+\[\[?[ \t]*+(?P<name>[A-Za-z_. \t]++)\]")
_PAIR = re.compile(r"""[ \t]*+(?P<key>\w++)[ \t]*+=[ \t]*+["'](?P<value>[^"']*+)["']""")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `table` is the header above it, "" for none; `stage` the number of the last
    `[[steps]]`, 0 for none; `state` what is open where it begins; `key` that of an open text."""

    text: str
    start: int
    table: str
    stage: int
    state: int
    key: str


@dataclass(frozen=True, slots=True)
class Named:
    """A variable (`stage` 0) or a step that is declared, and the kind of its output."""

    name: str
    stage: int
    output: str = ""


def lines(text: str) -> Iterator[Line]:
    """Every line with where it is."""
    table, key = "", ""
    stage, state, start = 0, State.NOTHING, 0
    for line in split(text):
        if not state:
            if header := _HEADER.match(line):
                table = re.sub(r"\s", "", header["name"])
                stage += table == "steps"
            match = re.match(r"[ \t]*+(\w+)[ \t]*+=", line)
            key = match.group(1) if match else ""
        yield Line(line, start, table, stage, state, key)
        state = line_spans(line, state)[1]
        start += len(line)
        start += 2 if text.startswith("\r\n", start) else 1


def named(found: tuple[Line, ...]) -> tuple[Named, ...]:
    """The variables and steps that the lines declare."""
    declared: list[Named] = []
    for line in found:
        match = _PAIR.match(line.text) if not line.state else None
        if match is None:
            continue
        if match["key"] == "name" and line.table in ("variables", "steps", "steps.together"):
            declared.append(Named(match["value"], line.stage if line.table != "variables" else 0))
        elif match["key"] == "output" and declared and line.table.startswith("steps"):
            declared[-1] = Named(declared[-1].name, declared[-1].stage, match["value"])
    return tuple(declared)
