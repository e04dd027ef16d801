"""Make or change a preset: its name, its system prompt, its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.language import tr
from gui.records import Options, Preset

_FIELD = QSize(190, 34)


class PresetDialog(QDialog):
    """Opened with `open()`; gives the whole preset when it is saved."""

    saved = Signal(object)  # Preset

    def __init__(self, preset: Preset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = preset
        self._fields: dict[str, Callable[[], Any]] = {}
        self.setWindowTitle(tr("Preset"))
        self.setMinimumWidth(720)
        self._build()

    def _build(self) -> None:
        self._name = QLineEdit(self._preset.name)
        self._name.setMaxLength(60)
        self._name.textChanged.connect(self._check)
        self._system = QPlainTextEdit(self._preset.system)
        self._system.setObjectName("system")
        self._system.setTabChangesFocus(True)
        self._system.setPlaceholderText(tr("What the model should be and do, before every message"))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(tr("Name"), self._name)
        form.addRow(tr("System prompt"), self._system)
        form.addRow(tr("Temperature"), self._temperature())
        for name, label, most, about in (
            ("num_ctx", tr("Context length"), 1 << 20, tr("Tokens the model can see at once")),
            ("num_predict", tr("Longest reply"), 1 << 20, tr("Tokens; empty for no limit")),
            ("seed", tr("Seed"), 2**31 - 1, tr("The same seed gives the same reply")),
            ("top_k", tr("Top K"), 1000, tr("Choose among this many tokens")),
        ):
            form.addRow(label, self._whole(name, most, about))
        form.addRow(tr("Top P"), self._share("top_p", tr("Choose among this share of likelihood")))
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        self._save.setText(tr("Save"))
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(self._buttons)
        self._check()

    def _temperature(self) -> QWidget:
        spin = self._share("temperature", tr("0 is strict, 1 is free"), most=2.0)
        row = QHBoxLayout()
        row.addWidget(spin)
        for text, value in (
            (tr("Precise"), 0.2),
            (tr("Balanced"), 0.7),
            (tr("Creative"), 1.1),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, v=value: spin.setValue(v))
            row.addWidget(button)
        row.addStretch()
        holder = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(row)
        return holder

    def _share(self, name: str, about: str, most: float = 1.0) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setRange(-0.05, most)
        spin.setSingleStep(0.05)
        spin.setSpecialValueText(tr("as the server has it"))
        spin.setToolTip(about)
        spin.setFixedSize(_FIELD)
        value = getattr(self._preset.options, name)
        spin.setValue(spin.minimum() if value is None else value)
        self._fields[name] = lambda: (
            None if spin.value() <= spin.minimum() else max(0.0, round(spin.value(), 2))
        )
        return spin

    def _whole(self, name: str, most: int, about: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(-1, most)
        spin.setSpecialValueText(tr("as the server has it"))
        spin.setToolTip(about)
        spin.setFixedSize(_FIELD)
        value = getattr(self._preset.options, name)
        spin.setValue(-1 if value is None else value)
        self._fields[name] = lambda: None if spin.value() < 0 else spin.value()
        return spin

    def _check(self) -> None:
        self._save.setEnabled(bool(self._name.text().strip()))

    def _accept(self) -> None:
        options: Options = replace(
            self._preset.options, **{name: read() for name, read in self._fields.items()}
        )
        changed = replace(
            self._preset,
            name=" ".join(self._name.text().split()),
            system=self._system.toPlainText().strip(),
            options=options,
        )
        self.accept()
        self.saved.emit(changed)


def open_preset_dialog(
    preset: Preset, save: Callable[[Preset], None], parent: QWidget
) -> PresetDialog:
    """Show the dialog beside the window; `save` is called with the changed preset."""
    dialog = PresetDialog(preset, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.saved.connect(save)
    dialog.open()
    return dialog
