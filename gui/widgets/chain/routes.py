"""Where the boxes and arrows of a chain's picture lie; pure."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from gui.records.preset_editing import ChainArrow, ChainGraph

BOX_HEIGHT = 44.0
_BOX_WIDTH = 168.0
_LEAST_WIDTH = 84.0
_GAP = 12.0
_ROW_GAP = 34.0
_MARGIN = 10.0
_LANE = 11.0
_BEND = 10.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A box of each ChainBox, a line of each ChainArrow, and the whole."""

    boxes: tuple[QRectF, ...]
    lines: tuple[QPainterPath, ...]
    width: float
    height: float


def laid_out(graph: ChainGraph, width: float) -> Picture:
    """Rows from top to bottom. An arrow that passes rows goes around them at the right, all
    from one box in one lane."""
    rows: dict[int, list[int]] = {}
    for number, box in enumerate(graph.boxes):
        rows.setdefault(box.row, []).append(number)
    lanes = _lanes(graph)
    room = width - 2 * _MARGIN - _LANE * len(lanes)
    boxes = [QRectF()] * len(graph.boxes)
    for row, numbers in rows.items():
        each = min(_BOX_WIDTH, (room - _GAP * (len(numbers) - 1)) / len(numbers))
        each = max(_LEAST_WIDTH, each)
        whole = each * len(numbers) + _GAP * (len(numbers) - 1)
        left = _MARGIN + max(0.0, (room - whole) / 2)
        top = _MARGIN + row * (BOX_HEIGHT + _ROW_GAP)
        for place, number in enumerate(numbers):
            boxes[number] = QRectF(left + place * (each + _GAP), top, each, BOX_HEIGHT)
    right = max((box.right() for box in boxes), default=0.0)
    lines = tuple(_line(arrow, graph, boxes, right, lanes) for arrow in graph.arrows)
    height = max((box.bottom() for box in boxes), default=0.0) + _MARGIN
    return Picture(tuple(boxes), lines, right + _LANE * len(lanes) + _MARGIN, height)


def head(line: QPainterPath) -> QPainterPath:
    """The point at the end of a line."""
    end = line.pointAtPercent(1)
    before = line.pointAtPercent(line.percentAtLength(max(0.0, line.length() - 6)))
    along = end - before
    length = (along.x() ** 2 + along.y() ** 2) ** 0.5 or 1.0
    step = QPointF(along.x() / length, along.y() / length)
    aside = QPointF(-step.y(), step.x())
    path = QPainterPath(end)
    path.lineTo(end - step * 7 + aside * 4)
    path.lineTo(end - step * 7 - aside * 4)
    path.closeSubpath()
    return path


def _passes(arrow: ChainArrow, graph: ChainGraph) -> bool:
    return graph.boxes[arrow.end].row - graph.boxes[arrow.start].row > 1


def _lanes(graph: ChainGraph) -> dict[int, int]:
    """The lane of each box that arrows leave around others."""
    starts = dict.fromkeys(arrow.start for arrow in graph.arrows if _passes(arrow, graph))
    return {start: lane for lane, start in enumerate(reversed(list(starts)))}


def _line(
    arrow: ChainArrow, graph: ChainGraph, boxes: list[QRectF], right: float, lanes: dict[int, int]
) -> QPainterPath:
    start, end = boxes[arrow.start], boxes[arrow.end]
    if not _passes(arrow, graph):
        path = QPainterPath(QPointF(start.center().x(), start.bottom()))
        goal = QPointF(end.center().x(), end.top())
        bend = QPointF(0, _ROW_GAP * 0.55)
        path.cubicTo(path.currentPosition() + bend, goal - bend, goal)
        return path
    lane = right + _LANE * (lanes[arrow.start] + 0.9)
    top, goal = start.center().y(), QPointF(end.center().x() + end.width() / 5, end.top())
    bottom = goal.y() - _ROW_GAP / 2
    path = QPainterPath(QPointF(start.right(), top))
    path.lineTo(lane - _BEND, top)
    path.quadTo(lane, top, lane, top + _BEND)
    path.lineTo(lane, bottom - _BEND)
    path.quadTo(lane, bottom, lane - _BEND, bottom)
    path.lineTo(goal.x() + _BEND, bottom)
    path.quadTo(goal.x(), bottom, goal.x(), bottom + _BEND)
    path.lineTo(goal)
    return path
