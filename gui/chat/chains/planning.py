"""Which model and options each step of a chain gets, decided before anything is sent."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gui.chat.context import complete_options
from gui.errors import ModelNotFound, StepModelNotFound
from gui.records import ModelInfo, Options, OutputKind, Preset, Step

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_MOST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A step and all that is needed to ask for it.

    `system` is a template; `options` are complete: `num_ctx` and `seed` are set.
    """

    step: Step
    system: str
    model: ModelInfo
    options: Options
    think: bool = False
    stage: int = 0
    """Which one the step is in, counted from 1."""

    @property
    def title(self) -> str:
        """What a person calls the step."""
        return self.step.title or self.step.name


def seeded(options: Options, seed: int | None = None) -> Options:
    """`options` with a seed: their own, else this one, else a random one.

    A reply whose seed is known can be made again.
    """
    if options.seed is not None:
        return options
    random_one = random.randint(1, _MOST_SEED)  # noqa: S311 - no secret
    return replace(options, seed=random_one if seed is None else seed)


async def planned(
    client: ModelClient, preset: Preset, model: ModelInfo, *, think: bool
) -> tuple[Plan, ...]:
    """A plan for each step of the preset's chain.

    `model` is that of steps without their own; the server is asked for the others. Raises
    ServerError, StepModelNotFound.
    """
    models = await _models(client, preset, model)
    return tuple(
        Plan(
            step=step,
            system=step.system or preset.system,
            model=(own := models[step.model]),
            options=complete_options(step.options.over(preset.options), own),
            think=think and own.can_think and step.output is OutputKind.TEXT,
            stage=number,
        )
        for number, stage in enumerate(preset.chain.stages, 1)
        for step in stage
    )


async def _models(client: ModelClient, preset: Preset, model: ModelInfo) -> dict[str, ModelInfo]:
    """The models that steps name, in detail, by the name they use; "" is `model`."""
    found = {"": model, model.name: model}
    wanted = {step.model: step for step in preset.chain.steps if step.model not in found}
    if not wanted:
        return found
    listed = await client.list_models()
    for name, step in wanted.items():
        try:
            found[name] = await detailed(client, name, listed)
        except ModelNotFound as error:
            raise StepModelNotFound(step.title or step.name, name) from error
    return found


async def detailed(
    client: ModelClient, name: str, listed: tuple[ModelInfo, ...] | None = None
) -> ModelInfo:
    """A model of the server in detail; raises ModelNotFound, ServerError."""
    models = listed if listed is not None else await client.list_models()
    for model in models:
        if model.name in (name, f"{name}:latest"):
            shown = await client.show(model.name)
            return replace(
                model, capabilities=shown.capabilities, context_length=shown.context_length
            )
    raise ModelNotFound(name)
