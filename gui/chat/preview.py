"""What would be sent now, and which hand set each option; nothing is sent."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gui.chat import context
from gui.chat.presets import template
from gui.chat.presets.findings import problems
from gui.chat.presets.references import names_used
from gui.errors import OndolError, PresetError
from gui.language import tr
from gui.models.modelfile.parameters import PARAMETERS
from gui.records import INPUT, Message, ModelInfo, Options, Preset, Role, Step
from gui.records.sending import EffectiveOption, OptionSource, SendPreview, SentStep

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_USUAL = ("temperature", "top_k", "top_p", "repeat_penalty", "num_predict")
"""Options that are shown even if nobody sets them."""
_PARAMETER = re.compile(r"(\w+)\s+(.+)")

Layer = tuple[OptionSource, Mapping[str, Any]]


async def preview(
    client: ModelClient | None,
    branch: Sequence[Message],
    model: ModelInfo,
    preset: Preset,
    own: Options,
    variables: Mapping[str, str],
    text: str,
) -> SendPreview:
    """What `text` would be sent with, after `branch`.

    `own` are options that the person set for this conversation, over those of the preset.
    What a server cannot be asked now is left out.
    """
    by_model = await _parameters(client, model.name)
    values = {name: "{" + name + "}" for name in names_used(preset)} | dict(variables)
    whole = own.over(preset.options)
    options = context.complete_options(whole, model)
    layers = _layers(preset, own, options, by_model)
    system, fault = _rendered(preset.system, values)
    shown = SendPreview(
        model=model.name,
        preset=preset.name,
        system=system,
        options=_effective(layers),
        num_ctx=options.num_ctx or 0,
        trained=model.context_length,
        fault=fault or next(iter(problems(preset)), ""),
    )
    if preset.chain:
        steps = tuple(
            _step(step, preset, model, layers, values | {INPUT: text or "{" + INPUT + "}"})
            for step in preset.chain.steps
        )
        return replace(shown, steps=steps)
    question = Message(0, 0, None, Role.USER, text)
    window = context.fit(branch, question, system, options, model.name)
    return replace(
        shown,
        used=window.estimated_tokens,
        is_calibrated=window.is_calibrated,
        history=len(window.history),
        left_out=len(context.history_of(branch)) - len(window.history),
    )


def _step(
    step: Step, preset: Preset, model: ModelInfo, layers: Sequence[Layer], values: Mapping[str, str]
) -> SentStep:
    own: Layer = (OptionSource.STEP, step.options.as_request())
    return SentStep(
        title=step.title or step.name,
        model=step.model or model.name,
        system=_rendered(step.system or preset.system, values)[0],
        prompt=_rendered(step.prompt, values)[0],
        options=_effective((own, *layers)),
        has_history=step.history,
    )


def _layers(
    preset: Preset, own: Options, complete: Options, by_model: Mapping[str, str]
) -> tuple[Layer, ...]:
    """Who sets what, the strongest first."""
    by_preset = preset.options.as_request()
    if by_preset.get("num_ctx") != complete.num_ctx:
        by_preset.pop("num_ctx", None)
    ours = {"num_ctx": complete.num_ctx, "seed": tr("a new one for each reply")}
    usual = {name: PARAMETERS[name].default for name in _USUAL}
    return (
        (OptionSource.YOU, own.as_request()),
        (OptionSource.PRESET, by_preset),
        (OptionSource.ONDOL, ours),
        (OptionSource.MODEL, by_model),
        (OptionSource.SERVER, usual),
    )


def _effective(layers: Sequence[Layer]) -> tuple[EffectiveOption, ...]:
    """Every option that somebody sets, in a fixed order, with the strongest hand's value."""
    named = ChainMap(*(dict.fromkeys(values, source) for source, values in layers))
    by_source = dict(layers)
    order = {name: place for place, name in enumerate(PARAMETERS)}
    return tuple(
        EffectiveOption(name, _words(name, by_source[named[name]][name]), named[name])
        for name in sorted(named, key=lambda name: (order.get(name, len(order)), name))
    )


def _words(name: str, value: object) -> str:
    if name == "num_predict" and value == -1:
        return tr("no limit")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(f"“{item}”" for item in value)
    return str(value)


def _rendered(text: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The prompt filled in, and why it cannot be."""
    try:
        return template.render(text, values), ""
    except PresetError as fault:
        return text, str(fault)


async def _parameters(client: ModelClient | None, name: str) -> dict[str, Any]:
    """What the model's own Modelfile sets, by name."""
    if client is None or not name:
        return {}
    try:
        text = (await client.show_answer(name)).get("parameters")
    except OndolError:
        return {}
    found: dict[str, Any] = {}
    for line in text.splitlines() if isinstance(text, str) else ():
        if match := _PARAMETER.fullmatch(line.strip()):
            value = match[2].strip().strip('"')
            if match[1] == "stop":
                found.setdefault("stop", []).append(value)
            else:
                found[match[1]] = value
    return found
