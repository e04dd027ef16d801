"""What can be pressed at the steps of a chain."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRectF

from gui.language import tr
from gui.widgets.transcript.folds import STEPS, row_key, thinking_key
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.step_row import Part, PartText, StepRow
from gui.widgets.transcript.step_words import copy_word, head_line, spoken
from gui.widgets.transcript.steps import StepsPanel
from gui.widgets.transcript.targets import ICONS, Action, Target


def step_targets(
    layout: MessageLayout, top: float = 0.0, bottom: float = math.inf
) -> Iterator[Target]:
    """The line, the rows and what is in them, of those between two y, in reading order."""
    panel = layout.panel
    if panel is None or not panel.rows:
        return
    style = layout.style
    head = QRectF(layout.frame.left, panel.head_top, layout.frame.width, style.px(28))
    words = tr("Hide steps: {summary}") if panel.is_open else tr("Show steps: {summary}")
    words = words.replace("{summary}", head_line(panel))
    yield Target(Action.UNFOLD, head, words, value=STEPS, is_open=panel.is_open)
    for row in panel.rows if panel.is_open else ():
        if row.bottom >= top and row.top <= bottom:
            yield from _row_targets(layout, panel, row)


def row_rect(layout: MessageLayout, row: StepRow) -> QRectF:
    """Where the line of a step is."""
    left = layout.frame.left + row.indent
    return QRectF(left, row.top, layout.frame.right - left, layout.style.px(32))


def label_rect(layout: MessageLayout, row: StepRow, shown: PartText) -> QRectF:
    """Where the label of one text of a step is."""
    left = layout.frame.left + row.indent + layout.style.px(24)
    return QRectF(left, shown.label_top, layout.frame.right - left, layout.style.px(28))


def _row_targets(layout: MessageLayout, panel: StepsPanel, row: StepRow) -> Iterator[Target]:
    name, is_open = row.record.name, panel.is_row_open(row)
    words = spoken(row, is_open=is_open)
    rect = row_rect(layout, row)
    yield Target(Action.UNFOLD, rect, words, value=row_key(name), is_open=is_open)
    for shown in row.parts.values():
        yield _part_target(layout, panel, row, shown)
    if panel.can_retry(row):
        words = tr("Try again from here")
        left = layout.frame.left + row.indent + layout.style.px(24)
        width = layout.style.button_width(words)
        button = QRectF(left, row.retry_top, width, layout.style.px(32))
        yield Target(Action.RETRY_STEP, button, words, value=name)


def _part_target(layout: MessageLayout, panel: StepsPanel, row: StepRow, shown: PartText) -> Target:
    """The fold of the thinking, or the button that copies another text."""
    rect = label_rect(layout, row, shown)
    if shown.part is Part.THINKING:
        is_open = panel.is_thinking_open(row)
        words = tr("Hide thinking") if is_open else tr("Show thinking")
        rect.setWidth(layout.style.px(120))
        key = thinking_key(row.record.name)
        return Target(Action.UNFOLD, rect, words, value=key, is_open=is_open)
    size = layout.style.px(28)
    rect.setLeft(rect.right() - size)
    value = f"{shown.part}:{row.record.name}"
    words = copy_word(shown.part)
    return Target(Action.COPY_STEP, rect, words, ICONS[Action.COPY_STEP], value)


def text_to_copy(panel: StepsPanel, value: str) -> str:
    """The text a COPY_STEP target stands for, whole and exact."""
    part, _, name = value.partition(":")
    row = panel.row(name)
    return row.text(Part(part)) if row is not None else ""
