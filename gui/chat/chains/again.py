"""A reply made once more: what its run record says of it, and how the two compare."""

from __future__ import annotations

from urllib.parse import urlsplit

from gui import language
from gui.chat.asking import Choice
from gui.chat.presets import reading, template
from gui.errors import CannotRunAgain
from gui.records import Message, ModelInfo, Preset, Rerun, RunRecord, StepRecord, StepStatus


def run_of(message: Message) -> RunRecord:
    """How a reply was made; raises CannotRunAgain for one that does not say."""
    if message.run is None or not message.run.model:
        raise CannotRunAgain
    return message.run


def choice_of(run: RunRecord, model: ModelInfo, *, same_seed: bool) -> Choice:
    """What was chosen for a reply, `model` being the one it names, as it is now.

    Without `same_seed`, a chain whose preset sets no seed gets another one. Raises
    CannotRunAgain when the chain it tells of cannot be read.
    """
    variables = dict(run.variables)
    if not run.chain:
        preset = Preset("", run.preset, template.escaped(run.system), run.options)
        return Choice(model, preset, variables, run.think)
    try:
        preset = reading.parse(run.chain, "", language.chosen())
    except ValueError as fault:
        raise CannotRunAgain from fault
    return Choice(model, preset, variables, run.think, run.options.seed if same_seed else None)


def kept_before(run: RunRecord, preset: Preset, step: str) -> dict[str, StepRecord]:
    """What need not run again when `step` does: what came before it, and beside it.

    Raises LookupError for a step that the chain does not have.
    """
    there = {
        record.name: record
        for record in run.steps
        if record.status in (StepStatus.DONE, StepStatus.SKIPPED)
    }
    kept: dict[str, StepRecord] = {}
    for stage in preset.chain.stages:
        names = [one.name for one in stage]
        kept |= {name: there[name] for name in names if name in there and name != step}
        if step in names:
            return kept
    raise LookupError(step)


def compared(old: Message, new: Message) -> Rerun:
    """How a reply compares with the one it repeats."""
    same = old.content == new.content
    pairs = zip(old.content, new.content, strict=False)
    shorter = min(len(old.content), len(new.content))
    first = next((at for at, (one, other) in enumerate(pairs) if one != other), shorter)
    return Rerun(same, None if same else first, _changed(run_of(old), run_of(new)))


def _changed(old: RunRecord, new: RunRecord) -> tuple[str, ...]:
    differs = {
        "model": _digests(old) != _digests(new),
        "version": old.server_version != new.server_version,
        "machine": urlsplit(old.server).hostname != urlsplit(new.server).hostname,
    }
    return tuple(name for name, is_other in differs.items() if is_other)


def _digests(run: RunRecord) -> dict[str, str]:
    """The digests of the models that made it, by name."""
    used = {record.model: record.digest for record in run.steps if record.model}
    return used or {run.model: run.digest}
