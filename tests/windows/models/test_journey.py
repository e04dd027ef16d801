"""A person manages models with the keyboard: looks, copies, renames, deletes, undoes, unloads."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import pytest
from app_driver import AppDriver
from engine_process import STARTER
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from gui.controllers import deletions
from gui.windows.models.get_page import GetPage
from gui.windows.models.name_dialog import NameDialog
from gui.windows.models.servers_page import ServersPage
from gui.windows.models.window import ModelsWindow

D = TypeVar("D", bound=QDialog)


async def opened(app: AppDriver) -> ModelsWindow:
    """The models window, opened by its keys, its list read, the first model chosen."""
    await app.ready()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(app.window.page.composer.prompt, Qt.Key.Key_M, modifiers)
    window = app.window.models
    assert window is not None
    await app.until(lambda: window.installed.list.count, "the models are listed")
    return window


async def dialog(app: AppDriver, window: ModelsWindow, kind: type[D]) -> D:
    """The dialog that opens."""
    await app.until(lambda: _dialogs(window, kind), "a dialog opens")
    return _dialogs(window, kind)[0]


def _dialogs(window: ModelsWindow, kind: type[D]) -> list[D]:
    return [found for found in window.findChildren(kind) if found.isVisible()]


def names(window: ModelsWindow) -> list[str]:
    shown = window.installed.list
    return [shown.model().index(row, 0).data() for row in range(shown.count)]


def choose(dialog_: NameDialog, name: str) -> None:
    dialog_.field.selectAll()
    QTest.keyClicks(dialog_.field, name)
    QTest.keyClick(dialog_.field, Qt.Key.Key_Return)


async def delete(app: AppDriver, window: ModelsWindow) -> str:
    """Press Delete, and Delete again in the question; what the question said."""
    QTest.keyClick(window.installed.list, Qt.Key.Key_Delete)
    box = await dialog(app, window, QMessageBox)
    text = box.informativeText()
    yes = next(b for b in box.buttons() if b.text() == "Delete")
    yes.setFocus()
    QTest.keyClick(yes, Qt.Key.Key_Space)
    return text


def test_models_are_managed_by_keyboard(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletions, "UNDO_SECONDS", 2)

    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.installed
        assert names(window) == [STARTER]
        await app.until(page.panel.details.text, "details are read")
        assert "llama" in page.panel.details.text()
        await app.until(lambda: page.list.loaded(STARTER), "the starter is in memory")
        assert "In memory" in page.panel.memory.text()

        page.panel.copy_requested.emit(page.list.name)
        choose(await dialog(app, window, NameDialog), "cold")
        await app.until(lambda: names(window) == ["cold:latest", STARTER], "it is copied")
        assert page.list.name == "cold:latest"
        page.panel.copy_requested.emit(page.list.name)
        choose(await dialog(app, window, NameDialog), "warm")
        await app.until(lambda: page.list.name == "warm:latest", "the copy too")

        QTest.keyClick(page.list, Qt.Key.Key_F2)
        choose(await dialog(app, window, NameDialog), "warmer:1b")
        everything = ["cold:latest", STARTER, "warmer:1b"]
        await app.until(lambda: names(window) == everything, "it is renamed")
        assert page.list.name == "warmer:1b"
        await app.until(lambda: len(app.to.models.models) == 3, "the dropdown knows")

        assert "cold:latest uses the same files" in await delete(app, window)
        await app.until(lambda: len(names(window)) == 2, "it is hidden")
        QTest.mouseClick(window.notice._remedy, Qt.MouseButton.LeftButton)
        assert names(window) == everything
        await asyncio.sleep(2.5)
        assert names(window) == everything

        page.list.select("warmer:1b")
        await delete(app, window)
        await app.until(lambda: len(app.to.models.models) == 2, "the server has deleted it")
        assert names(window) == ["cold:latest", STARTER]

        page.list.select(STARTER)
        QTest.mouseClick(page.panel.unload, Qt.MouseButton.LeftButton)
        await app.until(lambda: page.list.loaded(STARTER) is None, "it is unloaded")
        assert page.panel.unload.isHidden()

    journey(script)


def test_a_model_deleted_just_before_quitting_is_deleted(journey: Journey) -> None:
    async def today(app: AppDriver) -> None:
        window = await opened(app)
        app.to.library.copy(STARTER, "brief")
        await app.until(lambda: "brief:latest" in names(window), "it is copied")
        window.installed.list.select("brief:latest")
        await delete(app, window)
        await app.until(lambda: names(window) == [STARTER], "it is hidden")

    async def tomorrow(app: AppDriver) -> None:
        window = await opened(app)
        assert names(window) == [STARTER]

    journey(today)
    journey(tomorrow)


def test_the_chosen_model_is_talked_to_under_its_new_name(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        app.to.library.copy(STARTER, "a-copy")
        await app.until(lambda: len(app.to.models.models) == 2, "it is copied")
        window.installed.list.select("a-copy:latest")
        QTest.keyClick(window.installed.list, Qt.Key.Key_Return)
        chosen = app.to.models.chosen
        assert chosen is not None
        assert chosen.name == "a-copy:latest"
        app.to.library.rename("a-copy:latest", "b-copy")
        await app.until(
            lambda: app.to.models.chosen and app.to.models.chosen.name == "b-copy:latest",
            "the new name is chosen",
        )
        assert app.to.settings.settings.model == "b-copy:latest"

    journey(script)


def test_a_model_that_is_new_is_talked_to_when_it_is_chosen(journey: Journey) -> None:
    """The list of the models window may be newer than the dropdown's."""

    async def script(app: AppDriver) -> None:
        await app.ready()
        key = app.to.models.status.key
        client = await app.to.models._rooms.call(lambda rooms: rooms.client(key))
        await app.to.models._rooms.call(lambda _: client.copy(STARTER, "a-new-one"))
        await app.to.models._rooms.call(lambda _: client.copy(STARTER, "a-better-one"))
        app.to.models.choose("a-new-one:latest")
        await app.until(
            lambda: app.to.models.chosen and app.to.models.chosen.name == "a-new-one:latest",
            "it is chosen",
        )
        app.to.models.choose("nobody")
        await app.until(lambda: not app.to.models._awaited, "the list is read again")
        assert app.to.settings.settings.model == "a-new-one:latest"

    journey(script)


