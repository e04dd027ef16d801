"""A model's whole life, through the window: pulled in spite of everything, used, deleted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
from app_driver import AppDriver
from engine.registry.registry_process import RegistryProcess
from engine_process import STARTER
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from windows.models import create_driver
from windows.models.create_driver import starter_file

from gui.records import MessageStatus, TransferState
from gui.windows.models.name_dialog import NameDialog
from gui.windows.models.window import ModelsWindow

MODEL = "library/hearth:135m"
CUT = 9_000_000
KILL = 40_000_000
RATE = 5_000_000
"""Bytes a second for each connection: four of them take some five seconds."""


def test_a_model_is_pulled_through_a_cut_and_a_kill_then_used(
    journey: Journey, tmp_path: Path
) -> None:
    with RegistryProcess(tmp_path / "registry") as registry:
        digest, *_ = registry.add_model(MODEL, starter_file().read_bytes())
        registry.faults(rate=RATE, cuts=[CUT])
        name = f"{registry.host}/{MODEL}"
        _pull_and_be_killed(f"http://{name}")
        assert KILL < registry.served < starter_file().stat().st_size

        async def script(app: AppDriver) -> None:
            window = await _resumed(app, name)
            assert registry.served < starter_file().stat().st_size - CUT
            await _created(app, window, name)
            await _talked_to(app, window)
            await _looked_into(app, window, digest)
            await _copied_and_deleted(app, window, name)

        registry.faults()
        journey(script)


def _pull_and_be_killed(name: str) -> None:
    """Begin it in an application of its own, which is killed with its engine in the middle."""
    app = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("pulling_app.py")), name, str(KILL)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    assert app.stdout.readline() == "pulled\n"
    children = psutil.Process(app.pid).children(recursive=True)
    app.kill()
    app.communicate()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


async def _resumed(app: AppDriver, name: str) -> ModelsWindow:
    """The pull is there, as it was left; Resume brings it to its end."""
    await app.ready()
    await app.until(lambda: app.to.transfers.transfers, "the pull is remembered")
    (transfer,) = app.to.transfers.transfers
    assert transfer.name == name
    assert transfer.state is TransferState.INTERRUPTED
    notice = app.window.page.notice.notice
    assert notice is not None
    assert name in notice.text
    window = app.window.open_models()
    row = window.strip.rows[transfer.id]
    assert row.transfer.completed > 0
    row.go.setFocus()
    QTest.keyClick(row.go, Qt.Key.Key_Space)
    await app.until(lambda: row.transfer.state is TransferState.DONE, "the pull ends well")
    await app.until(lambda: name in _names(app), "it is listed")
    return window


async def _created(app: AppDriver, window: ModelsWindow, base: str) -> None:
    """A sample Modelfile, edited: another base, and another voice."""
    page = await create_driver.create_page(app)
    sample = next(s for s in app.to.modelfile_files.samples() if "warm-floor" in s.path.name)
    page.head.sample_requested.emit(sample)
    await app.until(lambda: "calm and friendly" in page.source.text(), "the sample is opened")
    text = page.source.text()
    create_driver.write(page, text.replace(f"FROM {STARTER}", f"FROM {base}"))
    create_driver.name(page, "hearth")
    QTest.keyClick(page.head.name, Qt.Key.Key_Return)
    await create_driver.created(app, "hearth:latest")


async def _talked_to(app: AppDriver, window: ModelsWindow) -> None:
    window.show_page("installed")
    await _select(app, window, "hearth:latest")
    QTest.keyClick(window.installed.list, Qt.Key.Key_Return)
    await app.until(
        lambda: app.to.models.chosen and app.to.models.chosen.name == "hearth:latest",
        "it is chosen, once the dropdown's list has it",
    )
    app.to.presets.choose("quick")
    await app.say("Hello")
    await app.idle()
    reply = app.messages[-1]
    assert reply.status is MessageStatus.COMPLETE, reply.error
    assert reply.model == "hearth:latest"
    assert reply.content


async def _looked_into(app: AppDriver, window: ModelsWindow, digest: str) -> None:
    """Its details show the sample's words and the pulled blob."""
    window.show()
    panel = window.installed.panel
    await app.until(panel.details.text, "details are read")
    details = await app.to.library._ask(app.to.models.status.key, "hearth:latest")
    assert "calm and friendly" in details.system
    assert digest.removeprefix("sha256:")[:12] in details.modelfile


async def _copied_and_deleted(app: AppDriver, window: ModelsWindow, base: str) -> None:
    page = window.installed
    page.panel.copy_requested.emit(page.list.name)
    await app.until(lambda: window.findChildren(NameDialog), "a name is asked for")
    dialog = window.findChildren(NameDialog)[0]
    dialog.field.selectAll()
    QTest.keyClicks(dialog.field, "ember")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    await app.until(lambda: "ember:latest" in _names(app), "it is copied")
    for name in ("hearth:latest", "ember:latest", base):
        await _select(app, window, name)
        QTest.keyClick(page.list, Qt.Key.Key_Delete)
        await app.until(lambda: _questions(window), "deleting is asked about")
        box = _questions(window)[0]
        yes = next(button for button in box.buttons() if button.text() == "Delete")
        QTest.mouseClick(yes, Qt.MouseButton.LeftButton)
        await app.until(lambda n=name: n not in _names(app), "it is gone")  # type: ignore[misc]
        await app.until(lambda: not _questions(window), "the question is closed")
    assert _names(app) == [STARTER]


async def _select(app: AppDriver, window: ModelsWindow, name: str) -> None:
    """Choose a model in the list as soon as it is there."""
    listed = window.installed.list

    def is_chosen() -> bool:
        listed.select(name)
        return listed.name == name

    await app.until(is_chosen, f"{name} is chosen")


def _names(app: AppDriver) -> list[str]:
    return [model.name for model in app.to.library.models]


def _questions(window: ModelsWindow) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]
