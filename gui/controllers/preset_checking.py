"""A preset's text is checked a moment after it was last changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.controllers.rooms import Rooms
from gui.eventloop import Tasks

if TYPE_CHECKING:
    from gui.records import Diagnostic

Asked = tuple[str, tuple[str, ...] | None]
"""A text, and the models that can be named in it: None while they are not known."""

_CHECK_MS = 150


class PresetChecking(QObject):
    """Of a text that was changed while it was checked it says nothing."""

    checked = Signal(object)  # tuple[Diagnostic, ...]

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        asked: Callable[[], Asked | None],
        parent: QObject | None = None,
    ) -> None:
        """`asked` gives what is to be checked, None for nothing."""
        super().__init__(parent)
        self._rooms = rooms
        self._tasks = tasks
        self._asked = asked
        self._is_checking = False
        self._checked: Asked | None = None
        self.findings: tuple[Diagnostic, ...] = ()
        """Of the text that was checked last."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._check_now)

    def begin(self) -> None:
        """Another text: nothing is known of it yet."""
        self._checked, self.findings = None, ()
        self.soon()

    def soon(self) -> None:
        """Something changed."""
        self._timer.start()

    def _check_now(self) -> None:
        asked = self._asked()
        if asked is not None and not self._is_checking and self._checked != asked:
            self._is_checking = True
            self._tasks.replace(self._check(asked), "check preset")

    async def _check(self, asked: Asked) -> None:
        from gui.chat.presets.check import Facts, check

        text, models = asked
        try:
            found = await self._rooms.compute(lambda: check(text, Facts(models)))
        finally:
            self._is_checking = False
        if asked == self._asked():
            self._checked, self.findings = asked, found
            self.checked.emit(found)
        else:
            self._timer.start()
