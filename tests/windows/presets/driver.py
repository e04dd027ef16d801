"""What a person does in the Presets window."""

from __future__ import annotations

from pathlib import Path

from app_driver import AppDriver
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from gui import paths
from gui.windows.presets.window import PresetsWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def own(preset_id: str) -> Path:
    return paths.own_presets() / f"{preset_id}.toml"


async def opened(app: AppDriver) -> PresetsWindow:
    """The window, opened by its keys, the chosen preset on show."""
    await app.ready()
    QTest.keyClick(app.window.page.composer.prompt, Qt.Key.Key_P, CTRL | SHIFT)
    window = app.window.companions.find("presets")
    assert isinstance(window, PresetsWindow)
    await app.until(lambda: app.to.preset_editor.draft.id == "assistant", "the chosen one is open")
    window.activateWindow()
    return window


async def show(app: AppDriver, window: PresetsWindow, preset_id: str) -> None:
    """Choose a preset in the list, as a click does."""
    row = window.side.list.rows.row_of(preset_id)
    box = window.side.list.visualRect(window.side.list.rows.index(row, 0))
    window.side.list.scrollTo(window.side.list.rows.index(row, 0))
    box = window.side.list.visualRect(window.side.list.rows.index(row, 0))
    QTest.mouseClick(window.side.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    await app.until(lambda: app.to.preset_editor.draft.id == preset_id, f"{preset_id} is open")


async def with_files(app: AppDriver, window: PresetsWindow, **texts: str) -> None:
    for name, text in texts.items():
        own(name).write_text(text, "utf-8")
    app.to.presets.refresh()
    await app.until(lambda: set(texts) <= set(window.side.list.ids), "they are listed")


def press(window: PresetsWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


async def question(app: AppDriver, window: PresetsWindow) -> QMessageBox:
    def asked() -> list[QMessageBox]:
        return [box for box in window.findChildren(QMessageBox) if box.isVisible()]

    await app.until(asked, "it asks")
    return asked()[0]


def answer(box: QMessageBox, text: str) -> None:
    button = next(b for b in box.buttons() if b.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def in_front(app: AppDriver, window: PresetsWindow) -> None:
    """A dialog that goes away gives the keyboard to nobody here."""
    window.activateWindow()
    await app.until(window.isActiveWindow, "it is in front")
