"""The catalogue over the application: judged for this machine, narrowed while one types."""

from __future__ import annotations

import pytest
from app_driver import AppDriver
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.controllers.catalogue_controller import is_this_machine
from gui.records import Fit, ServerKind, ServerState, ServerStatus
from gui.windows.models.get_page import GetPage

READY = ServerState.READY


@pytest.mark.parametrize(
    ("status", "is_here"),
    [
        (ServerStatus(ServerKind.BUILT_IN, READY), True),
        (ServerStatus(ServerKind.OLLAMA, READY, "http://127.0.0.1:11434"), True),
        (ServerStatus(ServerKind.OLLAMA, READY, "http://localhost:11434"), True),
        (ServerStatus(ServerKind.OLLAMA, READY, "http://[::1]:11434/ollama"), True),
        (ServerStatus(ServerKind.OLLAMA, READY, "http://192.168.0.7:11434"), False),
        (ServerStatus(ServerKind.OLLAMA, READY, "https://ollama.com"), False),
        (ServerStatus(ServerKind.OLLAMA, READY), False),
    ],
)
def test_only_a_server_here_is_judged_by_this_memory(status: ServerStatus, is_here: bool) -> None:
    assert is_this_machine(status) is is_here


def test_a_name_is_typed_narrowed_explained_and_got(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        app.window.open_models()
        window = app.window.models
        assert window is not None
        page = window.show_page("get")
        assert isinstance(page, GetPage)
        await app.until(lambda: page.list.count, "the catalogue is read")
        everything = page.list.count
        fits = app.to.catalogue.fits
        assert {estimate.fit for estimate in fits.values()} <= set(Fit)
        assert any(estimate.sentence for estimate in fits.values())
        assert not page.get.isEnabled()

        QTest.keyClicks(page.field, "llama3.2")
        assert 0 < page.list.count < everything
        assert page.get.isEnabled()
        assert "llama3.2:latest, from registry.ollama.ai" in page.note.text()
        QTest.keyClick(page.field, Qt.Key.Key_Down)
        assert page.field.text() == "llama3.2:1b"
        assert "1.3 GB" in page.note.text()
        assert fits["llama3.2:1b"].sentence in page.note.text()

        wanted: list[str] = []
        page.get_requested.disconnect()
        page.get_requested.connect(wanted.append)
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        assert wanted == ["llama3.2:1b"]
        assert page.field.text() == ""
        assert page.list.count == everything

        QTest.keyClicks(page.field, "two words")
        assert not page.get.isEnabled()
        assert "blanks" in page.problem.text()
        page.field.clear()
        page._seek("")
        code = next(b for b in page._choices.buttons() if b.text() == "Code")
        QTest.mouseClick(code, Qt.MouseButton.LeftButton)
        assert 0 < page.list.count < everything

    journey(script)
