"""A chain as boxes and arrows: who uses what of whom."""

from __future__ import annotations

from gui.chat.presets.references import condition
from gui.chat.presets.template import names
from gui.language import tr
from gui.records import INPUT, OutputKind, Preset, Step
from gui.records.preset_editing import ChainArrow, ChainBox, ChainGraph

REPLY = "reply"


def graph_of(preset: Preset) -> ChainGraph:
    """The picture of a preset's chain: without one, what is said and the reply."""
    stages = preset.chain.stages
    boxes = [ChainBox(INPUT, tr("What you say"), 0)]
    numbers = {INPUT: 0}
    steps: list[tuple[int, Step]] = []
    for row, stage in enumerate(stages):
        for index, step in enumerate(stage):
            number = len(boxes)
            boxes.append(
                ChainBox(step.name, step.title or step.name, row + 1, _detail(step), (row, index))
            )
            steps.append((number, step))
    arrows = [arrow for number, step in steps for arrow in _arrows(number, step, numbers, boxes)]
    end = len(boxes)
    arrows += [ChainArrow(start, end) for start in _given(preset, boxes, numbers)]
    boxes.append(ChainBox(REPLY, tr("The reply"), len(stages) + 1))
    return ChainGraph(tuple(boxes), tuple(arrows))


def _arrows(
    number: int, step: Step, numbers: dict[str, int], boxes: list[ChainBox]
) -> list[ChainArrow]:
    """Arrows to one step from those above it; `numbers` then knows its name too."""
    used = dict.fromkeys((*names(step.prompt), *names(step.system)))
    above = {name: start for name, start in numbers.items() if boxes[start].row < boxes[number].row}
    arrows = [ChainArrow(above[name], number) for name in used if name in above]
    asked, wanted = condition(step.when)
    if step.when and asked in above:
        said = tr("if {name}", name=asked) if wanted else tr("if not {name}", name=asked)
        arrows.append(ChainArrow(above[asked], number, said))
    numbers.setdefault(step.name, number)
    return arrows


def _given(preset: Preset, boxes: list[ChainBox], numbers: dict[str, int]) -> list[int]:
    """The boxes that the reply is made of."""
    if preset.chain.reply:
        return [numbers[name] for name in names(preset.chain.reply) if name in numbers]
    last = boxes[-1].row
    return [number for number, box in enumerate(boxes) if box.row == last]


def _detail(step: Step) -> str:
    """What a step gives if it is no text, and its own model."""
    kinds = {
        OutputKind.TEXT: "",
        OutputKind.LIST: tr("A list"),
        OutputKind.JSON: tr("JSON"),
        OutputKind.BOOLEAN: tr("Yes or no"),
    }
    return " · ".join(part for part in (kinds[step.output], step.model) if part)
