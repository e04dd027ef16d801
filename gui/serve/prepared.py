"""A preset and a model made one chain that can be run, with a schema for its input."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable
from pydantic import BaseModel

from gui import language
from gui.chat.chain import chat_model
from gui.chat.chains.compiling import compiled, reply_step
from gui.chat.chains.parsing import as_text
from gui.chat.chains.planning import detailed, planned
from gui.chat.chains.running import by_name, check
from gui.chat.chains.watching import Watch
from gui.chat.parts import Text, TurnPart
from gui.chat.presets import template, values
from gui.records import INPUT, Chain, Preset, Step, Variable, VariableSource
from gui.serve import schema
from gui.serve.meter import Tell

if TYPE_CHECKING:
    from gui.models.client import ModelClient


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chain as it is served."""

    name: str
    schema: type[BaseModel]
    run: Callable[[Mapping[str, str], Tell], Coroutine[Any, Any, int]]
    """Runs it once with values by name: tells the reply's text, gives the tokens generated."""

    @property
    def required(self) -> tuple[str, ...]:
        """The names an input must have."""
        return schema.required(self.schema)


async def prepare(preset: Preset, model: str, client: ModelClient) -> Prepared:
    """The chain of `preset`, whose steps without a model use `model`.

    A preset without steps is a chain of one. Raises PresetError, ModelNotFound, ServerError.
    """
    preset = replace(preset, chain=preset.chain or _one_step())
    check(preset)
    plans = await planned(client, preset, await detailed(client, model), think=False)
    variables = _variables(preset)
    needs_input = any(INPUT in template.names(step.prompt) for step in preset.chain.steps)
    return Prepared(
        name=preset.name,
        schema=schema.input_model(variables, needs_input=needs_input),
        run=partial(
            _run,
            partial(compiled, preset.chain, by_name(plans), chat_model(client)),
            reply_step(preset.chain),
            variables,
        ),
    )


async def _run(
    compile_for: Callable[[Watch], Runnable[dict[str, Any], Any]],
    reply_step: str,
    variables: tuple[Variable, ...],
    given: Mapping[str, str],
    tell: Tell,
) -> int:
    """One run, watched for the reply's text; the whole work is the line with `ainvoke`."""

    def hear(part: TurnPart) -> None:
        if isinstance(part, Text):
            tell(part.text)

    watch = Watch(hear, reply=reply_step)
    now = datetime.now().astimezone()
    known = values.automatic(variables, now, "", "", language.chosen())
    try:
        reply = await compile_for(watch).ainvoke({**known, **given}, {"callbacks": []})
    finally:
        await watch.stop()
    if not watch.reply:
        tell(as_text(reply))
    return watch.statistics().eval_count


def _one_step() -> Chain:
    return Chain(stages=((Step("reply", prompt="{input}"),),))


def _variables(preset: Preset) -> tuple[Variable, ...]:
    """Those that prompts use and a caller gives, declared or not, and those known by themselves."""
    known = tuple(one for one in preset.variables if one.source is not VariableSource.ASK)
    return (*values.missing(preset), *known)
