"""A preset's text read into what a form shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from gui import language
from gui.chat.presets import reading, values
from gui.chat.presets.findings import findings
from gui.controllers.modelfile_form import parameter_fields
from gui.controllers.preset_graph import graph_of
from gui.language import tr
from gui.records import Options, Preset
from gui.records.modelfile import ParameterField
from gui.records.preset_editing import Place, PresetDraft, PresetView, StepProblem

_MOST_IN_FORM = 300_000
_LINE = re.compile(r"at line (\d+)")


def view_of(draft: PresetDraft, last: Preset, installed: tuple[str, ...] | None) -> PresetView:
    """What a form shows of the text; `last` is shown while it cannot be read."""
    fault, line = "", 0
    if len(draft.text) > _MOST_IN_FORM:
        fault = tr("The text is too long for a form.")
    else:
        try:
            last = reading.parse(draft.text, draft.id, language.chosen(), built_in=draft.built_in)
        except (ValueError, RecursionError) as reason:
            fault, line = _fault(draft.text, str(reason))
    shown = shown_as(last, draft, installed)
    return replace(shown, fault=fault, line=line)


def shown_as(preset: Preset, draft: PresetDraft, installed: tuple[str, ...] | None) -> PresetView:
    """What a form shows of a preset that was read."""
    declared = {variable.name for variable in preset.variables}
    return PresetView(
        preset=preset,
        is_read_only=draft.built_in,
        missing=tuple(v.name for v in values.missing(preset) if v.name not in declared),
        graph=graph_of(preset),
        problems=_problems(preset, installed),
    )


def _fault(text: str, reason: str) -> tuple[str, int]:
    """Why a text cannot be read, and in which line."""
    from gui.chat.presets.check import Facts, check
    from gui.records import Severity

    found = [each for each in check(text, Facts()) if each.severity is Severity.ERROR]
    if found:
        first = found[0]
        said = f"{first.message} {first.mend}".strip()
        return tr("Line {line}: {text}", line=first.line, text=said), first.line
    match = _LINE.search(reason)
    return reason, int(match.group(1)) if match else 1


def _problems(
    preset: Preset, installed: tuple[str, ...] | None
) -> dict[Place, tuple[StepProblem, ...]]:
    """What is found about each step, by its place."""
    found: dict[Place, tuple[StepProblem, ...]] = {}
    for finding in findings(preset, installed):
        place = _place(finding.path)
        if place is not None:
            text = f"{finding.message} {finding.mend}".strip()
            said = StepProblem(finding.severity, text)
            found[place] = (*found.get(place, ()), said)
    return {place: _worst_first(each) for place, each in found.items()}


def _worst_first(problems: Iterable[StepProblem]) -> tuple[StepProblem, ...]:
    order = ("error", "warning", "note")
    return tuple(sorted(problems, key=lambda problem: order.index(problem.severity)))


def _place(path: tuple[str | int, ...]) -> Place | None:
    """The step that a finding is about: ("steps", 1, "together", 0, "prompt")."""
    match path:
        case ("steps", int(stage), "together", int(index), *_):
            return stage, index
        case ("steps", int(stage), *_):
            return stage, 0
        case _:
            return None


def option_fields() -> tuple[ParameterField, ...]:
    """Every option a preset can set, in the chosen language; the usual ones first."""
    known = {field.name for field in fields(Options)}
    return tuple(field for field in parameter_fields() if field.name in known)
