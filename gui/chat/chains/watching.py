"""Who is told what the steps of a chain do, and what each of them was asked, gave and cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gui.chat import context
from gui.chat.chains.planning import Plan
from gui.chat.context import Window
from gui.chat.events import StepEnded, StepStarted, StepThinking, StepToken
from gui.chat.parts import Text, Thinking, TurnPart
from gui.errors import OndolError
from gui.records import Message, Statistics, StepRecord, StepStatus

STEP_SECONDS = 600.0
"""So long a step may be silent."""
_LOOKS = 4

Tell = Callable[[TurnPart], None]


class Patience:
    """Cancels the current task once it was not `heard` for some seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.heard = 0
        self.is_over = False
        self._pause = seconds / _LOOKS
        self._seen = self._quiet = 0
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def close(self) -> None:
        """Let it be silent."""
        self._timer.cancel()

    def take(self) -> bool:
        """Whether a CancelledError that was just caught came from here; then it is taken back."""
        if self.is_over and self._task is not None:
            self._task.uncancel()
        return self.is_over

    def _look(self) -> None:
        self._quiet = self._quiet + 1 if self.heard == self._seen else 0
        self._seen = self.heard
        if self._quiet >= _LOOKS and self._task is not None:
            self.is_over = True
            self._task.cancel()
        else:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._pause, self._look)


class StepDraft:
    """What one step gives, as it grows; telling it costs the same for every token."""

    def __init__(self, record: StepRecord, tell: Tell, *, is_reply: bool, patience: float) -> None:
        self._record = record
        self._tell = tell
        self._is_reply = is_reply
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._began = time.monotonic()
        self.statistics: Statistics | None = None
        self.value: Any = None
        """What the parser made of the output, once it is whole."""
        self.patience = Patience(patience)
        self.task = asyncio.current_task()
        tell(StepStarted(record))

    @property
    def has_text(self) -> bool:
        """Whether anything came."""
        return bool(self._texts or self._thoughts)

    @property
    def output(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    def text(self, text: str) -> None:
        """More text."""
        self._texts.append(text)
        self.patience.heard += 1
        self._tell(Text(text) if self._is_reply else StepToken(self._record.name, text))

    def thinking(self, text: str) -> None:
        """More thinking."""
        self._thoughts.append(text)
        self.patience.heard += 1
        self._tell(Thinking(text) if self._is_reply else StepThinking(self._record.name, text))

    def end(self, status: StepStatus, error: OndolError | None = None) -> None:
        """It ended, once; `record` says so from now on."""
        self.patience.close()
        self._record = replace(self.record, status=status, error=str(error) if error else "")
        self._tell(StepEnded(self._record))

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self._record.status is StepStatus.RUNNING

    @property
    def record(self) -> StepRecord:
        """What it has done so far."""
        if not self.is_open:
            return self._record
        counts = self.statistics or Statistics()
        return replace(
            self._record,
            output=self.output,
            thinking="".join(self._thoughts),
            seconds=time.monotonic() - self._began,
            prompt_eval_count=counts.prompt_eval_count,
            eval_count=counts.eval_count,
        )


@dataclass(slots=True)
class Watch:
    """One run of a chain, looked at. Without arguments: nobody looks.

    `known` are steps whose output is there already; `reply` is the step whose text is the
    reply, "" for none. `branch` and `question` are what history there is.
    """

    tell: Tell = lambda _: None
    known: Mapping[str, StepRecord] = field(default_factory=dict)
    reply: str = ""
    branch: Sequence[Message] = ()
    question: Message | None = None
    patience: float = STEP_SECONDS
    start: int | None = None
    """The first message that a step with history saw, None if it saw all."""
    _steps: dict[str, StepDraft | StepRecord] = field(default_factory=dict)

    def began(self, record: StepRecord) -> StepDraft:
        """A step begins; what it gives goes to the draft."""
        draft = StepDraft(
            record, self.tell, is_reply=record.name == self.reply, patience=self.patience
        )
        self._steps[record.name] = draft
        return draft

    def kept(self, name: str) -> StepRecord | None:
        """What a step gave before, if it need not run."""
        record = self.known.get(name)
        if record is not None:
            self._note(record)
            if name == self.reply and record.output:
                self.tell(Text(record.output))
        return record

    def skipped(self, record: StepRecord) -> None:
        """A step does not run, by its `when`."""
        self._note(replace(record, status=StepStatus.SKIPPED))

    def window(self, plan: Plan, system: str, prompt: str) -> Window | None:
        """What a step sees of the conversation, None if there is none or it wants none."""
        if not plan.step.history or self.question is None:
            return None
        question = replace(self.question, content=prompt)
        return context.fit(self.branch, question, system, plan.options, plan.model.name)

    def saw(self, window: Window) -> None:
        """A step read the conversation as far back as this."""
        if window.start is not None:
            self.start = max(self.start or 0, window.start)

    def records(self, *, is_over: bool = False) -> tuple[StepRecord, ...]:
        """What every step has done so far.

        `is_over` says that nobody waits for them any more: those that run are stopped.
        """
        records = (
            step.record if isinstance(step, StepDraft) else step for step in self._steps.values()
        )
        return tuple(_stopped(record) if is_over else record for record in records)

    def statistics(self) -> Statistics:
        """The counts and durations of all steps that ran now, added up."""
        ran = [draft.statistics for draft in self._drafts if draft.statistics]
        return Statistics(
            prompt_eval_count=sum(one.prompt_eval_count for one in ran),
            eval_count=sum(one.eval_count for one in ran),
            total_duration=sum(one.total_duration for one in ran),
            load_duration=sum(one.load_duration for one in ran),
            prompt_eval_duration=sum(one.prompt_eval_duration for one in ran),
            eval_duration=sum(one.eval_duration for one in ran),
            done_reason=ran[-1].done_reason if ran else "",
        )

    async def stop(self) -> None:
        """End what still runs: the siblings of a step that failed."""
        tasks: set[asyncio.Task[Any]] = {
            draft.task for draft in self._drafts if draft.is_open and draft.task
        }
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)

    @property
    def _drafts(self) -> list[StepDraft]:
        return [step for step in self._steps.values() if isinstance(step, StepDraft)]

    def _note(self, record: StepRecord) -> None:
        self._steps[record.name] = record
        self.tell(StepEnded(record))


def _stopped(record: StepRecord) -> StepRecord:
    if record.status is StepStatus.RUNNING:
        return replace(record, status=StepStatus.STOPPED)
    return record
