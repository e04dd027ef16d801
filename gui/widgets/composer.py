"""Where a person writes: the prompt, Send or Stop, and what will be sent with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.prompt_edit import PromptEdit


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
        self._hint = QLabel()
        self._hint.setProperty("quiet", True)
        self._hint.setTextFormat(self._hint.textFormat().PlainText)
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
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self._frame)
        column.addWidget(self._hint)
        outside = QHBoxLayout(self)
        outside.setContentsMargins(24, 8, 24, 12)
        outside.addStretch(1)
        outside.addLayout(column, 1000)
        outside.addStretch(1)
        self._frame.setMaximumWidth(theme.COLUMN_WIDTH + 40)
        self._hint.setMaximumWidth(theme.COLUMN_WIDTH + 40)

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

    def show_hint(self, text: str) -> None:
        """One quiet line under the field."""
        self._hint.setText(text)

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
