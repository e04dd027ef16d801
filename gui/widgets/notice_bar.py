"""One sentence for the person under the top bar, with at most one thing to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import Notice
from gui.widgets.icon_button import IconButton


class NoticeBar(QFrame):
    """Shows the newest notice; the same notice again does not stack up."""

    remedy_chosen = Signal(object)  # Notice
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice: Notice | None = None
        self._build()
        self.hide()

    def _build(self) -> None:
        self.setObjectName("notice")
        self.setMaximumWidth(theme.COLUMN_WIDTH + 40)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._remedy = QPushButton()
        self._remedy.clicked.connect(self._choose)
        self._close = IconButton("x", tr("Dismiss"))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(12)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._remedy)
        layout.addWidget(self._close)

    def show_notice(self, notice: Notice) -> None:
        """Show `notice` instead of the one before."""
        self._notice = notice
        self._text.setText(notice.text)
        self._remedy.setText(notice.remedy_label)
        self._remedy.setVisible(bool(notice.remedy_label))
        self.setProperty("error", notice.is_error)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setAccessibleName(notice.text)
        self.show()

    @property
    def notice(self) -> Notice | None:
        """The notice on show."""
        return self._notice

    def dismiss(self) -> None:
        """Take the notice away."""
        self._notice = None
        self.hide()
        self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None:
            self.remedy_chosen.emit(notice)
