"""The preset dialog gives back what it was given, and only what the person changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.records import Options, Preset
from gui.windows.preset_dialog import PresetDialog

PRESETS = [
    Preset("a", "Plain"),
    Preset("b", "All", "Be kind.\nAlways.", Options(temperature=0.0, num_ctx=4096, seed=0)),
    Preset("c", "Stops", options=Options(stop=("END", "\n"), top_p=1.0, top_k=40, num_predict=9)),
]


def saved(qtbot: QtBot, dialog: PresetDialog) -> Preset:
    with qtbot.waitSignal(dialog.saved) as signal:
        QTest.mouseClick(dialog._save, Qt.MouseButton.LeftButton)
    assert signal.args is not None
    preset = signal.args[0]
    assert isinstance(preset, Preset)
    return preset


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_saving_unchanged_changes_nothing(qtbot: QtBot, preset: Preset) -> None:
    dialog = PresetDialog(preset)
    qtbot.addWidget(dialog)
    dialog.show()
    assert saved(qtbot, dialog) == preset


def test_a_preset_needs_a_name(qtbot: QtBot) -> None:
    dialog = PresetDialog(Preset("", ""))
    qtbot.addWidget(dialog)
    assert not dialog._save.isEnabled()
    dialog._name.setText("   ")
    assert not dialog._save.isEnabled()
    dialog._name.setText(" Calm  tutor ")
    assert dialog._save.isEnabled()
    assert saved(qtbot, dialog).name == "Calm tutor"


def test_one_click_temperatures(qtbot: QtBot) -> None:
    dialog = PresetDialog(Preset("", "Mine"))
    qtbot.addWidget(dialog)
    dialog.show()
    words = {button.text(): button for button in dialog.findChildren(QPushButton)}
    QTest.mouseClick(words["Precise"], Qt.MouseButton.LeftButton)
    assert saved(qtbot, dialog).options.temperature == 0.2
