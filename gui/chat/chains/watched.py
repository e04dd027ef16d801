"""A step of a chain, `prompt | llm | parser`, that tells what it does while it does it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.output_parsers import BaseOutputParser
from langchain_core.runnables import Runnable, RunnableConfig

from gui.chat.chain import PartParser, as_langchain, steps_of, streamed
from gui.chat.chains.parsing import as_text
from gui.chat.chains.planning import Plan
from gui.chat.chains.watching import StepDraft, Watch
from gui.chat.context import Window
from gui.chat.parts import Final, Part, Text, Thinking
from gui.chat.presets import template
from gui.errors import (
    ContextOverflow,
    OndolError,
    PresetError,
    StepSilent,
    StepUnreadable,
    StreamCut,
    StreamGarbled,
)
from gui.records import OutputKind, StepRecord, StepStatus

log = logging.getLogger(__name__)

_SECONDS_A_MINUTE = 60


class Watched(Runnable[dict[str, Any], Any]):
    """A step as a runnable: `asking`, which is `prompt | llm`, then `parser`.

    With a `watch`, every token is told as it comes, and an output that is known already is
    given back without asking. As a link of a chain it gives its output whole, so that what
    stands behind it need not add up pieces; with `streams`, `astream` gives the text as it
    comes. Raises OndolError.
    """

    def __init__(
        self,
        plan: Plan,
        asking: Runnable[Any, Any],
        parser: BaseOutputParser[Any],
        watch: Watch | None,
        *,
        streams: bool,
    ) -> None:
        self.name = plan.step.name
        self._plan = plan
        self._asking = asking
        self._parser = parser
        self._watch = watch
        self._streams = streams

    def invoke(
        self,
        input: dict[str, Any],  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Any:
        """The output, unwatched and at one go, for a model that has a client for that."""
        return (self._asking | self._parser).invoke(_texts(input), config, **kwargs)

    async def ainvoke(
        self,
        input: dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Any:
        """The output."""
        watch = self._watch or Watch()
        if kept := watch.kept(self._plan.step.name):
            skipped = kept.status is StepStatus.SKIPPED
            return "" if skipped else self._parser.parse(kept.output)
        draft = self._begin(watch, input)
        async with aclosing(self._run(watch, draft, input)) as texts:
            async for _ in texts:
                pass
        return draft.value

    async def astream(
        self,
        input: dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any | None,
    ) -> AsyncIterator[Any]:
        """The text as it comes, or the output at once."""
        if not self._streams or self._watch is not None:
            yield await self.ainvoke(input, config, **kwargs)
            return
        watch = Watch()
        draft = self._begin(watch, input)
        draft.patience.close()  # whoever reads this may take their time
        async with aclosing(self._run(watch, draft, input)) as texts:
            async for text in texts:
                yield text

    def _begin(self, watch: Watch, values: dict[str, Any]) -> StepDraft:
        """What will be asked; raises PresetError for what cannot be."""
        plan, texts = self._plan, _texts(values)
        system = prompt = ""
        fault: PresetError | None = None
        try:
            system = template.render(plan.system, texts)
            prompt = template.render(plan.step.prompt, texts)
        except PresetError as error:
            fault = error
        draft = watch.began(
            StepRecord(
                name=plan.step.name,
                title=plan.step.title,
                model=plan.model.name,
                digest=plan.model.digest,
                system=system,
                prompt=prompt,
                options=plan.options,
                stage=plan.stage,
            )
        )
        if fault:
            draft.end(StepStatus.FAILED, fault)
            raise fault
        return draft

    async def _run(
        self, watch: Watch, draft: StepDraft, values: dict[str, Any]
    ) -> AsyncGenerator[str]:
        """The text as it comes; at the end `draft` has all, and what the parser made of it."""
        with self._ending(draft):
            window = watch.window(self._plan, draft.record.system, draft.record.prompt)
            while True:
                try:
                    async with aclosing(self._parts(values, window)) as parts:
                        async for part in parts:
                            if text := self._taken(part, draft):
                                yield text
                except ContextOverflow:
                    window = window.shorter() if window and not draft.has_text else None
                    if window is None:
                        raise
                else:
                    break
            if window:
                watch.saw(window)
            if draft.statistics is None:
                raise StreamCut(self._plan.model.name)
            draft.value = self._parser.parse(draft.output)

    def _taken(self, part: Part, draft: StepDraft) -> str:
        """The text in a part, once the draft has it; yes and no lose the quotes of their form."""
        match part:
            case Text(text):
                if self._plan.step.output is OutputKind.BOOLEAN:
                    text = text.replace('"', "")
                if text:
                    draft.text(text)
                return text
            case Thinking(text):
                draft.thinking(text)
            case Final(statistics):
                draft.statistics = statistics
        return ""

    def _parts(self, values: dict[str, Any], window: Window | None) -> AsyncGenerator[Part]:
        """The model's reply to the prompt, part by part, as a plain turn reads it."""
        inputs: dict[str, Any] = _texts(values)
        if window:
            inputs["history"] = [as_langchain(message) for message in window.history]
        return streamed([*steps_of(self._asking), PartParser()], inputs)

    @contextmanager
    def _ending(self, draft: StepDraft) -> Iterator[None]:
        """Note how the step ends; what is no error of ours becomes one."""
        error: OndolError | None = None
        try:
            yield
        except asyncio.CancelledError:
            if not draft.patience.take():
                draft.end(StepStatus.STOPPED)
                raise
            minutes = round(draft.patience.seconds / _SECONDS_A_MINUTE)
            error = StepSilent(self._plan.title, minutes)
        except GeneratorExit:
            draft.end(StepStatus.STOPPED)
            raise
        except OutputParserException as fault:
            kind = self._plan.step.output
            error = StepUnreadable(self._plan.title, kind, draft.output, str(fault))
        except OndolError as fault:
            error = fault
        except Exception as fault:
            log.exception("the step %s failed", self._plan.step.name)
            error = StreamGarbled(self._plan.model.name, repr(fault))
        draft.end(StepStatus.FAILED if error else StepStatus.DONE, error)
        if error:
            raise error


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    """The values as prompts take them; messages stay messages."""
    return {name: value if name == "history" else as_text(value) for name, value in values.items()}
