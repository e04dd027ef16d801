"""The Compare and the Replay window as the main window opens them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gui.controllers import Controllers
from gui.language import tr
from gui.records import Notice, Role
from gui.widgets.transcript import TranscriptView
from gui.windows.companions import Companions

if TYPE_CHECKING:
    from gui.windows.compare.replay_window import ReplayWindow
    from gui.windows.compare.window import CompareWindow


class Comparing:
    """`back` brings the main window to the front."""

    def __init__(
        self,
        companions: Companions,
        controllers: Controllers,
        transcript: TranscriptView,
        back: Callable[[], None],
    ) -> None:
        self._companions = companions
        self._to = controllers
        self._transcript = transcript
        self._back = back

    def compare(self, text: str = "") -> CompareWindow:
        """Ask several in the conversation on show; `text` is what was typed so far."""
        self._to.compare.aim(self._to.chat.shown)
        window = self.show_compare()
        window.begin(text)
        return window

    def ask_others(self, reply_id: int) -> None:
        """Have the question that a reply of the conversation on show answers, answered again."""
        compare, shown = self._to.compare, self._to.chat.shown
        reply = self._transcript.message(reply_id)
        if reply is None or reply.parent_id is None:
            return
        question = self._transcript.message(reply.parent_id)
        if question is None or question.role is not Role.USER:
            return
        if compare.is_running:
            text = tr("Answers are still coming. Stop them before you ask elsewhere.")
            compare.told.emit(Notice(text))
        compare.aim(shown, question)
        self.show_compare().begin()

    def replay(self, conversation_id: int) -> None:
        """Get ready to ask a whole conversation again elsewhere."""
        self._to.replay.open(conversation_id)
        self.show_replay()

    def replay_shown(self) -> None:
        """Get ready to ask the conversation on show again elsewhere."""
        if (shown := self._to.chat.shown) is not None:
            self.replay(shown)

    def show_compare(self) -> CompareWindow:
        """The window as it is, in front."""
        from gui.windows.compare.window import CompareWindow

        def make() -> CompareWindow:
            window = CompareWindow(self._to)
            window.returned.connect(self._back)
            return window

        return self._companions.bring("compare", CompareWindow, make)

    def show_replay(self) -> ReplayWindow:
        """The window as it is, in front."""
        from gui.windows.compare.replay_window import ReplayWindow

        def make() -> ReplayWindow:
            window = ReplayWindow(self._to)
            window.opened.connect(self._back)
            return window

        return self._companions.bring("replay", ReplayWindow, make)
