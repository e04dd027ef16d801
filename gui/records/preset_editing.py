"""A preset while it is written: its text, what a form shows of it, a picture of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gui.records.presets import Preset
from gui.records.source import Severity

Place = tuple[int, int]
"""Where in a chain a step stands: the number of its stage, and its number in it, from 0."""


@dataclass(frozen=True, slots=True)
class PresetDraft:
    """A preset's TOML as it is now, and as it was last kept in its file.

    `id` is "" before it is first saved. A built-in one cannot be changed.
    """

    id: str = ""
    text: str = ""
    kept: str = ""
    built_in: bool = False

    @property
    def is_dirty(self) -> bool:
        """Whether something would be lost without the draft."""
        return self.text != self.kept


@dataclass(frozen=True, slots=True)
class StepProblem:
    """What is found about one step, in words."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class ChainBox:
    """What the picture of a chain shows as a box: the input in row 0, steps below, the reply.

    `id` is "input", "reply", or the step's name; `place` is the step's, None for the others.
    """

    id: str
    title: str
    row: int
    detail: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ChainArrow:
    """What the box number `start` gives is used by the box number `end`.

    `when` says on what a step depends, "" if its output goes into a prompt.
    """

    start: int
    end: int
    when: str = ""


@dataclass(frozen=True, slots=True)
class ChainGraph:
    """Boxes from top to bottom, arrows between their numbers."""

    boxes: tuple[ChainBox, ...] = ()
    arrows: tuple[ChainArrow, ...] = ()


@dataclass(frozen=True, slots=True)
class PresetView:
    """What a form shows of a preset's text.

    `preset` is what was read last. With a `fault` in `line` the text cannot be read now, and
    nothing can be changed but the text. `missing` are names in prompts that nothing gives.
    """

    preset: Preset
    line: int = 0
    fault: str = ""
    is_read_only: bool = False
    missing: tuple[str, ...] = ()
    graph: ChainGraph = field(default_factory=ChainGraph)
    problems: Mapping[Place, tuple[StepProblem, ...]] = field(default_factory=dict)
    """Of steps that have some."""
