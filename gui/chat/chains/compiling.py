"""A chain as LangChain's expression language says it. What is built here reads like

    RunnablePassthrough.assign(english=translate)
    | RunnablePassthrough.assign(joke=tell, poem=rhyme)
    | answer

and means: a dict of values goes in at the left. Every `assign` hands the dict to its steps,
which run side by side, and passes it on with their outputs added under their names. The last
link takes the whole dict and gives the reply. A step is itself such a sequence,

    prompt | llm | parser

where the prompt picks the values it names, the model answers, and the parser reads the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import (
    Runnable,
    RunnableBranch,
    RunnableLambda,
    RunnablePassthrough,
)

from gui.chat.chain import bound
from gui.chat.chains.parsing import as_text, parser_of
from gui.chat.chains.planning import Plan
from gui.chat.chains.watched import Watched
from gui.chat.chains.watching import Watch
from gui.chat.presets import schemas, template
from gui.records import Chain, OutputKind, Stage, StepRecord

if TYPE_CHECKING:
    from langchain_ollama import ChatOllama

T = TypeVar("T")

Values = dict[str, Any]
"""`input`, the variables and the outputs so far, by name."""

HISTORY = "history"
"""The name under which messages stand before the prompt; no step can be called so."""


def compiled(
    chain: Chain, plans: Mapping[str, Plan], llm: ChatOllama, watch: Watch | None = None
) -> Runnable[Values, Any]:
    """The chain as one runnable: a dict with `input` and all variables in, the reply out.

    `plans` has one for each step's name. The reply is text, or what the parser of the last
    step gives. Everything a runnable can do works (`ainvoke`, `astream`, `abatch`); `watch` is
    told of the steps of one run. Raises OndolError as it runs.
    """

    def built(stage: Stage) -> dict[str, Runnable[Values, Any]]:
        is_reply = stage == _reply_stage(chain)
        return {step.name: _step(plans[step.name], llm, watch, is_reply) for step in stage}

    *before, last = map(built, chain.stages)
    if _reply_stage(chain):
        [end] = last.values()
    else:
        before.append(last)
        end = _link(_reply_of(chain))
    return reduce(or_, [*(RunnablePassthrough.assign(**steps) for steps in before), end])


def reply_step(chain: Chain) -> str:
    """The step whose text is the reply, "" if the reply is put together from several."""
    return "".join(step.name for step in _reply_stage(chain))


def _reply_stage(chain: Chain) -> Stage:
    last = chain.stages[-1]
    return last if len(last) == 1 and not chain.reply else ()


def _step(
    plan: Plan, llm: ChatOllama, watch: Watch | None, is_reply: bool
) -> Runnable[Values, Any]:
    step = plan.step
    asking = prompt_of(plan) | _asked(plan, llm)
    streams = is_reply and step.output is OutputKind.TEXT
    watched = Watched(plan, asking, parser_of(step), watch, streams=streams)
    if not step.when:
        return watched
    return RunnableBranch((_link(_condition(step.when)), watched), _link(_skipped(plan, watch)))


def _link(function: Callable[[Values], T]) -> Runnable[Values, T]:
    """A function as a link; without `on_the_loop` it would run in another thread."""

    async def on_the_loop(values: Values) -> T:
        return function(values)

    return RunnableLambda(function, on_the_loop)


def prompt_of(plan: Plan) -> ChatPromptTemplate:
    """The messages a step sends. Values are put into it once and never read as templates.

    LangChain's templates can do more than name values; `problems` let none of that through.
    """
    messages: list[Any] = [("system", template.canonical(plan.system))] if plan.system else []
    if plan.step.history:
        messages.append(MessagesPlaceholder(HISTORY, optional=True))
    return ChatPromptTemplate([*messages, ("human", template.canonical(plan.step.prompt))])


def _asked(plan: Plan, llm: ChatOllama) -> Runnable[Any, Any]:
    """The model, bound to the step's options; the server holds it to JSON, or to yes or no."""
    more: dict[str, Any] = {}
    if plan.step.output is OutputKind.JSON:
        more["format"] = json.loads(plan.step.schema) if plan.step.schema.strip() else "json"
    elif plan.step.output is OutputKind.BOOLEAN:
        more["format"] = schemas.YES_OR_NO
    return bound(llm, plan.model.name, plan.options, think=plan.think, **more)


def _condition(when: str) -> Callable[[Values], bool]:
    """Whether a step runs, by an earlier yes or no; one that was skipped said neither."""
    name = when.removeprefix("not ").strip()
    wanted = name == when
    return lambda values: values[name] is wanted


def _skipped(plan: Plan, watch: Watch | None) -> Callable[[Values], str]:
    def skip(_: Values) -> str:
        if watch is not None:
            watch.skipped(StepRecord(plan.step.name, plan.step.title, stage=plan.stage))
        return ""

    return skip


def _reply_of(chain: Chain) -> Callable[[Values], str]:
    if chain.reply:
        return lambda values: template.render(
            chain.reply, {name: as_text(value) for name, value in values.items()}
        )
    return lambda values: _titled(chain.stages[-1], values)


def _titled(stage: Stage, values: Values) -> str:
    """Several outputs in one text, each under its title; one alone as it is."""
    texts = {step: as_text(values[step.name]) for step in stage}
    given = {step: text for step, text in texts.items() if text}
    if len(given) == 1:
        return "".join(given.values())
    return "\n\n".join(f"**{step.title or step.name}**\n\n{text}" for step, text in given.items())
