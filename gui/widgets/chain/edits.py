"""What can be done to a chain: each gives another chain and where the step is then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gui.records import INPUT, Chain, Preset, Stage, Step, Variable
from gui.records.preset_editing import Place

Moved = tuple[Chain, Place]


def step_at(chain: Chain, place: Place) -> Step:
    """The step that stands there."""
    stage, index = place
    return chain.stages[stage][index]


def places(chain: Chain) -> tuple[Place, ...]:
    """Where steps stand, in the order of reading."""
    return tuple(
        (stage, index) for stage, steps in enumerate(chain.stages) for index in range(len(steps))
    )


def with_step(chain: Chain, place: Place, step: Step) -> Chain:
    """Another step in its place."""
    stage, index = place
    steps = list(chain.stages[stage])
    steps[index] = step
    return _with_stage(chain, stage, tuple(steps))


def added_after(chain: Chain, stage: int, taken: Iterable[str] = ()) -> Moved:
    """A new step in a stage of its own, after the stage `stage`; -1 for the first."""
    step = _new_step(chain, stage, taken)
    stages = list(chain.stages)
    stages.insert(stage + 1, (step,))
    return replace(chain, stages=tuple(stages)), (stage + 1, 0)


def added_beside(chain: Chain, stage: int, taken: Iterable[str] = ()) -> Moved:
    """A new step that runs beside those of a stage."""
    step = _new_step(chain, stage - 1, taken)
    steps = (*chain.stages[stage], step)
    return _with_stage(chain, stage, steps), (stage, len(steps) - 1)


def without(chain: Chain, place: Place) -> Chain:
    """The step is gone; its stage too, if nothing else is in it."""
    stage, index = place
    steps = chain.stages[stage]
    return _with_stage(chain, stage, (*steps[:index], *steps[index + 1 :]))


def moved(chain: Chain, place: Place, by: int) -> Moved | None:
    """One up (-1) or down (1): a step beside others leaves them, one alone changes places with
    the stage there; None where there is no way."""
    stage, index = place
    steps = chain.stages[stage]
    stages = list(chain.stages)
    if len(steps) > 1:
        stages[stage] = (*steps[:index], *steps[index + 1 :])
        at = stage if by < 0 else stage + 1
        stages.insert(at, (steps[index],))
        return replace(chain, stages=tuple(stages)), (at, 0)
    other = stage + by
    if not 0 <= other < len(stages):
        return None
    stages[stage], stages[other] = stages[other], stages[stage]
    return replace(chain, stages=tuple(stages)), (other, 0)


def moved_aside(chain: Chain, place: Place, by: int) -> Moved | None:
    """One to the left (-1) or right (1) in its stage; None where there is no way."""
    stage, index = place
    steps = list(chain.stages[stage])
    other = index + by
    if not 0 <= other < len(steps):
        return None
    steps[index], steps[other] = steps[other], steps[index]
    return _with_stage(chain, stage, tuple(steps)), (stage, other)


def joined_above(chain: Chain, place: Place) -> Moved | None:
    """Beside the steps of the stage above; None in the first stage."""
    stage, _ = place
    if stage == 0:
        return None
    step = step_at(chain, place)
    left = without(chain, place)
    steps = (*left.stages[stage - 1], step)
    return _with_stage(left, stage - 1, steps), (stage - 1, len(steps) - 1)


def names_before(preset: Preset, stage: int) -> tuple[str, ...]:
    """What a prompt of the stage can name: the input, variables, outputs of earlier stages."""
    variables = (variable.name for variable in preset.variables)
    steps = (step.name for steps in preset.chain.stages[:stage] for step in steps)
    return tuple(dict.fromkeys(name for name in (INPUT, *variables, *steps) if name))


def free_name(base: str, taken: Iterable[str]) -> str:
    """`base`, or with a number behind it that makes it a name nothing has."""
    names = {INPUT, *taken}
    numbered = (f"{base}_{number}" for number in range(2, len(names) + 3))
    return next(name for name in (base, *numbered) if name not in names)


def with_step_renamed(preset: Preset, place: Place, name: str) -> Preset:
    """A step has another name, also where later prompts and conditions use it."""
    old = step_at(preset.chain, place).name
    named = replace(step_at(preset.chain, place), name=name)
    preset = replace(preset, chain=with_step(preset.chain, place, named))
    is_shared = any(step.name == old for step in preset.chain.steps)
    return preset if is_shared or _is_taken(preset, old) else _with_reference(preset, old, name)


def with_variable(preset: Preset, number: int, variable: Variable) -> Preset:
    """Another variable in its place; prompts use its new name."""
    old = preset.variables[number].name
    variables = list(preset.variables)
    variables[number] = variable
    changed = replace(preset, variables=tuple(variables))
    is_renamed = old not in ("", INPUT, variable.name) and not _is_taken(changed, old)
    is_shared = any(step.name == old for step in changed.chain.steps)
    return _with_reference(changed, old, variable.name) if is_renamed and not is_shared else changed


def _is_taken(preset: Preset, name: str) -> bool:
    return any(variable.name == name for variable in preset.variables)


def _with_reference(preset: Preset, old: str, new: str) -> Preset:
    """`{old}` becomes `{new}` everywhere; nothing changes without both names."""
    if not old or not new or old == INPUT:
        return preset
    pattern = re.compile(r"\{\{|\}\}|\{" + re.escape(old) + r"\}")

    def put(match: re.Match[str]) -> str:
        return match.group() if len(match.group()) == 2 else "{" + new + "}"

    def renamed(step: Step) -> Step:
        when = {old: new, f"not {old}": f"not {new}"}.get(step.when, step.when)
        return replace(
            step,
            prompt=pattern.sub(put, step.prompt),
            system=pattern.sub(put, step.system),
            when=when,
        )

    stages = tuple(tuple(renamed(step) for step in stage) for stage in preset.chain.stages)
    chain = Chain(stages, pattern.sub(put, preset.chain.reply))
    return replace(preset, system=pattern.sub(put, preset.system), chain=chain)


def _new_step(chain: Chain, after: int, taken: Iterable[str]) -> Step:
    """A step that can run as it is: it is asked what the stage before it gave."""
    name = free_name("step", (*taken, *(step.name for step in chain.steps)))
    before = chain.stages[after] if 0 <= after < len(chain.stages) else ()
    prompt = "\n\n".join("{" + step.name + "}" for step in before if step.name)
    return Step(name, prompt or "{" + INPUT + "}")


def _with_stage(chain: Chain, number: int, steps: Stage) -> Chain:
    stages = list(chain.stages)
    stages[number : number + 1] = [steps] if steps else []
    return replace(chain, stages=tuple(stages))
