"""Transfers through the whole application: a real engine, a registry that can be killed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_driver import AppDriver
from journeys.conftest import Journey
from models.pulling import Registry
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from gui.records import Notice, Transfer, TransferState
from gui.windows.models.get_page import GetPage
from gui.windows.models.window import ModelsWindow

SLOW = 4 * 2**20
WEIGHTS = 12 * 2**20


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry") as made:
        made.add_model("library/warm:1b", random.Random(1).randbytes(WEIGHTS))
        yield made


def only(app: AppDriver) -> Transfer:
    (transfer,) = app.to.transfers.transfers
    return transfer


def window_of(app: AppDriver) -> ModelsWindow:
    app.window.open_models()
    window = app.window.models
    assert window is not None
    return window


def test_mod_07_a_pull_survives_a_cut_and_a_quit_and_is_finished_the_next_day(
    journey: Journey, registry: Registry
) -> None:
    """Typed in the window, cut from the network, Ondol quit; resumed in the window, verified."""
    name = f"{registry.host}/library/warm:1b"
    registry.start(rate=SLOW)

    async def today(app: AppDriver) -> None:
        await app.ready()
        window = window_of(app)
        page = window.show_page("get")
        assert isinstance(page, GetPage)
        QTest.keyClicks(page.field, f"http://{name}")
        assert page.note.text() == f"{name}, from {registry.host}"
        QTest.keyClick(page.field, Qt.Key.Key_Return)
        await app.until(lambda: window.strip.rows, "a row appears")
        await app.until(lambda: only(app).completed > 2**20, "bytes come")
        registry.kill()
        row = next(iter(window.strip.rows.values()))
        await app.until(lambda: "No progress for" in row.status.text(), "the cut is told")
        assert only(app).state is TransferState.RUNNING
        assert "warm" not in str([model.name for model in app.to.library.models])

    async def tomorrow(app: AppDriver) -> None:
        await app.ready()
        await app.until(lambda: app.to.transfers.transfers, "it is brought back")
        assert only(app).state is TransferState.INTERRUPTED
        assert only(app).completed > 2**20
        notice = app.window.page.notice.notice
        assert notice is not None
        assert name in notice.text
        window = window_of(app)
        (row,) = window.strip.rows.values()
        finished: list[Transfer] = []
        app.to.transfers.finished.connect(finished.append)
        QTest.keyClick(row.go, Qt.Key.Key_Space)
        await app.until(lambda: only(app).state is TransferState.DONE, "it is finished")
        assert "digest" in row.status.text()
        await app.until(lambda: finished, "that is announced")
        await app.until(
            lambda: name in [model.name for model in app.to.library.models], "it is listed"
        )
        await app.until(
            lambda: name in [model.name for model in app.to.models.models], "in the dropdown too"
        )
        QTest.keyClick(row.end, Qt.Key.Key_Space)
        await app.until(lambda: not window.strip.rows, "the row is taken away")
        assert window.strip.isHidden()

    journey(today)
    registry.start()
    journey(tomorrow)


def test_a_pull_is_paused_resumed_and_cancelled_with_or_without_its_parts(
    journey: Journey, registry: Registry
) -> None:
    registry.start(rate=SLOW)

    async def script(app: AppDriver) -> None:
        await app.ready()
        window = window_of(app)
        app.to.transfers.pull(f"http://{registry.host}/library/warm:1b")
        await app.until(lambda: window.strip.rows, "it has a row")
        await app.until(lambda: only(app).completed > 2**20, "bytes come")
        (row,) = window.strip.rows.values()
        row.go.click()
        await app.until(lambda: only(app).state is TransferState.PAUSED, "it rests")
        assert row.go.accessibleName().startswith("Resume")
        row.go.click()
        await app.until(lambda: only(app).state is TransferState.RUNNING, "it goes on")
        row.end.click()
        box = window.findChild(QMessageBox)
        assert box is not None
        discard = next(b for b in box.buttons() if b.text() == "Cancel and discard")
        QTest.mouseClick(discard, Qt.MouseButton.LeftButton)
        await app.until(lambda: only(app).state is TransferState.CANCELLED, "it is cancelled")
        await app.until(lambda: "is deleted" in row.status.text(), "its parts are gone")
        app.to.transfers.pull(f"http://{registry.host}/library/warm:1b")
        await app.until(lambda: only(app).state is TransferState.RUNNING, "begun again, one row")
        assert len(window.strip.rows) == 1

    journey(script)


def test_what_cannot_be_pulled_is_told_in_words(journey: Journey, registry: Registry) -> None:
    registry.start()

    async def script(app: AppDriver) -> None:
        await app.ready()
        told: list[Notice] = []
        app.to.transfers.told.connect(told.append)
        app.to.transfers.pull("two words")
        await app.until(lambda: told, "a bad name is told")
        assert "blanks" in told[0].text
        window = window_of(app)
        app.to.transfers.pull(f"http://{registry.host}/library/nobody:1b")
        await app.until(lambda: window.strip.rows, "it has a row")
        await app.until(lambda: only(app).state is TransferState.FAILED, "it fails")
        (row,) = window.strip.rows.values()
        assert "The registry has no model" in row.status.text()
        assert row.go.accessibleName().startswith("Try ")

    journey(script)


def test_the_end_is_told_where_the_person_looks(journey: Journey, registry: Registry) -> None:
    registry.start()

    async def script(app: AppDriver) -> None:
        await app.ready()
        app.to.transfers.pull(f"http://{registry.host}/library/warm:1b")
        notice = app.window.page.notice
        await app.until(lambda: notice.notice, "the main window tells it")
        assert notice.notice is not None
        assert "was downloaded, checked" in notice.notice.text
        assert not notice.notice.is_error

    journey(script)


def test_a_model_is_pushed_under_the_name_that_says_where(
    journey: Journey, registry: Registry
) -> None:
    registry.start()
    source = f"{registry.host}/library/warm:1b"
    target = f"{registry.host}/you/warmer:1b"

    async def script(app: AppDriver) -> None:
        await app.ready()
        app.to.transfers.pull(f"http://{source}")
        await app.until(lambda: app.to.transfers.transfers, "it has a row")
        await app.until(lambda: only(app).state is TransferState.DONE, "it is pulled")
        app.to.transfers.push(source, target, insecure=True)
        await app.until(lambda: len(app.to.transfers.transfers) == 2, "it is being pushed")
        push = app.to.transfers.transfers[1].id

        def state() -> TransferState:
            return next(t.state for t in app.to.transfers.transfers if t.id == push)

        await app.until(lambda: state() is TransferState.DONE, "it is pushed")
        assert (registry.folder / "manifests/you/warmer/1b").is_file()
        window = window_of(app)
        await app.until(lambda: target in [m.name for m in app.to.library.models], "it is listed")
        assert len(window.strip.rows) == 2

    journey(script)
