"""The list of models to get: headings, sizes, whether they fit, keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import CatalogueEntry, CatalogueSize, Fit, FitEstimate
from gui.widgets.models.catalogue_list import CatalogueList
from gui.widgets.models.catalogue_rows import rows_of

SMALL = CatalogueSize("1b", "1.2B", 1_300_000_000, 131072)
LARGE = CatalogueSize("70b", "70.6B", 43_000_000_000, 8192)
ENTRIES = (
    CatalogueEntry("alma", "Alma", "Talks.", (SMALL, LARGE), good_for=("chat",)),
    CatalogueEntry("bge", "BGE", "Searches.", (SMALL,), good_for=("embedding",)),
)
FITS = {
    "alma:1b": FitEstimate(Fit.FITS, 1, 2, 0, "Needs little."),
    "alma:70b": FitEstimate(Fit.WILL_NOT_FIT, 9, 2, 0, "Needs much."),
}


@pytest.fixture
def shown(qtbot: QtBot) -> CatalogueList:
    view = CatalogueList()
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show_rows(rows_of(ENTRIES, FITS, frozenset({"bge:1b"})))
    view.show()
    return view


def texts(view: CatalogueList) -> list[str]:
    return [view.model().index(row, 0).data() for row in range(view.count)]


def test_every_size_says_how_large_it_is_and_whether_it_fits(shown: CatalogueList) -> None:
    assert texts(shown) == [
        "Alma. Talks.",
        "alma:1b. 1.2B · 1.3 GB · 128K context. Fits. Needs little.",
        "alma:70b. 70.6B · 43 GB · 8K context. Will not fit. Needs much.",
        "BGE. Searches.",
        "bge:1b. 1.2B · 1.3 GB · 128K context. Installed",
    ]
    assert not shown.grab().isNull()


def test_a_purpose_leaves_out_the_others() -> None:
    rows = rows_of(ENTRIES, FITS, frozenset(), "embedding")
    assert [row.name for row in rows] == ["", "bge:1b"]


def test_arrows_pass_over_headings_and_enter_gets(shown: CatalogueList, qtbot: QtBot) -> None:
    pointed: list[str] = []
    shown.pointed.connect(pointed.append)
    shown.enter()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(shown, key)
    assert pointed == ["alma:1b", "alma:70b", "bge:1b", "alma:70b"]
    with qtbot.waitSignal(shown.get_requested) as caught:
        QTest.keyClick(shown, Qt.Key.Key_Return)
    assert caught.args == ["alma:70b"]


def test_a_heading_can_be_neither_chosen_nor_got(shown: CatalogueList, qtbot: QtBot) -> None:
    centre = shown.visualRect(shown.model().index(0, 0)).center()
    with qtbot.assertNotEmitted(shown.pointed), qtbot.assertNotEmitted(shown.get_requested):
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=centre)
        QTest.mouseDClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=centre)


def test_a_click_points_and_a_double_click_gets(shown: CatalogueList, qtbot: QtBot) -> None:
    centre = shown.visualRect(shown.model().index(1, 0)).center()
    with qtbot.waitSignal(shown.pointed) as pointed:
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    with qtbot.waitSignal(shown.get_requested) as got:
        QTest.mouseDClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert pointed.args == got.args == ["alma:1b"]


def test_the_size_pointed_at_stays_when_the_list_is_narrowed(shown: CatalogueList) -> None:
    shown.enter()
    QTest.keyClick(shown, Qt.Key.Key_Down)
    shown.show_rows(rows_of(ENTRIES[:1], FITS, frozenset()))
    assert shown.currentIndex().row() == 2
