"""The dropdown: chosen with the mouse or the keyboard, filtered by words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.widgets.picker import Picker, PickerItem

ITEMS = (
    PickerItem("", "Built-in engine", is_heading=True),
    *(PickerItem(f"m{n}", f"model-{n}:latest", f"{n} GB · Q4_K_M") for n in range(12)),
    PickerItem("<b>", "<img src='file:///etc/hostname'>", "rich text is text"),
)


@pytest.fixture
def picker(qtbot: QtBot) -> Picker:
    widget = Picker("Model")
    qtbot.addWidget(widget)
    widget.show_items(ITEMS, "m3")
    widget.show()
    return widget


def test_it_names_the_chosen_row(picker: Picker) -> None:
    assert picker.text() == "model-3:latest"
    assert picker.accessibleName() == "Model: model-3:latest"


def test_keyboard_alone_suffices(picker: Picker, qtbot: QtBot) -> None:
    QTest.keyClick(picker, Qt.Key.Key_Down)
    popup = picker._popup
    assert popup.isVisible()
    QTest.keyClicks(popup.filter, "model-11")
    with qtbot.waitSignal(picker.picked) as picked:
        QTest.keyClick(popup.filter, Qt.Key.Key_Return)
    assert picked.args == ["m11"]
    assert not popup.isVisible()


def test_arrows_pass_over_headings(picker: Picker, qtbot: QtBot) -> None:
    picker.open()
    view = picker._popup.view
    QTest.keyClick(picker._popup.filter, Qt.Key.Key_Down)
    for _ in range(30):
        QTest.keyClick(view, Qt.Key.Key_Up)
    with qtbot.waitSignal(picker.picked) as picked:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert picked.args == ["m0"]


def test_the_filter_takes_every_word(picker: Picker) -> None:
    picker.open()
    QTest.keyClicks(picker._popup.filter, "q4 7")
    proxy = picker._popup._proxy
    keys = [
        proxy.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(proxy.rowCount())
    ]
    assert keys == ["model-7:latest 7 GB · Q4_K_M"]


def test_nothing_is_chosen_where_nothing_matches(picker: Picker) -> None:
    chosen: list[str] = []
    picker.picked.connect(chosen.append)
    picker.open()
    QTest.keyClicks(picker._popup.filter, "no such model")
    QTest.keyClick(picker._popup.filter, Qt.Key.Key_Return)
    assert not chosen


def test_net_29_ten_thousand_models(picker: Picker) -> None:
    picker.show_items([PickerItem(f"m{n}", f"model\n{n}" * 9) for n in range(10_000)], "m1")
    picker.open()
    assert picker._popup._proxy.rowCount() == 10_000
