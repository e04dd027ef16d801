"""The list of installed models: order, search, keys, what stays chosen."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from gui.records import LoadedModel, ModelInfo
from gui.widgets.models.installed_list import InstalledList
from gui.widgets.models.installed_rows import Order

MODELS = (
    ModelInfo("zephyr:7b", size=4_000, modified_at="2026-01-01T00:00:00Z", family="llama"),
    ModelInfo(
        "Alma:1b",
        size=1_000,
        modified_at="2026-03-01T00:00:00Z",
        quantization="Q8_0",
        capabilities=("completion", "tools"),
    ),
    ModelInfo("bge-m3:latest", size=2_000, capabilities=("embedding",)),
)


@pytest.fixture
def shown(qtbot: QtBot) -> InstalledList:
    view = InstalledList()
    qtbot.addWidget(view)
    view.resize(420, 600)
    view.show_models(MODELS, (LoadedModel("zephyr:7b", 5_000),))
    view.show()
    return view


def names(view: InstalledList) -> list[str]:
    return [view.model().index(row, 0).data() for row in range(view.count)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.NAME, ["Alma:1b", "bge-m3:latest", "zephyr:7b"]),
        (Order.SIZE, ["zephyr:7b", "bge-m3:latest", "Alma:1b"]),
        (Order.CHANGED, ["Alma:1b", "zephyr:7b", "bge-m3:latest"]),
    ],
)
def test_orders(shown: InstalledList, order: Order, expected: list[str]) -> None:
    shown.sort_by(order)
    assert names(shown) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ALMA", ["Alma:1b"]), ("tools q8", ["Alma:1b"]), ("llama", ["zephyr:7b"]), ("none", [])],
)
def test_search_is_by_every_word_in_name_and_properties(
    shown: InstalledList, text: str, expected: list[str]
) -> None:
    shown.search(text)
    assert names(shown) == expected
    shown.search("")
    assert len(names(shown)) == 3


def test_the_one_chosen_stays_chosen_when_the_list_changes(shown: InstalledList) -> None:
    told: list[str] = []
    shown.chosen.connect(told.append)
    shown.select("bge-m3:latest")
    shown.show_models((*MODELS, ModelInfo("aaa:1b")), ())
    assert shown.name == "bge-m3:latest"
    assert shown.currentIndex().data() == "bge-m3:latest"
    assert told == ["bge-m3:latest"]
    shown.show_models(MODELS[:2], ())
    assert shown.name == "Alma:1b"
    shown.show_models((), ())
    assert told == ["bge-m3:latest", "Alma:1b", ""]


def test_keys_do_what_the_menu_does(shown: InstalledList, qtbot: QtBot) -> None:
    shown.setFocus()
    assert shown.name == "Alma:1b"
    QTest.keyClick(shown, Qt.Key.Key_Down)
    QTest.keyClick(shown, Qt.Key.Key_Down)
    for key, signal in (
        (Qt.Key.Key_Return, shown.chat_requested),
        (Qt.Key.Key_F2, shown.rename_requested),
        (Qt.Key.Key_Delete, shown.delete_requested),
    ):
        with qtbot.waitSignal(signal) as caught:
            QTest.keyClick(shown, key)
        assert caught.args == ["zephyr:7b"]


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_only_what_is_loaded_can_be_unloaded(shown: InstalledList, qtbot: QtBot) -> None:
    assert "Unload" not in texts(shown.menu())
    shown.select("zephyr:7b")
    menu = shown.menu()
    assert "Unload" in texts(menu)
    for text, signal in (
        ("Chat with it", shown.chat_requested),
        ("Unload", shown.unload_requested),
        ("Copy…", shown.copy_requested),
        ("Rename…", shown.rename_requested),
        ("Push…", shown.push_requested),
        ("Delete…", shown.delete_requested),
    ):
        action = next(action for action in menu.actions() if action.text() == text)
        with qtbot.waitSignal(signal) as caught:
            action.trigger()
        assert caught.args == ["zephyr:7b"]


def test_the_word_unload_in_a_row_can_be_clicked(shown: InstalledList, qtbot: QtBot) -> None:
    rect = shown.visualRect(shown.model().index(2, 0))
    assert rect.height() > shown.visualRect(shown.model().index(0, 0)).height()
    with qtbot.waitSignal(shown.unload_requested) as caught:
        at = QPoint(rect.right() - 30, rect.bottom() - 20)
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == ["zephyr:7b"]
    with qtbot.assertNotEmitted(shown.unload_requested):
        at = QPoint(rect.right() - 30, rect.top() + 12)
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_screen_reader_hears_all_of_a_row(shown: InstalledList) -> None:
    assert shown.accessibleName() == "Installed models"
    spoken = shown.model().index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "zephyr:7b, 4.0 KB, In memory, 5.0 KB · until it is unloaded"


HOSTILE = (
    ModelInfo("<img src=x onerror=alert(1)>:latest", capabilities=("<b>chat</b>",) * 50),
    ModelInfo("../../etc/passwd\n\n\n:latest", size=2**62, modified_at="9" * 400),
    ModelInfo("x" * 600, parameter_size="y" * 5000, quantization="\u202egnp"),
    ModelInfo("🔥한국어:latest", context_length=2**62),
)


def test_net_29_hostile_models_are_painted_as_text(qtbot: QtBot) -> None:
    view = InstalledList()
    qtbot.addWidget(view)
    view.resize(420, 600)
    view.show_models(HOSTILE, (LoadedModel(HOSTILE[0].name, 2**62, 2**62, 2**40),))
    assert not view.grab().isNull()
    assert sorted(names(view)) == sorted(model.name for model in HOSTILE)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_net_29_ten_thousand_models_are_listed_in_a_second(qtbot: QtBot) -> None:
    view = InstalledList()
    qtbot.addWidget(view)
    view.resize(420, 600)
    models = tuple(ModelInfo(f"model-{number}:latest", size=number) for number in range(10_000))
    assert seconds(lambda: (view.show_models(models, ()), view.grab())) < 1.0
    assert seconds(lambda: (view.search("model-99"), view.grab())) < 1.0
    assert view.count == 111
