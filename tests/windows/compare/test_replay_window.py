"""A conversation asked again on another model, by keys, with the real engine."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from app_driver import AppDriver
from engine_process import STARTER
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from windows.compare.driver import copies

from gui.controllers.replay_export import as_markdown
from gui.records import MessageStatus
from gui.widgets.compare.replay_rows import Column
from gui.windows.compare.replay_window import ReplayWindow

LEFT = Qt.MouseButton.LeftButton


def window_of(app: AppDriver) -> ReplayWindow:
    window = app.window.companions.find("replay")
    assert isinstance(window, ReplayWindow)
    return window


def choose_in_menu(app: AppDriver) -> None:
    """Through the menu of the main window."""
    app.window._open_menu()
    menu = next(m for m in app.window.findChildren(QMenu) if m.isVisible())
    action = next(a for a in menu.actions() if a.text().startswith("Replay"))
    menu.close()
    action.trigger()


def cell(window: ReplayWindow, row: int, column: Column) -> str:
    items = window.table.items
    return str(items.data(items.index(row, column)))


async def conversation(app: AppDriver, *questions: str) -> int:
    for question in questions:
        await app.say(question)
        await app.idle()
    assert app.to.chat.shown is not None
    return app.to.chat.shown


def test_a_conversation_is_replayed_row_by_row(journey: Journey, tmp_path: Path) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "other")
        old = await conversation(app, "What is tea?", "=Two | plus <b>two</b>?")
        choose_in_menu(app)
        window = window_of(app)
        await app.until(window.start.isEnabled, "it is ready")
        assert window.models.text() == "other:latest"
        assert window.presets.text() == "quick"
        assert "Questions: 2" in window.progress.text()
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await app.until(lambda: app.to.replay.is_running, "it runs")
        assert window.stop.isVisible()
        assert not window.models.isEnabled()
        await app.until(lambda: not app.to.replay.is_running, "it ends")
        rows = app.to.replay.rows
        assert [row.number for row in rows] == [1, 2]
        assert window.table.items.rowCount() == 2
        assert cell(window, 0, Column.QUESTION) == "What is tea?"
        # The same file, the same options, no randomness: the same text.
        assert cell(window, 0, Column.SAME) == "same"
        assert float(cell(window, 0, Column.SPEED)) > 0
        assert window.table.isColumnHidden(Column.ERROR)
        await app.until(lambda: window.diff.nothing.text() == "No difference.", "no difference")

        table = tmp_path / "table.csv"
        app.to.replay.export(table)
        await app.until(window.notice.isVisible, "it is told")
        assert table.read_bytes().startswith(b"\xef\xbb\xbf")
        read = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
        assert len(read) == 3
        assert read[2][1] == "'=Two | plus <b>two</b>?"
        assert "=Two \\| plus \\<b>two\\</b>?" in as_markdown("", rows)

        QTest.keyClick(window.table, Qt.Key.Key_Return)
        new = rows[0].conversation_id
        assert new != old
        await app.until(lambda: app.to.chat.shown == new, "the new conversation opens")
        await app.until(lambda: len(app.messages) == 4, "it has both questions")

    journey(script)


def test_it_is_asked_at_the_temperature_of_the_conversation(journey: Journey) -> None:
    """Also of one that is not on show, after a restart; the new conversation keeps it."""
    kept: list[int] = []

    async def today(app: AppDriver) -> None:
        await app.ready("quick")
        chips = app.window.page.composer.temperature.chips
        QTest.mouseClick(chips[1.1], LEFT)
        kept.append(await conversation(app, "What is tea?"))

    async def tomorrow(app: AppDriver) -> None:
        await app.ready("quick")
        app.window.comparing.replay(kept[0])
        window = window_of(app)
        await app.until(window.start.isEnabled, "it is ready")
        assert window.own.text() == "at temperature 1.1"
        QTest.mouseClick(window.start, LEFT)
        await app.until(lambda: app.to.replay.rows, "a row comes")
        await app.until(lambda: not app.to.replay.is_running, "it ends")
        new = app.to.replay.rows[0].new
        assert new is not None
        assert new.run is not None
        assert new.run.options.temperature == 1.1
        app.to.replay.show()
        await app.until(lambda: app.to.chat.shown == new.conversation_id, "it opens")
        chips = app.window.page.composer.temperature.chips
        assert chips[1.1].isChecked()
        # Of a conversation without one nothing is said.
        app.to.chat.new()
        await app.until(lambda: not app.messages, "a new conversation")
        plain = await conversation(app, "What is tea?")
        app.window.comparing.replay(plain)
        await app.until(window.own.isHidden, "nothing is said")

    journey(today)
    journey(tomorrow)


def test_it_is_stopped_and_keeps_what_came(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "other")
        shown = await conversation(app, "One", "Two", "Three")
        app.window.comparing.replay(shown)
        window = window_of(app)
        window.presets.picked.emit("long")
        await app.until(window.start.isEnabled, "it is ready")
        QTest.mouseClick(window.start, LEFT)
        await app.until(lambda: app.to.replay._stream is not None, "it asks")
        await app.until(lambda: app.to.replay.is_running, "it runs")
        window.activateWindow()
        QTest.keyClick(window.stop, Qt.Key.Key_Escape)
        await app.until(lambda: not app.to.replay.is_running, "it has stopped")
        for row in app.to.replay.rows:
            assert row.new is not None
            assert row.new.status is MessageStatus.STOPPED
        assert len(app.to.replay.rows) <= 1
        assert window.start.isVisible()

    journey(script)


def test_a_question_that_fails_is_a_row_with_its_reason(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        await copies(app, "gone")
        shown = await conversation(app, "What is tea?")
        app.window.comparing.replay(shown)
        window = window_of(app)
        await app.until(window.start.isEnabled, "it is ready")
        client = await app.to.models._rooms.call(lambda r: r.client(app.to.models.key))
        await app.to.models._rooms.call(lambda _: client.delete("gone:latest"))
        QTest.mouseClick(window.start, LEFT)
        await app.until(lambda: app.to.replay.rows, "a row comes")
        await app.until(lambda: not app.to.replay.is_running, "it ends")
        assert cell(window, 0, Column.SAME) == "failed"
        assert "gone:latest" in cell(window, 0, Column.ERROR)
        assert not window.table.isColumnHidden(Column.ERROR)
        assert window.diff.nothing.text() == app.to.replay.rows[0].error
        assert "failed: 1" in window.progress.text()

    journey(script)


def test_the_menu_of_a_conversation_offers_it(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        shown = await conversation(app, "What is tea?")
        await app.until(lambda: app.to.conversations.conversations, "it is listed")
        listed = app.window.sidebar.list
        row = listed._rows.row_of(shown)
        listed._open_menu(listed.visualRect(listed.model().index(row, 0)).center())
        menu = next(m for m in listed.findChildren(QMenu) if m.isVisible())
        action = next(a for a in menu.actions() if a.text().startswith("Replay"))
        menu.close()
        action.trigger()
        window = window_of(app)
        await app.until(lambda: "Questions: 1" in window.progress.text(), "it is read")
        assert window.models.text() == STARTER

    journey(script)


def test_tpl_01_nothing_is_asked_while_a_value_is_missing(journey: Journey, home: Path) -> None:
    text = 'format = 2\nname = "asks"\nsystem = "Be a {role}."\n[[variables]]\nname = "role"\n'
    (home / "config" / "presets" / "asks.toml").write_text(text, "utf-8")

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        shown = await conversation(app, "What is tea?")
        app.window.comparing.replay(shown)
        window = window_of(app)
        await app.until(window.start.isEnabled, "it is ready")
        window.presets.picked.emit("asks")
        assert not window.start.isEnabled()
        assert "role" in window.lack.text()
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert not app.to.replay.is_running

    journey(script)
