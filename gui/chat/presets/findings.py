"""What is wrong or surprising in a preset that can be read.

A preset with an error must not run; warnings and notes are for who writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gui.chat.presets import schemas, template
from gui.chat.presets.finding import Finding
from gui.chat.presets.parts import Path, parts_of, steps_of
from gui.chat.presets.references import reference_findings
from gui.language import tr
from gui.models.modelfile.parameters import PARAMETERS
from gui.records import INPUT, Options, OutputKind, Preset, Severity, Step

MOST_STEPS = 50


def problems(preset: Preset) -> tuple[str, ...]:
    """Why the preset must not run: a sentence each; () if it may."""
    return tuple(
        finding.message for finding in findings(preset) if finding.severity is Severity.ERROR
    )


def findings(preset: Preset, installed: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """All there is to say; `installed` are the names of the server's models, if known."""
    steps = preset.chain.steps
    if len(steps) > MOST_STEPS:
        yield Finding(
            ("steps",),
            Severity.ERROR,
            tr(
                "The chain has {count} steps; {most} are the most.",
                count=len(steps),
                most=MOST_STEPS,
            ),
            tr("Make one prompt of several, or two presets."),
        )
        return
    yield from _templates(preset)
    yield from _names(preset)
    yield from reference_findings(preset)
    for path, _, step in steps_of(preset.chain):
        yield from _step(path, step)
    yield from _options(("options",), preset.options)
    yield from _models(preset, installed)
    if preset.chain.reply and not preset.chain:
        message = tr("“reply” has no effect: there are no steps.")
        yield Finding(("reply",), Severity.WARNING, message)


def _templates(preset: Preset) -> Iterator[Finding]:
    for part in parts_of(preset):
        for fault in template.faults(part.text):
            span = (fault.start, fault.end)
            yield Finding(part.path, Severity.ERROR, fault.message, fault.mend, span)


def _names(preset: Preset) -> Iterator[Finding]:
    variables = [variable.name for variable in preset.variables]
    steps = [(path, step.name) for path, _, step in steps_of(preset.chain)]
    for number, name in enumerate(variables):
        path: Path = ("variables", number, "name")
        if name == INPUT:
            yield _taken(path, tr("“{name}” is what the person says.", name=name))
        else:
            yield from _name(path, name, variables[:number])
    for number, (owner, name) in enumerate(steps):
        path = (*owner, "name")
        if name == INPUT:
            yield _taken(path, tr("“{name}” is what the person says.", name=name))
        elif name in variables:
            yield _taken(path, tr("“{name}” is a variable already.", name=name))
        else:
            yield from _name(path, name, [before for _, before in steps[:number]])


def _taken(path: Path, message: str) -> Finding:
    return Finding(path, Severity.ERROR, message, tr("Take another name."))


def _name(path: Path, name: str, before: list[str]) -> Iterator[Finding]:
    mend = tr("Write letters, digits and underscores, a letter first.")
    if not name:
        yield Finding(path, Severity.ERROR, tr("The name is missing."), mend)
    elif not template.is_name(name):
        message = tr("“{name}” cannot be used as a name.", name=name)
        yield Finding(path, Severity.ERROR, message, mend)
    elif name in before:
        yield _taken(path, tr("“{name}” is there twice.", name=name))


def _step(path: Path, step: Step) -> Iterator[Finding]:
    if not step.prompt.strip():
        message = tr("“{name}” has no prompt.", name=step.name)
        yield Finding((*path, "prompt"), Severity.ERROR, message, tr("Write what it is to do."))
    yield from _options((*path, "options"), step.options)
    if not step.schema.strip():
        return
    place = (*path, "schema")
    if step.output is not OutputKind.JSON:
        message = tr("The schema has no effect: the output is not JSON.")
        mend = tr("Write this too: {line}", line='output = "json"')
        yield Finding(place, Severity.WARNING, message, mend)
    if fault := schemas.fault(step.schema):
        yield Finding(place, Severity.ERROR, *fault)


def _options(path: Path, options: Options) -> Iterator[Finding]:
    for name, value in options.as_request().items():
        parameter = PARAMETERS.get(name)
        if parameter is None or isinstance(value, list) or parameter.is_sensible(value):
            continue
        message = tr(
            "{value} is unusual for {name}; usual are {range}.",
            value=f"{value:g}" if isinstance(value, float) else value,
            name=name,
            range=parameter.range_text,
        )
        yield Finding((*path, name), Severity.WARNING, message)


def _models(preset: Preset, installed: tuple[str, ...] | None) -> Iterator[Finding]:
    if installed is None:
        return
    places: list[tuple[Path, str]] = [(("model",), preset.model)]
    places += [((*path, "model"), step.model) for path, _, step in steps_of(preset.chain)]
    for path, model in places:
        if model and model not in installed and f"{model}:latest" not in installed:
            message = tr("The model {name} is not installed.", name=model)
            yield Finding(path, Severity.WARNING, message, tr("Install it, or take another."))
