"""The servers page, in the whole application: add, test, trust, use, agree, remove, start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app_driver import AppDriver
from certificates import TlsServer, identity
from faults import answers
from faults.server import FaultServer
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from resolver import resolve

from gui import paths
from gui.records import (
    Certificate,
    LocalOllama,
    ProbeStep,
    Remedy,
    ServerKind,
    ServerState,
    ServerStatus,
    StepOutcome,
)
from gui.widgets.servers.certificate_view import CertificateView
from gui.widgets.servers.probe_view import ProbeView
from gui.widgets.servers.server_row import ServerRow
from gui.windows.models.server_dialog import ServerDialog
from gui.windows.models.servers_page import ServersPage
from gui.windows.models.window import SERVERS

CANARY = "tok-canary-5c1d"
HERE = LocalOllama("/usr/local/bin/ollama")


def click(button: QWidget | None) -> None:
    assert button is not None
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def opened(app: AppDriver) -> ServersPage:
    await app.ready()
    page = app.window.open_models().show_page(SERVERS)
    assert isinstance(page, ServersPage)
    return page


async def added(app: AppDriver, page: ServersPage, address: str, token: str = "") -> str:
    """Add a server as a person would; its key."""
    before = {entry.key for entry in app.to.servers.entries}
    click(page.add)
    dialog = page.findChildren(ServerDialog)[-1]
    QTest.keyClicks(dialog.address, address)
    QTest.keyClicks(dialog.name, "Box")
    QTest.keyClicks(dialog.token, token)
    click(dialog.save)
    if token:  # where the tests run there is no keyring
        await app.until(dialog.refusal.isVisible, "the keyring is missed")
        click(dialog.session)
    await app.until(lambda: len(app.to.servers.entries) > len(before), "it is on the list")
    return next(entry.key for entry in app.to.servers.entries if entry.key not in before)


@pytest.fixture
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.mark.usefixtures("_no_keyring")
def test_tok_03_a_server_is_added_tested_used_and_removed(journey: Journey, home: Path) -> None:
    """Without a keyring the token is for this session, and in no file."""

    async def script(app: AppDriver) -> None:
        page = await opened(app)
        click(page.add)
        dialog = page.findChildren(ServerDialog)[-1]
        assert not dialog.save.isEnabled()
        QTest.keyClicks(dialog.address, "no host")
        assert "not the address" in dialog.problem.text()
        dialog.address.setText("https://ollama.example.com:443/x/")
        assert dialog.understood.text() == "https://ollama.example.com:443/x"
        assert not dialog.warning.isVisible()
        dialog.address.setText("ollama.example.com")
        assert dialog.warning.isVisible()
        dialog.address.setText(server.name)
        assert dialog.understood.text() == server.url
        assert not dialog.warning.isVisible()
        QTest.keyClicks(dialog.token, CANARY)
        dialog.headers.setPlainText("X-Team: red\n")
        click(dialog.test)
        await app.until(lambda: len(dialog.probe.steps) == 6, "the test is done")
        assert not any(s.outcome is StepOutcome.FAILED for s in dialog.probe.steps)
        assert server.last("/api/tags").headers["authorization"] == f"Bearer {CANARY}"
        click(dialog.save)
        await app.until(dialog.refusal.isVisible, "the keyring is missed")
        assert not app.to.servers.entries
        click(dialog.session)
        await app.until(lambda: app.to.servers.entries, "it is on the list")
        (entry,) = app.to.servers.entries
        assert (entry.name, entry.url) == ("127.0.0.1", server.url)
        row = page.rows[entry.key]
        click(row.test)
        await app.until(lambda: len(row.probe.steps) == 6, "the test is done")
        click(row.use)
        await app.until(lambda: app.to.models.key == entry.key, "it is used")
        await app.until(lambda: app.to.models.chosen, "its models are listed")
        assert [model.name for model in app.to.models.models] == ["m:latest"]
        await app.until(lambda: not row.use.isVisible(), "the row says so")
        items = [item.key for item in app.window.page.bar.models._rows.items]
        assert "server:built-in" in items
        assert f"server:{entry.key}" not in items
        await app.say("hello")
        await app.idle()
        sent = server.last("/api/chat").headers
        assert (sent["authorization"], sent["x-team"]) == (f"Bearer {CANARY}", "red")

        changing = page.open_dialog(entry)
        assert CANARY not in changing.token.text() + changing.headers.toPlainText()
        assert changing.draft().token is None
        changing.name.setText("Red box")
        click(changing.save)
        await app.until(lambda: app.to.servers.entries[0].name == "Red box", "it is renamed")
        assert app.to.servers.entries[0].header_names == entry.header_names

        box = page.ask_remove(entry.key)
        assert box is not None
        assert "Red box" in box.text()
        click(next(b for b in box.buttons() if b.text() == "Remove"))
        await app.until(lambda: entry.key not in page.rows, "its row is gone")
        await app.until(lambda: app.to.models.kind is ServerKind.BUILT_IN, "another is used")
        items = [item.key for item in app.window.page.bar.models._rows.items]
        assert f"server:{entry.key}" not in items

    with FaultServer({"/api/chat": answers.chat("Hi")}) as server:
        journey(script)
    for file in home.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file
    saved = json.loads(paths.settings().read_text("utf-8"))
    assert saved["servers"] == []


@pytest.mark.usefixtures("_no_keyring")
def test_net_21_a_certificate_is_shown_whole_and_trusted(journey: Journey, tmp_path: Path) -> None:
    shown, other = identity(), identity()

    async def script(app: AppDriver) -> None:
        page = await opened(app)
        key = await added(app, page, server.url, CANARY)
        row = page.rows[key]
        click(row.test)
        await app.until(lambda: row.probe.certificate, "the certificate is shown")
        view = row.probe.certificate
        assert view is not None
        text = view.fingerprint.text().replace(":", "").replace("\n", "").lower()
        assert text == shown.fingerprint
        assert not server.requests
        click(view.trust)
        await app.until(lambda: len(row.probe.steps) == 6, "the test goes through")
        (entry,) = app.to.servers.entries
        assert entry.fingerprint == shown.fingerprint
        assert entry.header_names == ("Authorization",), "the token is kept"
        click(row.use)
        await app.until(lambda: app.to.models.key == key, "it is used")
        await app.until(lambda: app.to.models.chosen, "its models are listed")
        server.context.load_cert_chain(other.save(tmp_path, "other"))
        click(row.test)
        await app.until(lambda: row.probe.certificate, "the other certificate is refused")
        assert "another certificate" in row.probe.steps[-1].text

    with TlsServer(shown.save(tmp_path, "shown")) as server:
        journey(script)


def test_net_20_a_public_server_without_encryption_waits_for_a_yes(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is sent; remembered for that host."""
    monkeypatch.setattr("gui.models.reaching.is_public_address", lambda _: True)
    resolve(monkeypatch, {"ollama.example.com": ["127.0.0.1"]})

    async def script(app: AppDriver) -> None:
        page = await opened(app)
        key = await added(app, page, f"ollama.example.com:{server.port}")
        page._timer.stop()
        click(page.rows[key].use)
        bar = app.window.page.notice
        await app.until(lambda: bar.notice, "it is told")
        assert bar.notice is not None
        assert bar.notice.remedy is Remedy.ALLOW_PLAIN_HTTP
        assert "can be read on the way" in bar.notice.text
        assert not server.requests
        assert app.to.models.chosen is None
        click(bar._remedy)
        await app.until(lambda: app.to.models.chosen, "it is used")
        assert app.to.settings.settings.plain_hosts == ("ollama.example.com",)
        app.to.models.use_server(ServerKind.BUILT_IN)
        await app.until(lambda: app.to.models.kind is ServerKind.BUILT_IN, "another is used")
        bar.dismiss()
        app.to.models.use_server(key)
        await app.until(lambda: app.to.models.status.state is ServerState.READY, "without asking")
        assert bar.notice is None

    with FaultServer() as server:
        journey(script)


