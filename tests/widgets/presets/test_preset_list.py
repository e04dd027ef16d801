"""The list of presets: chosen, searched, put in order, dragged."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.records import Chain, Preset, Step
from gui.widgets.presets.preset_list import PresetList
from gui.widgets.presets.preset_rows import PresetItemModel

CHAIN = Chain(((Step("a", "{input}"),),))
PRESETS = (
    Preset("assistant", "Assistant", built_in=True, description="For everyday questions"),
    Preset("tutor", "Tutor", built_in=True, chain=CHAIN),
    Preset("one", "One"),
    Preset("two", "Two"),
    Preset("three", "Three", description="A third"),
)


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> PresetList:
    presets = PresetList(lambda preset_id: tmp_path / f"{preset_id}.toml")
    qtbot.addWidget(presets)
    presets.resize(260, 600)
    presets.show()
    presets.show_presets(PRESETS, None)
    presets.mark("two")
    return presets


def test_ones_own_come_first_and_each_says_what_it_is(shown: PresetList) -> None:
    assert shown.ids == ("one", "two", "three", "assistant", "tutor")
    texts = [
        shown.rows.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(shown.rows.rowCount())
    ]
    assert texts[0] == "Yours"
    assert "Tutor, a chain" in texts


def test_without_any_of_ones_own_it_says_how_to_get_one(shown: PresetList) -> None:
    shown.show_presets(PRESETS[:2], None)
    assert shown.rows.rows[1].is_hint
    assert "duplicate" in shown.rows.rows[1].text


def test_a_search_narrows_the_list(shown: PresetList) -> None:
    shown.search("THIRD a")
    assert shown.ids == ("three",)
    shown.search("")
    assert shown.id == "two"
    assert shown.currentIndex().data() == "Two"


def test_arrows_choose_and_pass_over_headings(qtbot: QtBot, shown: PresetList) -> None:
    told: list[str] = []
    shown.chosen.connect(told.append)
    for _ in range(2):
        QTest.keyClick(shown, Qt.Key.Key_Down)
    assert told == ["three", "assistant"]


@pytest.mark.parametrize("preset_id", ["", "one that is read at this moment"])
def test_the_keyboard_coming_to_it_chooses_nothing(shown: PresetList, preset_id: str) -> None:
    told: list[str] = []
    shown.mark(preset_id)
    shown.chosen.connect(told.append)
    focus = QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.ActiveWindowFocusReason)
    QApplication.sendEvent(shown, focus)
    assert not told
    assert shown.id == preset_id
    QTest.keyClick(shown, Qt.Key.Key_Down)
    assert told == ["one"]


def test_keys_put_ones_own_in_order(shown: PresetList) -> None:
    told: list[object] = []
    shown.reordered.connect(told.append)
    QTest.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert told == [("two", "one", "three"), ("one", "three", "two")]
    shown.mark("tutor")
    QTest.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert len(told) == 2


def middle(shown: PresetList, preset_id: str) -> QPoint:
    return shown.visualRect(shown.rows.index(shown.rows.row_of(preset_id), 0)).center()


def drop(shown: PresetList, preset_id: str, at: QPoint) -> None:
    index = shown.rows.index(shown.rows.row_of(preset_id), 0)
    data = shown.rows.mimeData([index])
    event = QDropEvent(
        QPointF(at),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    shown.dropEvent(event)


def test_dragging_puts_ones_own_in_order(shown: PresetList) -> None:
    told: list[object] = []
    shown.reordered.connect(told.append)
    drop(shown, "three", middle(shown, "one") - QPoint(0, 10))
    drop(shown, "one", middle(shown, "three") + QPoint(0, 10))
    drop(shown, "two", middle(shown, "two"))
    assert told == [("three", "one", "two"), ("two", "three", "one")]


def test_built_in_ones_stay_where_they_are(shown: PresetList) -> None:
    told: list[object] = []
    shown.reordered.connect(told.append)
    drop(shown, "tutor", middle(shown, "one"))
    drop(shown, "one", middle(shown, "tutor"))
    assert told == []


def test_a_dragged_preset_is_a_file_for_others(shown: PresetList, tmp_path: Path) -> None:
    index = shown.rows.index(shown.rows.row_of("tutor"), 0)
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    data = shown.rows.mimeData([index])
    assert data.urls()[0].toLocalFile() == str(tmp_path / "tutor.toml")
    heading = shown.rows.index(0, 0)
    assert not heading.flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_what_is_not_saved_is_marked(shown: PresetList) -> None:
    shown.show_presets((*PRESETS, Preset("", "New")), "")
    marked = [row.preset.name for row in shown.rows.rows if row.preset and row.is_dirty]
    assert marked == ["New"]
    assert shown.own == ("one", "two", "three")
    row = shown.rows.index(shown.rows.row_of(""), 0)
    assert "not saved" in row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(shown.model(), PresetItemModel)
