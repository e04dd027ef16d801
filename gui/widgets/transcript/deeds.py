"""Does what a target stands for, whether mouse, keyboard or screen reader asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.widgets.transcript.actions import code_at
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.step_targets import text_to_copy
from gui.widgets.transcript.targets import Action, Target
from gui.widgets.transcript.workings import Workings

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView


def do(
    view: TranscriptView, workings: Workings, scroller: Scroller, index: int, target: Target
) -> None:
    """Carry out `target` of message `index`; others are told by a signal of the view."""
    message = workings.transcript.messages[index]
    requests = {
        Action.REMEDY: view.remedy_requested,
        Action.REGENERATE: view.regenerate_requested,
        Action.RUN_AGAIN: view.run_again_requested,
        Action.COMPARE: view.compare_requested,
        Action.EDIT: view.edit_requested,
    }
    match target.action:
        case Action.COPY | Action.COPY_CODE | Action.COPY_STEP:
            _copy(view, workings, _text_of(workings, index, target), index, target)
        case Action.UNFOLD:
            workings.transcript.fold(index, target.value, is_open=not target.is_open)
            scroller.settle(keeps_end=False)
        case Action.LINK:
            view.link_activated.emit(target.value)
        case Action.RETRY_STEP:
            view.step_retry_requested.emit(message.id, target.value)
        case Action.PREVIOUS | Action.NEXT:
            if target.value:
                view.sibling_requested.emit(int(target.value))
        case _:
            requests[target.action].emit(message.id)


def _text_of(workings: Workings, index: int, target: Target) -> str:
    """What a target copies, whole and exact."""
    layout = workings.transcript.layout(index)
    if target.action is Action.COPY_CODE:
        return code_at(layout, target.rect.center()) or ""
    if target.action is Action.COPY_STEP:
        return text_to_copy(layout.panel, target.value) if layout.panel is not None else ""
    return layout.message.content


def _copy(view: TranscriptView, workings: Workings, text: str, index: int, target: Target) -> None:
    workings.copy(text, index, target)
    view.copied.emit()