def test_ollama_that_is_installed_is_started_from_its_row(
    journey: Journey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from models.test_server_ollama import free_port, is_alive, program

    host = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("OLLAMA_HOST", host)
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin").parent))
    pids: list[int] = []

    async def script(app: AppDriver) -> None:
        page = await opened(app)
        row = page.rows[ServerKind.OLLAMA]
        await app.until(row.start.isVisible, "it can be started")
        assert "not running" in row.line.text()
        app.to.models.use_server(ServerKind.OLLAMA)
        bar = app.window.page.notice
        await app.until(lambda: bar.notice, "it is told")
        assert bar.notice is not None
        assert bar.notice.remedy is Remedy.START_OLLAMA
        click(row.start)
        await app.until(row.stop.isVisible, "it runs")
        await app.until(lambda: app.to.models.kind is ServerKind.OLLAMA, "it is used")
        rooms = await app._ondol._rooms.opened()
        assert rooms.servers._ollama.pid is not None
        pids.append(rooms.servers._ollama.pid)

    journey(script)
    assert not is_alive(pids[0]), "it ends with us"


STEPS = (
    ProbeStep("Address", StepOutcome.FINE, "http://host:1"),
    ProbeStep("Name", StepOutcome.FAILED, "<b>nowhere</b>", "Check it."),
)


def test_steps_are_plain_text_and_said_to_screen_readers(qtbot: QtBot) -> None:
    view = ProbeView()
    qtbot.addWidget(view)
    view.begin()
    for step in STEPS:
        view.add_step(step)
    view.end()
    assert view.isVisible()
    assert "Name: failed. <b>nowhere</b> Check it." in view.accessibleName()
    view.begin()
    view.end()
    assert not view.isVisible()


def test_a_fingerprint_is_never_cut(qtbot: QtBot) -> None:
    fingerprint = "0123456789abcdef" * 4
    certificate = Certificate(fingerprint, "CN=a", "CN=b", ("a",), 0.0, 1.0)
    view = CertificateView(certificate)
    qtbot.addWidget(view)
    pairs = view.fingerprint.text().replace("\n", "").split(":")
    assert "".join(pairs).lower() == fingerprint
    assert len(pairs) == 32
    with qtbot.waitSignal(view.trust_requested) as signal:
        click(view.trust)
    assert signal.args == [certificate]


@pytest.mark.parametrize(
    ("status", "ollama", "line", "buttons"),
    [
        (ServerStatus(ServerKind.BUILT_IN, ServerState.READY), HERE, "inside Ondol", "use test"),
        (
            ServerStatus(ServerKind.OLLAMA, ServerState.UNREACHABLE),
            HERE,
            "not running",
            "start use test",
        ),
        (
            ServerStatus(ServerKind.OLLAMA, ServerState.UNREACHABLE),
            LocalOllama(),
            "Not installed",
            "use test",
        ),
        (
            ServerStatus(ServerKind.OLLAMA, ServerState.UNREACHABLE, detail="Nothing answers."),
            LocalOllama("/bin/ollama", is_here=False),
            "Nothing answers.",
            "use test",
        ),
        (
            ServerStatus(ServerKind.OLLAMA, ServerState.READY, "http://127.0.0.1:1", "0.33.0"),
            LocalOllama("/bin/ollama", is_ours=True),
            "Ollama 0.33.0 · 127.0.0.1:1 · started by Ondol",
            "stop use test",
        ),
        (
            ServerStatus(ServerKind.REMOTE, ServerState.STARTING, "http://a:1", id="1", name="A"),
            HERE,
            "asking… · a:1",
            "use test more",
        ),
    ],
)
def test_a_row_says_how_its_server_is_and_what_can_be_done(
    qtbot: QtBot, status: ServerStatus, ollama: LocalOllama, line: str, buttons: str
) -> None:
    row = ServerRow(status)
    qtbot.addWidget(row)
    row.show_status(status, ollama, in_use=False, is_busy=False)
    row.show()
    assert line in row.line.text()
    assert row.accessibleName()
    named = ("start", "stop", "use", "test", "more")
    shown = [name for name in named if getattr(row, name).isVisible()]
    assert shown == buttons.split()
    for button in row.findChildren(QPushButton):
        assert button.text() or not button.isVisible()


def test_everything_on_a_row_is_reached_by_keyboard(qtbot: QtBot) -> None:
    status = ServerStatus(ServerKind.REMOTE, ServerState.READY, "http://a:1", id="1", name="A")
    row = ServerRow(status)
    qtbot.addWidget(row)
    row.show_status(status, HERE, in_use=False, is_busy=False)
    row.show()
    with qtbot.waitSignal(row.use_requested) as used:
        QTest.keyClick(row.use, Qt.Key.Key_Space)
    assert used.args == ["remote:1"]
    with qtbot.waitSignal(row.test_requested):
        QTest.keyClick(row.test, Qt.Key.Key_Space)
    change, remove = row.menu().actions()
    with qtbot.waitSignal(row.edit_requested):
        change.trigger()
    with qtbot.waitSignal(row.remove_requested):
        remove.trigger()
