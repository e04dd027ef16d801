"""The templates of a preset, and where in its file they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gui.records import Chain, Preset, Step

Path = tuple[str | int, ...]
"""Where in a file: ("steps", 1, "prompt") is the prompt of the second step."""


@dataclass(frozen=True, slots=True)
class Part:
    """One template. `stage` is the number of its step's stage: -1 for the preset's system,
    the number of all stages for the reply; `step` is None for both."""

    path: Path
    text: str
    stage: int
    step: Step | None = None


def steps_of(chain: Chain) -> Iterator[tuple[Path, int, Step]]:
    """Every step: where it stands, the number of its stage, and itself."""
    for number, stage in enumerate(chain.stages):
        for index, step in enumerate(stage):
            inner: Path = () if len(stage) == 1 else ("together", index)
            yield ("steps", number, *inner), number, step


def parts_of(preset: Preset) -> Iterator[Part]:
    """Every template that is not empty, in the order of reading."""
    if preset.system:
        yield Part(("system",), preset.system, -1)
    for path, number, step in steps_of(preset.chain):
        if step.system:
            yield Part((*path, "system"), step.system, number, step)
        if step.prompt:
            yield Part((*path, "prompt"), step.prompt, number, step)
    if preset.chain.reply:
        yield Part(("reply",), preset.chain.reply, len(preset.chain.stages))
