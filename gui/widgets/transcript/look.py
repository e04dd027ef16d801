"""What the person's pointer, keyboard and selection change about a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.widgets.transcript.targets import Target


@dataclass(frozen=True, slots=True)
class Look:
    """What the person's pointer, focus and selection change about a message."""

    is_active: bool = False
    has_focus: bool = False
    pressed: Target | None = None
    """The target under the pointer or with the keyboard's focus."""
    is_ringed: bool = False
    copied: Target | None = None
    """The target that has just copied something."""
    selected: Callable[[int], tuple[int, int] | None] = lambda _: None
