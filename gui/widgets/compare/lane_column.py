"""One answer: who gives it, its transcript, what it cost, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Message
from gui.widgets.compare.words import cost_words, end_words, temperature_words
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.widgets.transcript import TranscriptView


class LaneColumn(QFrame):
    """Shows what it is given; the transcript in it is the conversation's own."""

    stop_requested = Signal()
    keep_requested = Signal()

    def __init__(
        self,
        model: str,
        preset: str,
        temperature: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`temperature` is one that was chosen for the conversation, over the preset's."""
        super().__init__(parent)
        self.setObjectName("lane")
        name = f"{model} · {preset}"
        self.setAccessibleName(name)
        self.model = ElidedLabel("name")
        self.model.setText(model)
        self.model.setToolTip(model.replace("<", "‹"))
        self.preset = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.preset.setText(preset)
        if temperature is not None:
            self.preset.setText(f"{preset} · {temperature_words(temperature)}")
            about = tr("Temperature {number}, in this conversation only", number=f"{temperature:g}")
            self.preset.setToolTip(about)
        self.view = TranscriptView(is_bare=True)
        self.view.setAccessibleName(tr("Answer of {name}", name=name))
        self.stop = IconButton("stop", tr("Stop this answer"))
        self.stop.clicked.connect(self.stop_requested)
        self.cost = plain_label("quiet", wraps=True)
        self.cost.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.keep = QPushButton(tr("Continue with this one"))
        self.keep.setAutoDefault(False)
        self.keep.setAccessibleName(tr("Continue with the answer of {name}", name=name))
        self.keep.clicked.connect(self.keep_requested)
        self._arrange()
        self.show_waiting()

    def _arrange(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.model)
        names.addWidget(self.preset)
        head = QHBoxLayout()
        head.setContentsMargins(24, 12, 12, 4)
        head.setSpacing(8)
        head.addLayout(names, 1)
        head.addWidget(self.stop)
        self.stop.setFixedSize(32, 32)
        kept = self.stop.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.stop.setSizePolicy(kept)
        foot = QVBoxLayout()
        foot.setContentsMargins(24, 4, 24, 16)
        foot.setSpacing(8)
        self.cost.setMinimumHeight(2 * self.cost.fontMetrics().lineSpacing())
        foot.addWidget(self.cost)
        foot.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addLayout(foot)

    def show_waiting(self) -> None:
        """It was asked, or is about to be."""
        self._show(tr("Waiting for its turn"), is_running=True)

    def show_answering(self) -> None:
        """It answers."""
        self._show(tr("Answering…"), is_running=True)

    def show_stopping(self) -> None:
        """It was told to stop."""
        self._show(tr("Stopping…"), is_running=True)
        self.stop.setEnabled(False)

    def show_end(self, message: Message | None, problem: str) -> None:
        """It has ended: with a reply, or with nothing but a reason."""
        if message is None:
            self._show(problem or tr("Stopped before it began."), is_running=False)
        else:
            words = (end_words(message), cost_words(message))
            self._show(" · ".join(part for part in words if part), is_running=False)
        self.keep.setEnabled(message is not None and bool(message.content))

    def _show(self, words: str, *, is_running: bool) -> None:
        self.cost.setText(words)
        self.stop.setVisible(is_running)
        self.stop.setEnabled(True)
        self.keep.setEnabled(False)
