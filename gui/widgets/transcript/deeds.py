"""Does what a target stands for, whether mouse, keyboard or screen reader asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.widgets.transcript.actions import Action, Target, code_at
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.workings import Workings

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView


def do(
    view: TranscriptView, workings: Workings, scroller: Scroller, index: int, target: Target
) -> None:
    """Carry out `target` of message `index`; others are told by a signal of the view."""
    message = workings.transcript.messages[index]
    match target.action:
        case Action.COPY:
            _copy(view, workings, message.content, index, target)
        case Action.COPY_CODE:
            code = code_at(workings.transcript.layout(index), target.rect.center())
            _copy(view, workings, code or "", index, target)
        case Action.UNFOLD:
            workings.transcript.fold(index)
            scroller.settle(keeps_end=False)
        case Action.LINK:
            view.link_activated.emit(target.value)
        case Action.REMEDY:
            view.remedy_requested.emit(message.id)
        case Action.REGENERATE:
            view.regenerate_requested.emit(message.id)
        case Action.EDIT:
            view.edit_requested.emit(message.id)
        case Action.PREVIOUS | Action.NEXT:
            if target.value:
                view.sibling_requested.emit(int(target.value))


def _copy(view: TranscriptView, workings: Workings, text: str, index: int, target: Target) -> None:
    workings.copy(text, index, target)
    view.copied.emit()
