"""A window beside the main one: its place on the screen, its notices, what wakes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui import theme
from gui.controllers import Controllers
from gui.records import Notice
from gui.widgets.notice_bar import NoticeBar
from gui.windows import shapes

_NOTICE_MS = 8_000
_REMEDY_MS = 15_000


class Companion(QWidget):
    """`notice` is for the window to place. The settings keep where the window was, under `key`."""

    def __init__(
        self, controllers: Controllers, title: str, key: str, usual: QSize, least: QSize
    ) -> None:
        super().__init__()
        self._to = controllers
        self._key = key
        self.setObjectName("models")
        self.setWindowTitle(title)
        self.setWindowIcon(theme.app_icon())
        self.setMinimumSize(least)
        self.resize(usual)
        self.restoreGeometry(shapes.from_text(getattr(controllers.settings.settings, key)))
        self.notice = NoticeBar()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.notice.dismiss)

    def add_shortcuts(self, shortcuts: Iterable[tuple[str, Callable[[], object]]]) -> None:
        """Keys of the window, beside Ctrl+W, which closes it."""
        for keys, slot in (*shortcuts, ("Ctrl+W", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def show_notice(self, notice: Notice) -> None:
        """Tell it at the top; what asks for nothing goes away by itself."""
        self.notice.show_notice(notice)
        if notice.is_error:
            self._timer.stop()
        else:
            self._timer.start(_REMEDY_MS if notice.remedy_label else _NOTICE_MS)

    def come_back(self) -> None:
        """It is in front again: show what may have changed elsewhere meanwhile."""

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.come_back()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._to.settings.change(**{self._key: shapes.as_text(self.saveGeometry())})
        super().closeEvent(event)
