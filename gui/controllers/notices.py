"""The one channel for telling the person something; it keeps notices until a window listens."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

from gui.errors import OndolError
from gui.language import tr
from gui.records import Notice, Remedy

_LOG = logging.getLogger(__name__)


class Notices(QObject):
    """Anybody tells; the window on show listens."""

    told = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: list[Notice] = []
        self._heard = False

    def tell(self, notice: Notice) -> None:
        """Show `notice`, or keep it until a window listens."""
        if self._heard:
            self.told.emit(notice)
        else:
            self._kept.append(notice)

    def tell_error(self, error: BaseException) -> None:
        """Show an error: ours in its own words, a bug as a bug; both go to the log."""
        if isinstance(error, OndolError):
            _LOG.warning("%s %s", error, error.detail)
            self.tell(Notice(str(error), error.remedy, remedy_label(error.remedy)))
        else:
            _LOG.error("unexpected error", exc_info=error)
            name = type(error).__name__
            self.tell(
                Notice(tr("Something went wrong in Ondol ({error}). See the log.", error=name))
            )

    def listen(self) -> None:
        """A window is connected: hand over what was kept, and everything from now on."""
        self._heard = True
        kept, self._kept = self._kept, []
        for notice in kept:
            self.told.emit(notice)

    def pause(self) -> None:
        """No window listens: keep what comes."""
        self._heard = False


def remedy_label(remedy: Remedy) -> str:
    """What stands on the button for a remedy, "" for none."""
    return {
        Remedy.NONE: "",
        Remedy.RETRY: tr("Try again"),
        Remedy.CHOOSE_MODEL: tr("Choose a model"),
        Remedy.USE_BUILT_IN: tr("Use the built-in engine"),
        Remedy.RESTART_SERVER: tr("Start it again"),
        Remedy.NEW_CONVERSATION: tr("New conversation"),
        Remedy.UNDO_DELETE: tr("Undo"),
        Remedy.START_OLLAMA: tr("Start Ollama"),
        Remedy.ALLOW_PLAIN_HTTP: tr("Use it anyway"),
        Remedy.OPEN_SERVERS: tr("Open Servers"),
        Remedy.CHAT_WITH: tr("Chat with it"),
    }[remedy]
