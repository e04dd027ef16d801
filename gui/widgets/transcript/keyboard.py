"""The keyboard: scrolling, moving between messages and their actions, copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from gui.widgets.transcript.accessibility import announce, say
from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.deeds import do
from gui.widgets.transcript.scrolling import WHEEL_STEP, Scroller
from gui.widgets.transcript.selection import everything
from gui.widgets.transcript.targets import FOOT_ACTIONS, Action, Target
from gui.widgets.transcript.workings import NOWHERE, Workings

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView

_TAB_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_Key = Qt.Key


class Keyboard:
    """Turns key presses into movement and deeds."""

    def __init__(self, view: TranscriptView, workings: Workings, scroller: Scroller) -> None:
        self._view = view
        self._workings = workings
        self._scroller = scroller

    def focus_in(self, reason: Qt.FocusReason) -> None:
        """Coming by Tab, the last message takes the focus if none had it."""
        last = len(self._workings.transcript.messages) - 1
        if reason in _TAB_REASONS and not 0 <= self._workings.focus <= last:
            self._workings.focus = last
        self._view.viewport().update()

    def press(self, event: QKeyEvent) -> bool:
        """Act on a key; False if it is not ours."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._workings.selection = everything(len(self._workings.transcript.messages))
            self._view.viewport().update()
        elif not (self._scroll(event) or self._move(event) or self._act(event)):
            return False
        return True

    def _copy(self) -> None:
        workings = self._workings
        text = workings.selected_text()
        if not text and 0 <= workings.focus < len(workings.transcript.messages):
            text = workings.transcript.messages[workings.focus].content
        if text:
            workings.copy(text)
            self._view.copied.emit()

    def _scroll(self, event: QKeyEvent) -> bool:
        page = self._scroller.page - WHEEL_STEP
        distances = {_Key.Key_PageUp: -page, _Key.Key_PageDown: page}
        if self._workings.focused_target is None:
            distances |= {_Key.Key_Space: page}
        key = _Key(event.key())
        if key is _Key.Key_Home:
            self._scroller.scroll_to(0)
        elif key is _Key.Key_End:
            self._scroller.jump_to_end()
        elif key in distances:
            self._scroller.scroll_by(distances[key])
        else:
            return False
        return True

    def _move(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = _Key(event.key())
        steps = {_Key.Key_Up: -1, _Key.Key_K: -1, _Key.Key_Down: 1, _Key.Key_J: 1}
        if key not in steps:
            return False
        workings = self._workings
        last = len(workings.transcript.messages) - 1
        if last >= 0:
            start = workings.focus if workings.focus >= 0 else last + 1 if steps[key] < 0 else -1
            workings.focus = min(max(start + steps[key], 0), last)
            workings.focused_target = None
            self._scroller.reveal(workings.focus)
            announce(self._view, workings.transcript.messages[workings.focus])
        self._view.viewport().update()
        return True

    def _act(self, event: QKeyEvent) -> bool:
        workings = self._workings
        key = _Key(event.key())
        if not 0 <= workings.focus < len(workings.transcript.messages):
            return False
        targets = targets_of(workings.transcript.layout(workings.focus))
        if key in (_Key.Key_Left, _Key.Key_Right):
            self._step(targets, 1 if key is _Key.Key_Right else -1)
        elif key in (_Key.Key_Return, _Key.Key_Enter, _Key.Key_Space):
            self._enter(targets)
        elif key is _Key.Key_Escape and (workings.focused_target or not self._is_nothing()):
            workings.focused_target = None
            workings.selection = NOWHERE
        else:
            return False
        self._view.viewport().update()
        return True

    def _is_nothing(self) -> bool:
        return self._workings.selection.is_empty

    def _step(self, targets: list[Target], step: int) -> None:
        current = self._workings.focused_target
        if current is None or current not in targets:
            self._open(targets)
        else:
            place = targets.index(current) + step
            self._focus(targets[min(max(place, 0), len(targets) - 1)])

    def _enter(self, targets: list[Target]) -> None:
        current = self._workings.focused_target
        if current is None or current not in targets:
            self._open(targets)
            return
        pressed = targets[targets.index(current)]  # where it is by now
        do(self._view, self._workings, self._scroller, self._workings.focus, pressed)
        if pressed.action is Action.UNFOLD:
            unfolded = targets_of(self._workings.transcript.layout(self._workings.focus))
            self._focus(next(each for each in unfolded if each == pressed))

    def _open(self, targets: list[Target]) -> None:
        """The first of the row of actions, or the first target while a reply streams."""
        foot = [target for target in targets if target.action in FOOT_ACTIONS]
        if targets:
            self._focus((foot or targets)[0])

    def _focus(self, target: Target) -> None:
        """Stand on a target: bring it on screen and have it read."""
        self._workings.focused_target = target
        self._scroller.reveal_within(self._workings.focus, target.rect)
        say(self._view, target.label)
