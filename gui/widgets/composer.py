"""Where a person writes: the prompt, Send or Stop, and what will be sent with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import ElidedLabel, for_tooltip
from gui.widgets.prompt_edit import PromptEdit
from gui.widgets.temperature_chips import TemperatureChips
from gui.widgets.variables_form import VariablesForm

_CHIPS_FROM = 460
_AROUND = 96


class Composer(QWidget):
    """A rounded field with one button: Send when idle, Stop while a reply comes."""

    submitted = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    paste_refused = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replying = False
        self._blocked = ""
        self._hint_matters = False
        self._is_field_only = False
        self._build()
        self._arrange()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        self.prompt = PromptEdit()
        self.prompt.installEventFilter(self)
        self._button = IconButton("arrow-up", tr("Send"))
        self._button.setObjectName("send")
        self._button.setFixedSize(32, 32)
        self._button.setIconSize(QSize(18, 18))
        self._frame = QFrame()
        self._frame.setObjectName("composer")
        self.variables = VariablesForm()
        self.temperature = TemperatureChips()
        self.preview = IconButton("sliders-horizontal", tr("What will be sent") + " (Ctrl+I)")
        self.preview.setObjectName("small")
        self.preview.setIconSize(QSize(16, 16))
        self._hint = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _arrange(self) -> None:
        inside = QHBoxLayout(self._frame)
        inside.setContentsMargins(12, 8, 8, 8)
        inside.setSpacing(8)
        inside.addWidget(self.prompt)
        bottom = QVBoxLayout()
        bottom.addStretch()
        bottom.addWidget(self._button)
        inside.addLayout(bottom)
        foot = QWidget()
        under = QHBoxLayout(foot)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(6)
        under.addWidget(self._hint, 1)
        under.addWidget(self.temperature)
        under.addWidget(self.preview)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self.variables)
        column.addWidget(self._frame)
        column.addWidget(foot)
        outside = QHBoxLayout(self)
        outside.setContentsMargins(24, 8, 24, 12)
        outside.addStretch(1)
        outside.addLayout(column, 1000)
        outside.addStretch(1)
        for part in (self.variables, self._frame, foot):
            part.setMaximumWidth(theme.COLUMN_WIDTH + 40)

    def _connect(self) -> None:
        self.prompt.submitted.connect(self._submit)
        self.prompt.textChanged.connect(self._refresh)
        self.prompt.edit_last_requested.connect(self.edit_last_requested)
        self.prompt.paste_refused.connect(self.paste_refused)
        self._button.clicked.connect(self._press)

    def show_replying(self, replying: bool) -> None:
        """Stop instead of Send while a reply comes."""
        self._replying = replying
        self._refresh()

    def block(self, reason: str) -> None:
        """Keep Send off, with the reason in its tooltip; "" lifts it."""
        self._blocked = reason
        self._refresh()

    def show_hint(self, text: str, *, matters: bool = False) -> None:
        """One quiet line under the field; where there is little room, one that matters has it."""
        self._hint.setText(text)
        self._hint.setToolTip(for_tooltip(text))
        self._hint_matters = matters
        self._make_room()

    def _make_room(self) -> None:
        """Temperatures beside the line, if there is room for both."""
        wanted = _CHIPS_FROM
        if self._hint_matters:
            both = self._hint.sizeHint().width() + self.temperature.sizeHint().width()
            wanted = max(wanted, both + _AROUND)
        room = min(self.width(), theme.COLUMN_WIDTH + _AROUND)
        self.temperature.setVisible(room >= wanted and not self._is_field_only)

    def show_field_only(self) -> None:
        """Leave out what belongs to one conversation: variables, temperature, the preview."""
        self._is_field_only = True
        for part in (self.variables, self.temperature, self.preview):
            part.hide()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.prompt and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._frame.setProperty("focused", event.type() is QEvent.Type.FocusIn)
            self._frame.style().unpolish(self._frame)
            self._frame.style().polish(self._frame)
        return super().eventFilter(watched, event)

    def _press(self) -> None:
        if self._replying:
            self.stop_requested.emit()
        else:
            self._submit()

    def _submit(self) -> None:
        text = self.prompt.text().strip()
        if text and not self._replying and not self._blocked:
            self.submitted.emit(text)

    def _refresh(self) -> None:
        if self._replying:
            self._button.show_as("stop", tr("Stop the reply (Esc)"), "on_accent")
            self._button.setEnabled(True)
        else:
            ready = bool(self.prompt.text().strip()) and not self._blocked
            label = self._blocked or tr("Send (Enter)")
            self._button.show_as("arrow-up", label, "on_accent" if ready else "ink")
            self._button.setEnabled(ready)
