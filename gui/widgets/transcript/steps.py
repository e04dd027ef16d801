"""The steps of a chain above the reply they led to: one line, unfolded one row a step.

Everything is in one column, so that what is on screen is found by its y alone; steps that
ran side by side stand under one heading, joined by a bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gui.records import StepRecord, StepStatus
from gui.widgets.transcript import builder
from gui.widgets.transcript.folds import STEPS, Folds, row_key, thinking_key
from gui.widgets.transcript.shown import ShownBlock, stack
from gui.widgets.transcript.step_row import Part, PartText, StepRow
from gui.widgets.transcript.style import Style

_FIRST = -(1 << 40)
_PER_ROW, _PER_PART = 1 << 30, 1 << 24


class StepsPanel:
    """All steps of one reply; y from the top of the message."""

    def __init__(self, folds: Folds) -> None:
        self.is_live = True
        self.folds = folds
        self.rows: list[StepRow] = []
        self.total = 0
        """How many steps there will be, 0 if that is not known."""
        self.head_top = self.bottom = 0.0
        self.blocks: list[ShownBlock] = []
        self.numbers: list[int] = []
        """Of each block, its number in positions: below those of thinking, in reading order."""
        self.is_reply_coming = False
        self._reply = ""

    @property
    def is_open(self) -> bool:
        """Whether the rows are shown: at first only if one of them went wrong."""
        return self.folds.get(STEPS, not self.is_live and self.trouble is not None)

    @property
    def trouble(self) -> StepRow | None:
        """The first step that failed, else the first that was stopped."""
        for status in (StepStatus.FAILED, StepStatus.STOPPED):
            for row in self.rows:
                if row.record.status is status:
                    return row
        return None

    @property
    def running(self) -> list[StepRow]:
        """The steps that go on now."""
        return [row for row in self.rows if row.is_running]

    def is_row_open(self, row: StepRow) -> bool:
        """Whether a step shows what it was asked and what it gave."""
        return self.folds.get(row_key(row.record.name), False)

    def is_thinking_open(self, row: StepRow) -> bool:
        """Whether an open step shows its thinking."""
        return self.folds.get(thinking_key(row.record.name), False)

    def is_reply(self, row: StepRow) -> bool:
        """Whether the text of a step is what stands below as the reply, so not shown twice."""
        if self.is_live:
            return self.is_reply_coming and row.is_told_elsewhere
        return bool(self._reply) and row.record.output == self._reply

    def can_retry(self, row: StepRow) -> bool:
        """Whether the chain can go on from a step again."""
        return not self.is_live and row.record.status in (StepStatus.FAILED, StepStatus.STOPPED)

    def row(self, name: str) -> StepRow | None:
        """The step of this name."""
        return next((row for row in self.rows if row.record.name == name), None)

    def renew(self, records: Sequence[StepRecord], reply: str, *, is_live: bool) -> None:
        """Take all records anew, and the reply's text; what is the same stays laid out."""
        self.is_live, self._reply = is_live, reply
        old = {row.record.name: row for row in self.rows}
        self.rows = []
        for record in records:
            is_left = not is_live and record.status is StepStatus.RUNNING
            final = replace(record, status=StepStatus.STOPPED) if is_left else record
            row = old.get(record.name) or StepRow(final)
            if row.record != final:
                row.renew(final)
            self.rows.append(row)

    def put(self, record: StepRecord, total: int) -> None:
        """A step began or ended."""
        self.total = max(self.total, total)
        row = self.row(record.name)
        if row is None:
            self.rows.append(StepRow(record))
        else:
            row.renew(record)

    def take(self, name: str, part: Part, text: str, width: float, style: Style) -> float | None:
        """Take streamed text of a step; from which y it shows, None if it does not."""
        row = self.row(name)
        if row is None:
            return None
        shown = row.parts.get(part)
        tail = shown.list.tail if shown is not None else None
        top = tail.y if tail is not None else row.top
        row.take(part, text, width, style)
        return top if self.is_open and self.is_row_open(row) else None

    # -- geometry -------------------------------------------------------------------------

    def arrange(self, y: float, width: float, style: Style) -> float:
        """Give everything its y, from `y` on; where it ends."""
        self.head_top = y
        y += style.px(32)
        self.blocks, self.numbers = [], []
        if self.is_open:
            for place, row in enumerate(self.rows):
                y = self._arrange_group(place, row, y, style)
                y = self._arrange_row(place, row, y, width, style)
            y += style.px(12)
        self.bottom = y
        return y

    def groups(self) -> Iterator[tuple[float, float]]:
        """From where to where steps reach that ran side by side."""
        for place, row in enumerate(self.rows):
            if row.group_top is not None:
                last = place
                while last + 1 < len(self.rows) and self._is_joined(last + 1):
                    last += 1
                yield row.group_top, self.rows[last].bottom

    def _is_joined(self, place: int) -> bool:
        """Whether a step ran beside the one before it."""
        stage = self.rows[place].record.stage
        return place > 0 and stage > 0 and self.rows[place - 1].record.stage == stage

    def _arrange_group(self, place: int, row: StepRow, y: float, style: Style) -> float:
        is_next = place + 1 < len(self.rows) and self._is_joined(place + 1)
        is_first = is_next and not self._is_joined(place)
        row.indent = style.px(16) if is_next or self._is_joined(place) else 0.0
        row.group_top = y if is_first else None
        return y + style.px(24) if is_first else y

    def _arrange_row(self, place: int, row: StepRow, y: float, width: float, style: Style) -> float:
        px = style.px
        row.top = y
        y += px(32)
        if self.is_row_open(row):
            for number, shown in enumerate(self._open_parts(row, width, style)):
                shown.label_top = y
                y += px(28)
                shown.list.indent = row.indent + px(24)
                blocks = self._blocks_of(row, shown)
                first = _FIRST + place * _PER_ROW + number * _PER_PART
                self.blocks += blocks
                self.numbers += range(first, first + len(blocks))
                if blocks:
                    y = stack(blocks, y, style) + px(8)
        else:
            row.parts.clear()
        y = self._arrange_reason(row, y, width, style)
        row.bottom = y
        return y

    def _open_parts(self, row: StepRow, width: float, style: Style) -> Iterator[PartText]:
        """The texts of an open row, made now if they are not."""
        for part in Part:
            is_below = part is Part.OUTPUT and self.is_reply(row)
            if not row.has(part) and not is_below:
                row.parts.pop(part, None)
                continue
            shown = row.parts.get(part)
            if shown is None or shown.is_below is not is_below:
                shown = row.parts[part] = PartText(part, is_below=is_below)
                shown.feed("" if is_below else row.text(part), width, style)
            if not row.is_running or part in (Part.SYSTEM, Part.PROMPT):
                shown.finish(width, style)
            yield shown

    def _blocks_of(self, row: StepRow, shown: PartText) -> list[ShownBlock]:
        is_folded = shown.part is Part.THINKING and not self.is_thinking_open(row)
        return [] if is_folded or shown.is_below else shown.list.blocks

    def _arrange_reason(self, row: StepRow, y: float, width: float, style: Style) -> float:
        """Why a step failed, and the button that tries again."""
        row.reason_top = row.retry_top = y
        if row.record.status is StepStatus.FAILED and row.record.error:
            if row.reason is None:
                row.reason = builder.plain_document(row.record.error, style, style.colours.danger)
            row.reason.setTextWidth(width - row.indent - style.px(24))
            row.retry_top = y = y + row.reason.size().height() + style.px(8)
        if self.can_retry(row):
            y += style.px(32 + 8)
        return y
