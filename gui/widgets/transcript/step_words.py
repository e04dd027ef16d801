"""What is said of the steps of a chain: in their line, in their rows, to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence

from gui.language import tr
from gui.records import Rerun, StepRecord, StepStatus
from gui.widgets.transcript.step_row import Part, StepRow
from gui.widgets.transcript.steps import StepsPanel

ICONS = {
    StepStatus.RUNNING: "circle-dashed",
    StepStatus.DONE: "check",
    StepStatus.SKIPPED: "skip-forward",
    StepStatus.STOPPED: "stop",
    StepStatus.FAILED: "warning-circle",
}


def state_word(status: StepStatus) -> str:
    """How a step ended, or that it runs."""
    return {
        StepStatus.RUNNING: tr("Running"),
        StepStatus.DONE: tr("Done"),
        StepStatus.SKIPPED: tr("Skipped"),
        StepStatus.STOPPED: tr("Stopped"),
        StepStatus.FAILED: tr("Failed"),
    }[status]


def part_word(part: Part) -> str:
    """What a text of a step is called."""
    return {
        Part.SYSTEM: tr("System prompt"),
        Part.PROMPT: tr("Prompt"),
        Part.THINKING: tr("Thinking"),
        Part.OUTPUT: tr("Output"),
    }[part]


def copy_word(part: Part) -> str:
    """What the button beside a text of a step does."""
    return tr("Copy output") if part is Part.OUTPUT else tr("Copy prompt")


def head_line(panel: StepsPanel) -> str:
    """The line that stands for all steps, e.g. `3 steps · 4.2 s · 312 tokens`."""
    running = panel.running
    if running:
        return _joined(_progress(panel), _titles(running), _seconds(_longest(running)))
    trouble = panel.trouble
    if trouble is not None and trouble.record.status is StepStatus.FAILED:
        return _joined(tr("Failed at {step}", step=trouble.title), _seconds(took(panel.rows)))
    if trouble is not None:
        return _joined(tr("Stopped at {step}", step=trouble.title), _seconds(took(panel.rows)))
    if panel.is_live:
        return _joined(_progress(panel), _seconds(took(panel.rows)))
    count = len(panel.rows)
    steps = tr("1 step") if count == 1 else tr("{count} steps", count=count)
    tokens = sum(row.record.eval_count for row in panel.rows)
    return _joined(steps, _seconds(took(panel.rows)), _tokens(tokens))


def row_facts(row: StepRow) -> str:
    """How a step ended and what it cost, e.g. `Done · 1.2 s · 45 tokens`."""
    record = row.record
    seconds = "" if record.status is StepStatus.SKIPPED else _seconds(row.seconds)
    return _joined(state_word(record.status), seconds, _tokens(record.eval_count))


def spoken(row: StepRow, *, is_open: bool) -> str:
    """A step for a screen reader: what pressing it does, its name, how it ended."""
    if is_open:
        return tr("Hide step {step}: {facts}", step=row.title, facts=row_facts(row))
    return tr("Show step {step}: {facts}", step=row.title, facts=row_facts(row))


def summary(records: Sequence[StepRecord]) -> str:
    """All steps of a reply for a screen reader, "" when it has none."""
    parts = [f"{each.title or each.name}: {state_word(each.status)}" for each in records]
    return ", ".join(parts)


def took(rows: Sequence[StepRow]) -> float:
    """The time steps took; those that ran side by side count as the longest of them."""
    total = 0.0
    longest: dict[int, float] = {}
    for row in rows:
        if row.record.stage:
            longest[row.record.stage] = max(longest.get(row.record.stage, 0.0), row.seconds)
        else:
            total += row.seconds
    return total + sum(longest.values())


def rerun_sentence(rerun: Rerun) -> str:
    """How a reply that was run again compares with the first one."""
    if rerun.same:
        same = tr("Same text as before.")
    elif rerun.differs_at is None:
        same = tr("The text differs.")
    else:
        place = f"{rerun.differs_at + 1:,}"
        same = tr("Differs from character {place}.", place=place)
    words = {
        "model": tr("The model's digest has changed."),
        "version": tr("The server's version has changed."),
        "machine": tr("It ran on another machine."),
    }
    return " ".join([same, *(words[each] for each in rerun.changed if each in words)])


def _progress(panel: StepsPanel) -> str:
    begun = len(panel.rows)
    if panel.total < begun:
        return tr("Step {number}", number=begun)
    return tr("{number} of {total}", number=begun, total=panel.total)


def _titles(rows: Sequence[StepRow]) -> str:
    return ", ".join(row.title for row in rows)


def _longest(rows: Sequence[StepRow]) -> float:
    return max(row.seconds for row in rows)


def _seconds(seconds: float) -> str:
    return tr("{seconds} s", seconds=f"{seconds:.1f}")


def _tokens(count: int) -> str:
    if count == 1:
        return tr("1 token")
    return tr("{count} tokens", count=f"{count:,}") if count else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
