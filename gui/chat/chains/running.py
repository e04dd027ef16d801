"""A chain as what a turn asks for: planned, compiled, run, every step told as it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gui.chat.chains.planning import Plan, planned
from gui.chat.chains.watching import STEP_SECONDS, Watch
from gui.chat.feed import Feed
from gui.chat.parts import Final, Text, TurnPart
from gui.chat.presets.findings import problems
from gui.errors import PresetError
from gui.language import tr
from gui.records import INPUT, Message, ModelInfo, Preset, RunRecord, Statistics, StepRecord

if TYPE_CHECKING:
    from langchain_ollama import ChatOllama

    from gui.models.client import ModelClient


@dataclass(slots=True)
class ChainRequest:
    """What a preset with a chain makes of one question. Used once.

    `variables` has a value for every variable; `known` are steps that need not run.
    """

    client: ModelClient
    llm: Callable[[], Awaitable[ChatOllama]]
    preset: Preset
    model: ModelInfo
    question: Message
    branch: Sequence[Message]
    base: RunRecord
    variables: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, StepRecord] = field(default_factory=dict)
    think: bool = True
    is_chain: bool = True
    _watch: Watch | None = None
    _feed: _ChainFeed | None = None

    @property
    def run(self) -> RunRecord:
        """The run record, with what the steps have done so far, in the chain's order."""
        if self._watch is None:
            return self.base
        records = self._watch.records(is_over=self._feed is None or self._feed.is_left)
        order = {step.name: place for place, step in enumerate(self.preset.chain.steps)}
        steps = tuple(sorted(records, key=lambda record: order[record.name]))
        return replace(self.base, steps=steps, context_start=self._watch.start)

    def open(self) -> Feed[TurnPart]:
        """Run it; the parts of the reply and the events of its steps as they come."""
        self._feed = _ChainFeed(self._work)
        return self._feed

    def shorter(self) -> None:
        """None: each step sees to its own history."""

    def was_cut(self, statistics: Statistics) -> bool:  # noqa: ARG002
        """False: what several prompts add up to says nothing about one of them."""
        return False

    async def _work(self, put: Callable[[TurnPart], None]) -> None:
        llm = await self.llm()
        from gui.chat.chains.compiling import compiled, reply_step

        chain = self.preset.chain
        check(self.preset)
        plans = await planned(self.client, self.preset, self.model, think=self.think)
        watch = self._watch = Watch(
            tell=put,
            known=self.known,
            reply=reply_step(chain),
            branch=self.branch,
            question=self.question,
            patience=STEP_SECONDS,
        )
        try:
            runnable = compiled(chain, by_name(plans), llm, watch)
            values = {**self.variables, INPUT: self.question.content}
            reply = await runnable.ainvoke(values, {"callbacks": []})
        finally:
            await watch.stop()
        if not watch.reply:
            put(Text(reply))
        put(Final(watch.statistics()))


class _ChainFeed(Feed[TurnPart]):
    """A feed that remembers whether anybody still listens."""

    is_left = False

    async def __aexit__(self, *error: object) -> None:
        self.is_left = True
        await super().__aexit__(*error)


def by_name(plans: Sequence[Plan]) -> dict[str, Plan]:
    """The plans by the names of their steps."""
    return {plan.step.name: plan for plan in plans}


def check(preset: Preset) -> None:
    """Raise PresetError for a chain that must not run (TPL-01, TPL-07)."""
    for problem in problems(preset):
        raise PresetError(problem, tr("Nothing was sent. Mend the preset, then try again."))
