"""Requests as they come: the newest first, what is wrong in words too, old ones dropped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import ServedRequest
from gui.widgets.serve.request_table import RequestTable, about, cells

DONE = ServedRequest(1_700_000_000.0, "POST", "/chain/invoke", "127.0.0.1", 200, 1.234, 0.5, 9, 42)


@pytest.fixture
def table(qtbot: QtBot) -> RequestTable:
    made = RequestTable()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    return made


def shown(table: RequestTable, row: int) -> list[object]:
    model = table.rows
    return [model.index(row, column).data() for column in range(model.columnCount())]


def test_the_newest_is_at_the_top(table: RequestTable) -> None:
    other = ServedRequest(DONE.time + 1, "GET", "/docs", "127.0.0.1", 401, 0.001)
    table.rows.replace((DONE,))
    table.rows.add(other)
    assert shown(table, 0)[1:] == ["GET /docs", "401", "0.00", "–"]
    assert shown(table, 1)[1:] == ["POST /chain/invoke", "200", "1.23", "42"]


def test_more_than_five_hundred_are_not_kept(table: RequestTable) -> None:
    for number in range(503):
        table.rows.add(ServedRequest(DONE.time, "GET", f"/{number}", "-", 404, 0.0))
    assert table.rows.rowCount() == 500
    assert shown(table, 0)[1] == "GET /502"
    assert shown(table, 499)[1] == "GET /3"


def test_an_end_that_the_number_does_not_tell_is_told_in_words() -> None:
    cut = ServedRequest(0.0, "POST", "/chain/stream", "::1", 200, 1.0, error="the client left")
    assert cells(cut)[2] == "200, cut off"
    assert "the client left" in about(cut)
    assert cells(ServedRequest(0.0, "POST", "/x", "::1", 499, 1.0))[2] == "499 left"
    assert "waited 0.50 s for its turn" in about(DONE)


def test_a_row_is_copied(table: RequestTable) -> None:
    table.rows.add(DONE)
    table.setCurrentIndex(table.rows.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "POST /chain/invoke  200  1.23  42" in QGuiApplication.clipboard().text()
