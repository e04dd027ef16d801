"""What the prompts of a preset name: outputs of steps, variables, and what is neither."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gui.chat.presets.finding import Finding
from gui.chat.presets.parts import Part, Path, parts_of, steps_of
from gui.chat.presets.template import Place, canonical_name, is_name, places
from gui.language import tr
from gui.records import INPUT, OutputKind, Preset, Severity, Step


@dataclass(frozen=True, slots=True)
class Known:
    """The names of a preset, and who uses whom."""

    steps: Mapping[str, tuple[int, Step]]
    """By name, the number of its stage and the step; of two of one name, the first."""
    variables: frozenset[str]
    uses: Mapping[str, frozenset[str]]
    """By the name of a step, the steps that it names."""

    def chain(self, start: str, end: str) -> tuple[str, ...]:
        """The shortest way along which `start` uses `end`, both included; () if it does not."""
        ways: deque[tuple[str, ...]] = deque([(start,)])
        seen = {start}
        while ways:
            way = ways.popleft()
            for name in sorted(self.uses.get(way[-1], ())):
                if name == end:
                    return (*way, name)
                if name not in seen:
                    seen.add(name)
                    ways.append((*way, name))
        return ()


def names_used(preset: Preset) -> tuple[str, ...]:
    """Every name in braces in the preset, in the order of reading, each once."""
    found = (place.name for part in parts_of(preset) for place in places(part.text))
    return tuple(dict.fromkeys(found))


def condition(when: str) -> tuple[str, bool]:
    """The step that a `when` names, and what it must have said."""
    name = when.strip()
    return canonical_name(name.removeprefix("not ").strip()), not name.startswith("not ")


def reference_findings(preset: Preset) -> Iterator[Finding]:
    """All there is to say about names in braces and in `when`."""
    known = _known(preset)
    for part in parts_of(preset):
        for place in places(part.text):
            yield from _place(part, place, known)
    for path, stage, step in steps_of(preset.chain):
        if step.when:
            yield from _when((*path, "when"), stage, step, known)
    used = names_used(preset)
    for number, variable in enumerate(preset.variables):
        if is_name(variable.name) and variable.name not in used:
            message = tr("No prompt uses {name}.", name="{" + variable.name + "}")
            yield Finding(("variables", number, "name"), Severity.NOTE, message)


def _known(preset: Preset) -> Known:
    steps: dict[str, tuple[int, Step]] = {}
    uses: dict[str, set[str]] = {}
    for _, stage, step in steps_of(preset.chain):
        steps.setdefault(step.name, (stage, step))
        if step.when:
            uses.setdefault(step.name, set()).add(condition(step.when)[0])
    for part in parts_of(preset):
        if part.step is not None:
            named = {place.name for place in places(part.text)}
            uses.setdefault(part.step.name, set()).update(named)
    return Known(
        steps,
        frozenset(variable.name for variable in preset.variables),
        {name: frozenset(others & steps.keys()) for name, others in uses.items()},
    )


def _place(part: Part, place: Place, known: Known) -> Iterator[Finding]:
    """One name in braces."""
    name, span = place.name, (place.start, place.end)
    if part.path == ("system",) and (name == INPUT or name in known.steps):
        message = tr("The system prompt can name variables only, not {name}.", name=_braced(name))
        mend = tr("Name it in the prompt of a step.")
        yield Finding(part.path, Severity.ERROR, message, mend, span)
    elif name in known.steps:
        if fault := _order(part.step, part.stage, name, known):
            yield Finding(part.path, Severity.ERROR, *fault, span)
    elif name != INPUT and name not in known.variables:
        yield _unknown(part, place, known)


def _unknown(part: Part, place: Place, known: Known) -> Finding:
    """A name that nothing gives: it will be asked for. Near another one, it is a slip."""
    candidates = [INPUT, *known.steps, *known.variables]
    close = difflib.get_close_matches(place.name, candidates, n=1, cutoff=0.75)
    message = tr("Nothing gives {name}: it is asked for.", name=_braced(place.name))
    if close:
        mend = tr("Did you mean {name}?", name=_braced(close[0]))
        return Finding(part.path, Severity.WARNING, message, mend, (place.start, place.end))
    return Finding(part.path, Severity.NOTE, message, "", (place.start, place.end))


def _when(path: Path, stage: int, step: Step, known: Known) -> Iterator[Finding]:
    name, _ = condition(step.when)
    found = known.steps.get(name)
    if found is None:
        message = tr("“when” needs the name of an earlier step; “{name}” is none.", name=name)
        close = difflib.get_close_matches(name, list(known.steps), n=1)
        mend = tr("Did you mean {name}?", name=close[0]) if close else ""
        yield Finding(path, Severity.ERROR, message, mend)
    elif fault := _order(step, stage, name, known):
        yield Finding(path, Severity.ERROR, *fault)
    elif found[1].output is not OutputKind.BOOLEAN:
        message = tr("“{name}” does not answer yes or no.", name=name)
        mend = tr("Give that step this: {line}", line='output = "boolean"')
        yield Finding(path, Severity.ERROR, message, mend)


def _order(step: Step | None, stage: int, name: str, known: Known) -> tuple[str, str] | None:
    """Why a step cannot use the output of another: it is not there yet."""
    other = known.steps[name][0]
    if other < stage or step is None:
        return None
    if name == step.name:
        return tr("“{name}” uses its own output.", name=name), tr("Name an earlier step.")
    if back := known.chain(name, step.name):
        return _circle((step.name, *back)), tr("Take one of these out.")
    if other == stage:
        message = tr("“{name}” runs beside this step: its output is not there yet.", name=name)
        return message, tr("Put it into a step before this one.")
    message = tr("“{name}” runs later: its output is not there yet.", name=name)
    return message, tr("Move it before “{name}”.", name=step.name)


def _circle(names: tuple[str, ...]) -> str:
    """A circle in words: joke uses poem, and poem uses joke."""
    *links, last = (
        tr("{first} uses {second}", first=first, second=second) for first, second in pairwise(names)
    )
    return tr("A circle: {links}, and {last}.", links=", ".join(links), last=last)


def _braced(name: str) -> str:
    return "{" + name + "}"
