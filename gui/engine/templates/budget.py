"""How much a rendering may do, so that no template runs for ever (ENG-13, TPL-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gui.engine.templates.errors import CallError

_MOST_STEPS = 1_000_000
_ROOM = 8 << 20  # characters a template may add of its own
_STEP_TEXT = 4096  # characters handled in the time of one step


@dataclass(slots=True)
class Budget:
    """What a rendering may still use."""

    room: int
    steps: int = _MOST_STEPS

    @classmethod
    def for_input(cls, size: int) -> Budget:
        """The budget for data with `size` characters of text."""
        return cls(room=_ROOM + 4 * size)

    def spend(self, size: int) -> None:
        """Account for `size` characters written or handled; raises CallError."""
        self.room -= size
        self.steps -= size // _STEP_TEXT
        if self.room < 0:
            raise CallError("the output is too long")

    def step(self) -> None:
        """Account for one statement or call; raises CallError."""
        self.steps -= 1
        if self.steps < 0:
            raise CallError("the template takes too many steps")

    def call(self, values: Iterable[Any]) -> None:
        """Account for a call with `values`; raises CallError."""
        self.step()
        for value in values:
            if type(value) is str:
                self.steps -= len(value) // _STEP_TEXT
