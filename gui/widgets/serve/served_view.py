"""Where a chain is served, the key to it, and lines to ask it with."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.language import tr
from gui.records.serve_window import ServeView
from gui.widgets.models.labels import ElidedLabel, plain_label

_COPIED_MS = 1500
_AROUND = 44
_BUTTON = 36


class _CopyButton(QPushButton):
    """Says for a moment that it did."""

    def __init__(self, what: str) -> None:
        super().__init__(tr("Copy"))
        self.text_to_copy = ""
        self.setAutoDefault(False)
        _keep_height(self)
        self.setAccessibleName(what)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COPIED_MS)
        self._timer.timeout.connect(lambda: self.setText(tr("Copy")))
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text_to_copy)
        self.setText(tr("Copied"))
        self._timer.start()


class ServedView(QFrame):
    """Address, key, playground, examples; the key until it is put away."""

    playground_requested = Signal(str)
    hide_key_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("served")
        self._view = ServeView()
        self.url = _field(tr("Address"))
        self.key = _field(tr("Key"))
        self.copy_url = _CopyButton(tr("Copy the address"))
        self.copy_key = _CopyButton(tr("Copy the key"))
        self.playground = QPushButton(tr("Playground…"))
        self.playground.setToolTip(
            tr("A page in your browser. It asks for a name (any) and a password (the key).")
        )
        self.hide_key = QPushButton(tr("Hide"))
        for button in (self.playground, self.hide_key):
            button.setAutoDefault(False)
            _keep_height(button)
        self.key_hint = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("How to ask it"))
        self.tabs.addTab("curl")
        self.tabs.addTab("Python")
        self.example = _example()
        self.copy_example = _CopyButton(tr("Copy the example"))
        self._arrange()
        self.tabs.currentChanged.connect(self._show_example)
        self.hide_key.clicked.connect(self.hide_key_requested)
        self.playground.clicked.connect(
            lambda: self.playground_requested.emit(self._view.playground)
        )

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        for row, (name, field, *buttons) in enumerate(
            (
                (tr("Address"), self.url, self.copy_url, self.playground),
                (tr("Key"), self.key, self.copy_key, self.hide_key),
            )
        ):
            grid.addWidget(plain_label("sheetname", name), row, 0)
            grid.addWidget(field, row, 1)
            for place, button in enumerate(buttons, 2):
                grid.addWidget(button, row, place)
        grid.addWidget(self.key_hint, 2, 1, 1, 3)
        grid.setColumnMinimumWidth(0, 64)
        grid.setColumnStretch(1, 1)
        row_of_tabs = QHBoxLayout()
        row_of_tabs.addWidget(self.tabs, 1)
        row_of_tabs.addWidget(self.copy_example)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addLayout(row_of_tabs)
        column.addWidget(self.example)

    def show_view(self, view: ServeView) -> None:
        """What is served now."""
        self._view = view
        self.url.setText(view.url)
        self.url.setCursorPosition(0)
        self.copy_url.text_to_copy = view.url
        self.key.setText(view.key or "•" * 24)
        self.key.setCursorPosition(0)
        self.copy_key.text_to_copy = view.key
        for button in (self.copy_key, self.hide_key):
            button.setEnabled(bool(view.key))
        self.key_hint.setText(
            tr("Shown only now: every request must carry it. Copy it before you hide it.")
            if view.key
            else tr("It was shown once. Stop and start again for another one.")
        )
        self._show_example()

    def _show_example(self) -> None:
        text = self._view.python if self.tabs.currentIndex() else self._view.curl
        self.copy_example.text_to_copy = text
        if text.rstrip() != self.example.toPlainText():
            self.example.setPlainText(text.rstrip())


def _keep_height(button: QPushButton) -> None:
    """A low window takes from the example, not from buttons."""
    button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    button.setMinimumHeight(_BUTTON)


def _field(label: str) -> QLineEdit:
    field = QLineEdit()
    field.setReadOnly(True)
    field.setMinimumHeight(_BUTTON)
    field.setFont(theme.code_font(0.93))
    field.setAccessibleName(label)
    return field


def _example() -> QPlainTextEdit:
    example = QPlainTextEdit()
    example.setObjectName("details")
    example.setReadOnly(True)
    example.setFont(theme.code_font(0.9))
    example.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    example.setTabChangesFocus(True)
    example.setAccessibleName(tr("Example"))
    flags = Qt.TextInteractionFlag
    example.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    line = example.fontMetrics().lineSpacing()
    example.setMinimumHeight(3 * line + _AROUND)
    example.setMaximumHeight(5 * line + _AROUND)
    return example
