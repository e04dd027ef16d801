"""The library over a real engine: it follows what others do, and says what goes wrong."""

from __future__ import annotations

import pytest
from app_driver import AppDriver
from engine_process import STARTER
from faults import answers
from faults.server import FaultServer
from journeys.conftest import Journey

from gui.controllers import library_controller
from gui.controllers.rooms import OpenRooms
from gui.models.client import ModelClient
from gui.records import Notice


def test_what_others_do_to_the_server_is_seen_by_itself(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_controller, "POLL_SECONDS", 0.3)

    async def script(app: AppDriver) -> None:
        await app.ready()
        library = app.to.library
        library.watch()
        client = await app._ondol._rooms.call(_client)
        await app._ondol._rooms.call(lambda _: client.copy(STARTER, "elsewhere"))
        await app.until(lambda: len(library.models) == 2, "the library sees it")
        await app.until(lambda: len(app.to.models.models) == 2, "the dropdown sees it")
        await app.until(lambda: library.loaded, "it sees what is in memory")
        library.unwatch()
        await app._ondol._rooms.call(lambda _: client.delete("elsewhere"))
        assert len(library.models) == 2

    journey(script)


async def _client(rooms: OpenRooms) -> ModelClient:
    return await rooms.client("built-in")


def test_errors_are_told_in_the_models_window(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        told: list[Notice] = []
        app.to.library.told.connect(told.append)
        app.to.library.copy(STARTER, "not a name")
        await app.until(lambda: told, "a bad name is told")
        assert "blanks" in told[-1].text
        app.to.library.copy(STARTER, STARTER)
        await app.until(lambda: len(told) == 2, "a taken name is told")
        assert "already" in told[-1].text
        app.to.library.ask_delete("nobody:1b")
        await app.until(lambda: len(told) == 3, "a model that is not there is told")
        failed: list[tuple[str, str]] = []
        app.to.library.details_failed.connect(lambda name, why: failed.append((name, why)))
        app.to.library.show("nobody:1b")
        await app.until(lambda: failed, "so it is when its details are asked for")
        assert failed[0][0] == "nobody:1b"

    journey(script)


def test_what_deleting_a_model_made_from_the_starter_frees_is_known(journey: Journey) -> None:
    """It has the starter's file under a second name, or a copy: never "at most"."""

    async def script(app: AppDriver) -> None:
        await app.ready()
        client = await app._ondol._rooms.call(_client)
        body = {"model": "warm", "from": STARTER, "system": "Be warm.", "stream": False}
        made = await app._ondol._rooms.call(lambda _: client._http.post("/api/create", json=body))
        assert made.status_code == 200
        asked: list[tuple[str, int, str]] = []
        app.to.library.delete_asked.connect(lambda *what: asked.append(what))
        app.to.library.ask_delete("warm:latest")
        await app.until(lambda: asked, "it is told what that frees")
        (_, size, shared_with) = asked[0]
        assert (size == 0, shared_with) in ((True, STARTER), (False, ""))

    journey(script)


def test_mod_09_a_model_that_is_brought_again_is_not_deleted_under_it(journey: Journey) -> None:
    from gui.records import Transfer, TransferKind, TransferState

    async def script(app: AppDriver) -> None:
        await app.ready()
        library = app.to.library
        library.copy(STARTER, "twice")
        await app.until(lambda: len(library.models) == 2, "it is copied")
        library.delete("twice:latest")
        assert len(library.models) == 1
        running = TransferState.RUNNING
        pull = Transfer("1", TransferKind.PULL, "twice:latest", "built-in", running)
        app.to.transfers.changed.emit(pull)
        assert len(library.models) == 2

    journey(script)


def test_an_older_ollama_is_asked_what_its_models_can_do(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 0.24 the list has no capabilities: they are in each model's details."""
    entry = {"name": "old:1b", "model": "old:1b", "digest": "d" * 64, "size": 5, "details": {}}
    show = {
        "capabilities": ["completion", "tools"],
        "model_info": {"general.architecture": "llama", "llama.context_length": 4096},
    }

    routes = {
        "/api/version": answers.http_json({"version": "0.20.0"}),
        "/api/tags": answers.http_json({"models": [entry]}),
        "/api/show": answers.http_json(show),
    }

    async def script(app: AppDriver) -> None:
        await app.until(lambda: app.to.models.chosen, "the old server is used")
        library = app.to.library
        library.watch()
        await app.until(lambda: library.models[0].capabilities, "its model is described")
        assert library.models[0].capabilities == ("completion", "tools")
        assert library.models[0].context_length == 4096

    with FaultServer(routes) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        from app_driver import drive
        from PySide6.QtWidgets import QApplication

        assert drive(QApplication.instance(), script) == 0  # type: ignore[arg-type]
