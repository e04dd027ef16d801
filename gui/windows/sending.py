"""What goes with a message, around the message field: variables, temperature, a look at it all."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.controllers import Controllers
from gui.records import VariableSource
from gui.records.sending import SendPreview
from gui.widgets.composer import Composer
from gui.widgets.context_meter import ContextMeter
from gui.widgets.send_preview import SendPreviewSheet
from gui.widgets.transcript import TranscriptView

_CLOCK_MS = 20_000


class SendingParts(QObject):
    """Joins the composer's parts to their controller."""

    def __init__(
        self,
        controllers: Controllers,
        composer: Composer,
        meter: ContextMeter,
        transcript: TranscriptView,
    ) -> None:
        super().__init__(composer)
        self._to = controllers
        self._sending = controllers.sending
        self._composer = composer
        self._transcript = transcript
        self._anchor: QWidget = composer.preview
        self._is_wanted = False
        self.sheet = SendPreviewSheet(composer)
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._show)
        form = composer.variables
        form.edited.connect(self._sending.give)
        form.finished.connect(composer.prompt.setFocus)
        composer.temperature.chosen.connect(self._sending.choose_temperature)
        composer.preview.clicked.connect(self.open_preview)
        meter.clicked.connect(lambda: self.open_preview(meter))
        self._sending.changed.connect(self._refresh)
        self._sending.previewed.connect(self._show_preview)
        QGuiApplication.clipboard().dataChanged.connect(self._look)
        for widget in (transcript, transcript.viewport()):
            widget.installEventFilter(self)
        self._refresh()

    def guarded(self, send: Callable[[], None]) -> bool:
        """Send if nothing is missing, else show what is; whether it was sent."""
        self._look()
        if (variable := self._sending.missing) is not None:
            self._composer.variables.point_at(variable)
            return False
        send()
        return True

    def open_preview(self, anchor: QWidget | None = None) -> None:
        """Show what would be sent now, beside `anchor`."""
        known = isinstance(anchor, QWidget) and anchor.isVisible()
        self._anchor = anchor if known and anchor is not None else self._composer.preview
        self._is_wanted = True
        self._look()
        self._sending.preview(self._composer.prompt.text().strip())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseButtonRelease, QEvent.Type.KeyRelease):
            QTimer.singleShot(0, self, self._look)  # once the selection is made
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        """See what the preset takes from the clipboard and the selection, and only then."""
        takes = self._sending.takes
        clipboard, selection = "", ""
        if takes(VariableSource.CLIPBOARD):
            clipboard = QGuiApplication.clipboard().text()
        if takes(VariableSource.SELECTION):
            selection = self._transcript.selected_text()
        self._sending.see(clipboard, selection)

    def _refresh(self) -> None:
        self._look()
        if self._sending.takes(VariableSource.TIME):
            self._clock.start()
        else:
            self._clock.stop()
        self._show()

    def _show(self) -> None:
        sending = self._sending
        self._composer.variables.show_form(sending.asked, sending.given, sending.found)
        of_preset = self._to.presets.chosen.options.temperature
        self._composer.temperature.show_value(sending.temperature, of_preset)

    def _show_preview(self, preview: SendPreview) -> None:
        if self._is_wanted:
            self._is_wanted = False
            self.sheet.show_preview(preview)
            self.sheet.open_at(self._anchor, above=self._anchor is self._composer.preview)
