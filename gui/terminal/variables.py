"""Values for the variables of a preset: typed with `--var`, found, or asked on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from gui import language
from gui.chat.presets.references import names_used
from gui.chat.presets.template import canonical_name
from gui.chat.presets.values import automatic, missing
from gui.errors import PresetError
from gui.language import tr
from gui.records import Preset, Variable, VariableSource
from gui.terminal.shared import interruptible, plain

_NOT_HERE = frozenset({VariableSource.CLIPBOARD, VariableSource.SELECTION})
"""What a terminal has not: it asks for them."""


def values_for(preset: Preset, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A value for every variable that the preset uses, by name.

    A person at a terminal is asked for those that are not in `given`; elsewhere their
    defaults count. Raises PresetError for a name that is no variable, and for variables
    without a value where nobody can be asked.
    """
    typed = {canonical_name(name): value for name, value in given}
    wanted = tuple(_wanted(preset))
    _refuse_unknown(preset, typed, wanted)
    known = [each for each in preset.variables if each.source not in _NOT_HERE]
    found = automatic(known, datetime.now().astimezone(), "", "", language.chosen())
    asked = [each for each in wanted if each.name not in typed]
    return found | (_asked(asked) if can_ask() else _defaults(preset, asked)) | typed


def can_ask() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(label: str, default: str = "", choices: Sequence[str] = ()) -> str:
    """A line from the person, asked until there is one; empty is the default.

    Raises PresetError at the end of what the terminal gives.
    """
    offered = f" ({', '.join(choices)})" if choices else ""
    proposed = f" [{' '.join(default.split())}]" if default else ""
    while True:
        with interruptible():
            question = plain(f"{label}{offered}{proposed}: ")
            print(question, end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
        if answer := line.strip() or default:
            return answer
        if not line:
            print(file=sys.stderr)
            raise PresetError(tr("Nothing was entered."), tr("Nothing was sent."))


def _wanted(preset: Preset) -> Iterator[Variable]:
    """The variables that somebody must give, in the order of the preset."""
    used = names_used(preset)
    asked = missing(preset)
    declared = {variable.name for variable in preset.variables}
    for variable in preset.variables:
        if variable in asked or (variable.source in _NOT_HERE and variable.name in used):
            yield variable
    yield from (variable for variable in asked if variable.name not in declared)


def _refuse_unknown(preset: Preset, typed: Mapping[str, str], wanted: Iterable[Variable]) -> None:
    names = dict.fromkeys(variable.name for variable in (*preset.variables, *wanted))
    for name in typed:
        if name not in names:
            raise PresetError(
                tr("There is no variable {name} in {preset}.", name=name, preset=_name(preset)),
                tr("There are: {names}.", names=", ".join(names))
                if names
                else tr("It has no variables."),
            )


def _name(preset: Preset) -> str:
    return preset.name or tr("what you ask")


def _asked(variables: Iterable[Variable]) -> dict[str, str]:
    return {
        variable.name: ask(variable.label or variable.name, variable.default, variable.choices)
        for variable in variables
    }


def _defaults(preset: Preset, variables: Sequence[Variable]) -> dict[str, str]:
    without = [variable.name for variable in variables if not variable.default]
    if without:
        names = ", ".join(without)
        raise PresetError(
            tr("{preset} needs values for: {names}.", preset=_name(preset), names=names),
            tr("Nothing was sent. Add: {words}", words=" ".join(f"--var {n}=…" for n in without)),
        )
    return {variable.name: variable.default for variable in variables}
