"""What can be pressed at a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QRectF


class Action(StrEnum):
    """What a target does."""

    UNFOLD = "unfold"
    LINK = "link"
    COPY_CODE = "copy-code"
    COPY_STEP = "copy-step"
    RETRY_STEP = "retry-step"
    REMEDY = "remedy"
    COPY = "copy"
    REGENERATE = "regenerate"
    RUN_AGAIN = "run-again"
    COMPARE = "compare"
    EDIT = "edit"
    PREVIOUS = "previous"
    NEXT = "next"


ICONS = {
    Action.COPY: "copy",
    Action.REGENERATE: "arrow-clockwise",
    Action.RUN_AGAIN: "repeat",
    Action.COMPARE: "columns",
    Action.EDIT: "pencil-simple",
    Action.PREVIOUS: "caret-left",
    Action.NEXT: "caret-right",
    Action.COPY_CODE: "copy",
    Action.COPY_STEP: "copy",
}
FOOT_ACTIONS = (
    Action.COPY,
    Action.REGENERATE,
    Action.RUN_AGAIN,
    Action.COMPARE,
    Action.EDIT,
    Action.PREVIOUS,
    Action.NEXT,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Something to press; `rect` from the top of the message, x in the viewport.

    Two are the same if they do the same in the same place of the text, wherever that is on
    the screen by now.
    """

    action: Action
    rect: QRectF = field(compare=False)
    label: str = field(compare=False)
    icon: str = field(default="", compare=False)
    value: str = ""
    """What is folded, the link to open, the id of the sibling to show, the step."""
    place: tuple[int, ...] = ()
    """The block and the place in it, where `value` may come more than once."""
    is_open: bool = field(default=False, compare=False)
    """Whether what it folds is unfolded now."""
