"""The steps of a chain on the terminal: what runs on stderr, the reply on stdout."""

from __future__ import annotations

import shutil
import sys

from gui.chat import ReplyToken, StepEnded, StepStarted, TurnEnd, TurnEvent
from gui.language import tr
from gui.records import Chain, Stage, Step, StepRecord, StepStatus
from gui.terminal import columns
from gui.terminal.shared import plain, put

_INDENT = "    "


class StepLines:
    """Shows the events of one turn.

    A line for each step, on a terminal completed in place. The reply streams; one that is
    put together from several steps comes step by step, as they end. `quiet` keeps stdout
    empty; with `outputs`, what the other steps gave is told too.
    """

    def __init__(self, chain: Chain, *, quiet: bool, outputs: bool) -> None:
        self._steps = {step.name: step for step in chain.steps}
        self._numbers = {name: number for number, name in enumerate(self._steps, 1)}
        self._parts = _parts(chain)
        self._last = _last(chain)
        self._quiet = quiet
        self._outputs = outputs
        self._begun = ""
        """The step whose line on the terminal is not ended yet."""
        self._is_open = False
        """Whether stdout is within a line."""
        self._printed = False
        self._told: set[str] = set()

    def take(self, event: TurnEvent) -> None:
        """Show an event, if there is anything to show of it."""
        match event:
            case StepStarted(record):
                self._start(record)
            case StepEnded(record):
                self._end(record)
            case ReplyToken(text) if not self._parts:
                self._print(text)

    def close(self, end: TurnEnd | None) -> None:
        """The turn is over: tell of the steps that were broken off, and end the line."""
        run = end.message.run if end is not None else None
        for record in run.steps if run is not None else ():
            if record.status is StepStatus.STOPPED and record.name not in self._told:
                self._end(record)
        self._break()

    def _start(self, record: StepRecord) -> None:
        self._break()
        line = self._heading(record)
        if not sys.stderr.isatty():
            print(line, file=sys.stderr, flush=True)
            return
        # What ends the line is written over it, so it must not have been wrapped.
        line = columns.cut(line, max(shutil.get_terminal_size().columns - 1, 20))
        print(line, end="", file=sys.stderr, flush=True)
        self._begun = record.name

    def _end(self, record: StepRecord) -> None:
        self._told.add(record.name)
        if self._begun == record.name:
            print("\r", end="", file=sys.stderr)
            self._begun = ""
        self._break()
        line = f"{self._heading(record)}: {_fate(record)}"
        print(line, file=sys.stderr, flush=True)
        if record.status is not StepStatus.DONE:
            return
        if record.name in self._parts and not self._quiet:
            self._print_part(record)
        elif self._outputs and record.name != self._last:
            for text in plain(record.output).strip().splitlines():
                print(_INDENT + text, file=sys.stderr, flush=True)

    def _print_part(self, record: StepRecord) -> None:
        """One of the outputs that the reply consists of, as the reply has it."""
        from gui.chat.chains.parsing import as_text, parser_of

        step = self._steps[record.name]
        text = as_text(parser_of(step).parse(record.output))
        blank = "\n" if self._printed else ""
        self._print(f"{blank}**{step.title or step.name}**\n\n{text}")
        self._break()

    def _print(self, text: str) -> None:
        if self._quiet or not text:
            return
        if self._begun:
            self._break()
        put(text)
        self._printed, self._is_open = True, not text.endswith("\n")

    def _break(self) -> None:
        """End the lines that are open, so that what follows begins one."""
        if self._begun:
            print(file=sys.stderr, flush=True)
            self._begun = ""
        if self._is_open:
            print(flush=True)
            self._is_open = False

    def _heading(self, record: StepRecord) -> str:
        number, total = self._numbers[record.name], len(self._numbers)
        title = " ".join((record.title or record.name).split())
        return plain(f"[{number}/{total}] {title}")


def _last(chain: Chain) -> str:
    """The step whose text is the reply and streams, "" for none."""
    last: Stage = chain.stages[-1] if chain and not chain.reply else ()
    return last[0].name if len(last) == 1 else ""


def _parts(chain: Chain) -> dict[str, Step]:
    """The steps whose outputs are the reply, by name, if each is sure to be part of it."""
    last: Stage = chain.stages[-1] if chain and not chain.reply else ()
    if len(last) < 2 or any(step.when for step in last):
        return {}
    return {step.name: step for step in last}


def _fate(record: StepRecord) -> str:
    """How a step ended, in a few words."""
    seconds = f"{record.seconds:.1f}"
    match record.status:
        case StepStatus.SKIPPED:
            return tr("skipped")
        case StepStatus.FAILED:
            return tr("failed after {seconds} s", seconds=seconds)
        case StepStatus.STOPPED:
            return tr("stopped after {seconds} s", seconds=seconds)
        case _:
            tokens = tr("{count} tokens", count=record.eval_count)
            return f"{tr('{seconds} s', seconds=seconds)}, {tokens}"
