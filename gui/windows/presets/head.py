"""The head of a preset: its name, whether it is saved, what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.records.preset_editing import PresetDraft, PresetView
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.widgets.presets.fault_bar import FaultBar


class PresetHead(QWidget):
    """Signals announce; the page acts."""

    try_requested = Signal()
    save_requested = Signal()
    duplicate_requested = Signal()
    line_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = 0
        self._is_fault = False
        self.name = ElidedLabel("heading", Qt.TextElideMode.ElideRight)
        self.state = plain_label("quiet")
        self.try_it = QPushButton(tr("Try it"))
        self.try_it.setToolTip(tr("Choose it in the main window") + " (Ctrl+Return)")
        self.save = QPushButton(tr("Save"))
        self.save.setProperty("primary", True)
        self.more = IconButton("dots-three", tr("What can be done with the preset"))
        self.bar = FaultBar()
        for button in (self.try_it, self.save):
            button.setAutoDefault(False)
        self.try_it.clicked.connect(self.try_requested)
        self.save.clicked.connect(self.save_requested)
        self.bar.pressed.connect(self._press)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        row.addWidget(self.state)
        row.addSpacing(4)
        row.addWidget(self.try_it)
        row.addWidget(self.save)
        row.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 16, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.bar)

    def show_view(self, view: PresetView) -> None:
        """Its name, and why its fields cannot be used, if they cannot."""
        self.name.setText(view.preset.name or tr("A preset without a name"))
        self._line, self._is_fault = view.line, bool(view.fault)
        if view.fault:
            text = " ".join((view.fault, tr("Until it is mended the fields cannot be changed.")))
            self.bar.show_text(text, tr("Go to line"), is_fault=True)
        elif view.is_read_only:
            text = tr("It comes with Ondol and cannot be changed. A copy is yours.")
            self.bar.show_text(text, tr("Duplicate to change"), is_fault=False)
        else:
            self.bar.show_text("", "", is_fault=False)

    def show_draft(self, draft: PresetDraft) -> None:
        """Whether it is saved."""
        if draft.built_in:
            self.state.setText(tr("Built in"))
        elif draft.is_dirty or not draft.id:
            self.state.setText("● " + tr("not saved"))
        else:
            self.state.setText(tr("saved"))
        self.save.setVisible(not draft.built_in)
        self.save.setEnabled(draft.is_dirty or not draft.id)

    def _press(self) -> None:
        if self._is_fault:
            self.line_requested.emit(self._line)
        else:
            self.duplicate_requested.emit()
