"""A check box that is checked shows a check, not only another colour."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.check_box import CheckBox


@pytest.mark.parametrize("mode", [theme.ThemeMode.DARK, theme.ThemeMode.LIGHT])
def test_a_checked_box_has_a_mark_in_it(
    qtbot: QtBot, qapp: QApplication, mode: theme.ThemeMode
) -> None:
    theme.apply(qapp, mode)
    box = CheckBox("Scroll together")
    qtbot.addWidget(box)
    box.resize(200, 32)

    def colours() -> set[str]:
        picture = box.grab().toImage()
        middle = range(3, 14)
        top = (box.height() - 16) // 2
        return {picture.pixelColor(x, top + y).name() for x in middle for y in middle}

    assert len(colours()) == 1
    box.setChecked(True)
    assert theme.colours(box.palette()).accent.lower() in colours()
    assert len(colours()) > 3