def test_a_new_model_does_not_push_the_chosen_one_away(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        app.to.library.copy(STARTER, "a-first-one")
        await app.until(lambda: len(app.to.models.models) == 2, "it is copied")
        assert app.to.models.models[0].name == "a-first-one:latest"
        chosen = app.to.models.chosen
        assert chosen is not None
        assert chosen.name == STARTER
        assert window.isVisible()

    journey(script)


def test_everything_is_named_and_reached_by_tab(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await app.until(window.installed.panel.details.text, "details are read")
        await app.until(lambda: window.focusWidget() is window.installed.list, "the list is ready")
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert window.focusWidget() is window.installed.search
        QTest.keyClick(window.installed.search, Qt.Key.Key_Down)
        assert window.focusWidget() is window.installed.list
        reached = _tab_round(window)
        page = window.installed
        for widget in (page.search, page.sort, page.panel.chat, page.panel.more):
            assert widget in reached, widget
        assert page.panel.details.tabs in reached
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        get = window.stack.currentWidget()
        assert isinstance(get, GetPage)
        await app.until(lambda: get.list.count, "the catalogue is read")
        reached += _tab_round(window)
        assert get.field in reached
        assert get.list in reached
        unnamed = [w for w in reached if not _name(w)]
        assert not unnamed

    journey(script)


def _tab_round(window: ModelsWindow) -> list[QWidget]:
    """The widgets that Tab reaches, each once."""
    reached: list[QWidget] = []
    for _ in range(60):
        widget = window.focusWidget()
        if widget is None or (reached and widget is reached[0]):
            break
        if widget not in reached:
            reached.append(widget)
        window.focusNextChild()
    return reached


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return widget.accessibleName() or (str(text()) if callable(text) else "")


def test_a_name_that_no_model_of_the_list_has_is_no_empty_page(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.show_page("get")
        assert isinstance(page, GetPage)
        await app.until(lambda: page.list.count, "the catalogue is read")
        assert not page.unlisted.isVisible()
        for text, told in (
            ("hf.co/someone/model:Q4_K_M", "gets it all the same"),
            ("two words", "No model of this list"),
        ):
            page.field.clear()
            QTest.keyClicks(page.field, text)
            assert told in page.unlisted.text()
            assert page.unlisted.isVisible()
            assert not page.list.isVisible()
        page.field.clear()
        QTest.keyClicks(page.field, "qwen3")
        assert page.list.isVisible()
        assert not page.unlisted.isVisible()

    journey(script)


def test_net_29_a_server_that_goes_away_is_told_and_comes_back(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.installed
        app.to.library.unreachable.emit("Nothing answers.")
        assert page.pages.currentIndex() == 1
        assert page.message.text() == "Nothing answers."
        assert not page.get.isVisible()
        page.servers.click()
        assert isinstance(window.stack.currentWidget(), ServersPage)
        window.show_page("installed")
        app.to.library.refresh()
        await app.until(lambda: page.pages.currentIndex() == 0, "the list is back")

    journey(script)


def test_another_language_makes_the_window_again(journey: Journey) -> None:
    from gui import language

    async def script(app: AppDriver) -> None:
        window = await opened(app)
        app.to.settings.change(language="ko")
        await app.until(lambda: app.window.models not in (None, window), "it is made again")
        again = app.window.models
        assert again is not None
        assert again.windowTitle() == "모델"
        await app.until(lambda: again.installed.list.count, "it lists models")

    try:
        journey(script)
    finally:
        language.choose("en")
