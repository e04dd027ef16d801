"""What can be done at a message: buttons, links and folds, with their place and words."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextDocument

from gui.language import tr
from gui.widgets.transcript.document import BlockDocument, CodeRun
from gui.widgets.transcript.folds import THINKING
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.shown import ShownBlock, between
from gui.widgets.transcript.step_targets import step_targets
from gui.widgets.transcript.targets import ICONS, Action, Target


def targets_of(layout: MessageLayout, top: float = 0.0, bottom: float = math.inf) -> list[Target]:
    """What can be pressed at a message in reading order; of its blocks, those between two y."""
    found = list(step_targets(layout, top, bottom))
    if layout.has_thinking:
        is_open = layout.is_thinking_open
        words = tr("Hide thinking") if is_open else tr("Show thinking")
        rect = QRectF(layout.frame.left, layout.thinking_top, layout.style.px(120), 28)
        found.append(Target(Action.UNFOLD, rect, words, value=THINKING, is_open=is_open))
    for number, block in between(layout.shown_blocks, top, bottom):
        if block.document is not None:
            found += _block_targets(layout, number, block, block.document)
    if layout.notice is not None:
        found.append(_remedy(layout))
    return found if layout.is_live else found + foot_targets(layout)


def foot_targets(layout: MessageLayout) -> list[Target]:
    """The row of actions under a message: at the left for a reply, at the right for a prompt."""
    message, style = layout.message, layout.style
    words = {
        Action.COPY: tr("Copy message"),
        Action.REGENERATE: tr("Regenerate"),
        Action.RUN_AGAIN: tr("Run again exactly"),
        Action.COMPARE: tr("Ask other models too"),
        Action.EDIT: tr("Edit"),
        Action.PREVIOUS: tr("Previous version"),
        Action.NEXT: tr("Next version"),
    }
    shown = [Action.EDIT, Action.COPY] if layout.is_user else [Action.COPY, Action.REGENERATE]
    if message.run is not None and not style.is_bare:
        shown.append(Action.RUN_AGAIN)
    if not layout.is_user and not style.is_bare:
        shown.append(Action.COMPARE)
    siblings = () if style.is_bare else message.siblings
    place = siblings.index(message.id) if message.id in siblings else 0
    if len(siblings) > 1:
        shown += [Action.PREVIOUS, Action.NEXT]
    size, gap = style.px(28), style.px(4)
    counter = counter_width(layout)
    width = len(shown) * (size + gap) - gap + counter
    x = layout.frame.right - width if layout.is_user else layout.frame.left - style.px(6)
    found: list[Target] = []
    for action in shown:
        value = ""
        if action in (Action.PREVIOUS, Action.NEXT):
            step = place + (1 if action is Action.NEXT else -1)
            value = str(siblings[step]) if 0 <= step < len(siblings) else ""
            x += counter - gap if action is Action.NEXT else 0.0
        rect = QRectF(x, layout.foot_top, size, size)
        found.append(Target(action, rect, words[action], ICONS[action], value))
        x += size + gap
    return found


def counter_width(layout: MessageLayout) -> float:
    """Room for `2/3` between the arrows, px."""
    return layout.style.px(12 + 8 * len(counter_text(layout))) if counter_text(layout) else 0.0


def counter_text(layout: MessageLayout) -> str:
    """Which version of how many is shown, e.g. `2/3`; "" when there is only one."""
    message = layout.message
    if layout.style.is_bare or len(message.siblings) < 2 or message.id not in message.siblings:
        return ""
    return f"{message.siblings.index(message.id) + 1}/{len(message.siblings)}"


def code_rect(layout: MessageLayout, block: ShownBlock, run: CodeRun) -> QRectF:
    """The ground of a run of code."""
    document, style = block.document, layout.style
    if document is None:
        return QRectF()
    place = document.documentLayout()
    first = place.blockBoundingRect(document.findBlockByNumber(run.first))
    last = place.blockBoundingRect(document.findBlockByNumber(run.last))
    top = first.top() - (style.code_header if run.has_header else 0)
    bottom = last.bottom() + (style.code_foot if run.has_end else 0)
    width = layout.text_width(block) if not layout.is_user else layout.bubble_width - style.px(32)
    left = layout.text_left(block) + run.x
    return QRectF(left, layout.text_top(block) + top, width - run.x, bottom - top)


def code_parts(layout: MessageLayout, block: ShownBlock, run: int) -> list[tuple[ShownBlock, str]]:
    """All blocks that show the code a run belongs to, from its first line, with their text."""
    if block.source.shape is not Shape.CODE:
        document = layout.document_of(block)
        return [(block, run_text(document, document.code_runs[run]))]
    blocks = block.home.blocks
    start = blocks.index(block)
    while start and blocks[start].source.continues:
        start -= 1
    parts = [(blocks[start], blocks[start].source.text)]
    for later in blocks[start + 1 :]:
        if later.source.shape is not Shape.CODE or not later.source.continues:
            break
        parts.append((later, later.source.text))
    return parts


def code_of(layout: MessageLayout, block: ShownBlock, run: int) -> str:
    """The whole code a run belongs to, exactly."""
    code = ""
    for part, text in code_parts(layout, block, run):
        code += (part.source.joint if code else "") + text
    return code


def code_at(layout: MessageLayout, point: QPointF) -> str | None:
    """The whole code at a point (y from the top of the message); None if there is none."""
    for block in layout.shown_blocks:
        for number, run in enumerate(block.document.code_runs if block.document else ()):
            if code_rect(layout, block, run).contains(point):
                return code_of(layout, block, number)
    return None


def run_text(document: QTextDocument, run: CodeRun) -> str:
    """The lines of a run of code."""
    blocks = (document.findBlockByNumber(number) for number in range(run.first, run.last + 1))
    return "\n".join(block.text() for block in blocks)


def _block_targets(
    layout: MessageLayout, number: int, block: ShownBlock, document: BlockDocument
) -> list[Target]:
    found: list[Target] = []
    size = layout.style.px(28)
    for run in document.code_runs:
        if run.has_header:
            ground = code_rect(layout, block, run)
            x = ground.right() - size - layout.style.px(8)
            rect = QRectF(x, ground.top() + layout.style.px(6), size, size)
            icon, place = ICONS[Action.COPY_CODE], (number, run.first)
            found.append(Target(Action.COPY_CODE, rect, tr("Copy code"), icon, place=place))
    for start, length, url in document.links:
        rects = span_rects(layout, block, start, length)
        place = number, start
        found += [Target(Action.LINK, rect, url, "", url, place) for rect in rects[:1]]
    return found


def span_rects(layout: MessageLayout, block: ShownBlock, start: int, length: int) -> list[QRectF]:
    """Around a stretch of text, one rectangle for each line it is on."""
    if block.document is None:
        return []
    text = block.document.findBlock(start)
    lines = text.layout()
    first, end = start - text.position(), start - text.position() + length
    x = layout.text_left(block) + lines.position().x()
    y = layout.text_top(block) + lines.position().y()
    rects: list[QRectF] = []
    for number in range(lines.lineCount()):
        line = lines.lineAt(number)
        begin, stop = max(first, line.textStart()), min(end, line.textStart() + line.textLength())
        if begin < stop:
            left, right = sorted((_x_of(line.cursorToX(begin)), _x_of(line.cursorToX(stop))))
            rects.append(QRectF(x + left, y + line.y(), right - left, line.height()))
    return rects


def _x_of(place: object) -> float:
    """PySide gives the x alone or with the position."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]


def _remedy(layout: MessageLayout) -> Target:
    style = layout.style
    words = tr("Try again")
    width = style.button_width(words)
    top = layout.notice_top + layout.notice_height - style.px(44)
    rect = QRectF(layout.frame.left + style.px(16), top, width, style.px(32))
    return Target(Action.REMEDY, rect, words)
