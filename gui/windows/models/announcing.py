"""Telling a person who looks elsewhere that a model is there, or did not come."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from gui import theme
from gui.language import tr
from gui.records import Notice, Transfer, TransferKind, TransferState

_SHOWN_MS = 10_000


class Announcer(QObject):
    """Asks for attention at the window's entry in the task bar, and by the tray if there is one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._tray: QSystemTrayIcon | None = None

    def announce(self, transfer: Transfer) -> Notice:
        """Tell it outside, if no window of ours is in front; what to tell inside."""
        notice = notice_of(transfer)
        if QApplication.activeWindow() is None:
            QApplication.alert(self._window)
            self._show_in_tray(notice.text)
        return notice

    def _show_in_tray(self, text: str) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(theme.app_icon(), self)
        self._tray.show()
        self._tray.showMessage("Ondol", text, theme.app_icon(), _SHOWN_MS)
        QTimer.singleShot(_SHOWN_MS, self._tray.hide)


def notice_of(transfer: Transfer) -> Notice:
    """How a transfer ended, in a sentence."""
    name = transfer.name
    if transfer.state is TransferState.FAILED:
        return Notice(transfer.error)
    match transfer.kind:
        case TransferKind.PUSH:
            text = tr("{name} was pushed.", name=name)
        case TransferKind.CREATE:
            text = tr("{name} was created and can be used.", name=name)
        case TransferKind.PULL | TransferKind.DOWNLOAD:
            text = tr("{name} was downloaded, checked, and can be used.", name=name)
    return Notice(text, is_error=False)
