"""Pictures of the servers page and its dialog in every state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app_driver import AppDriver

from gui.records import (
    Certificate,
    LocalOllama,
    ProbeStep,
    ServerEntry,
    ServerKind,
    ServerState,
    ServerStatus,
    StepOutcome,
)
from gui.windows.models.servers_page import ServersPage

Shoot = Callable[..., Awaitable[None]]

_FINGERPRINT = "9f2ce0cbb13a5f37a1d47be04e6c3a1be2bb6d1f0c3d4c5e6f708192a3b4c5d6"
_BOX = ServerEntry("1", "Workshop", "http://192.168.0.7:11434")
_FAR = ServerEntry(
    "2", "University", "https://ollama.uni.example:443/team", ("Authorization",), _FINGERPRINT
)
_CERTIFICATE = Certificate(
    _FINGERPRINT,
    "CN=ollama.uni.example",
    "CN=ollama.uni.example",
    ("ollama.uni.example", "10.20.30.40"),
    1_760_000_000.0,
    1_790_000_000.0,
)


async def take_servers(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    window = app.window.open_models()
    page = window.show_page("servers")
    assert isinstance(page, ServersPage)
    to = app.to.servers
    await shoot("servers", window=window)
    page._timer.stop()
    app.to.settings.change(servers=(_BOX, _FAR))
    await asyncio.sleep(0.3)
    ready, gone = ServerState.READY, ServerState.UNREACHABLE
    told = "Nothing answers at ollama.uni.example:443/team."
    to._known |= {
        "ollama": ServerStatus(ServerKind.OLLAMA, gone),
        _BOX.key: ServerStatus(
            ServerKind.REMOTE, ready, _BOX.url, "0.33.0", id=_BOX.id, name=_BOX.name
        ),
        _FAR.key: ServerStatus(ServerKind.REMOTE, gone, _FAR.url, "", told, _FAR.id, _FAR.name),
    }
    to._ollama = LocalOllama("/usr/local/bin/ollama")
    to.changed.emit(to.overview)
    await shoot("servers-several", window=window)
    from gui.language import tr

    fine = StepOutcome.FINE
    to.test_started.emit(_FAR.key)
    for step in (
        ProbeStep(tr("Address"), fine, _FAR.url),
        ProbeStep(
            tr("Name"),
            fine,
            tr(
                "{host} has the address {addresses}.",
                host="ollama.uni.example",
                addresses="10.20.30.40, fd00::28",
            ),
        ),
        ProbeStep(
            tr("Connection"),
            fine,
            tr("{address} answers at port {port}.", address="10.20.30.40", port=443)
            + " "
            + tr("These did not: {addresses}.", addresses=f"fd00::28 ({tr('refused')})"),
        ),
        ProbeStep(
            tr("Encryption"),
            StepOutcome.FAILED,
            tr(
                "{address} vouches for itself: its certificate is signed by nobody else.",
                address="ollama.uni.example:443/team",
            ),
            tr("Nothing was sent. Trust it only if its fingerprint is the one of your server."),
            _CERTIFICATE,
        ),
    ):
        to.step_arrived.emit(_FAR.key, step)
    to.test_ended.emit(_FAR.key)
    await shoot("servers-refused-certificate", window=window)
    page.rows[_FAR.key].probe.clear()
    to.test("built-in")
    await asyncio.sleep(1.0)
    await shoot("servers-tested", window=window)
    page.rows["built-in"].probe.clear()
    dialog = page.open_dialog(None)
    dialog.address.setText("ollama.example.com:11434")
    dialog.token.setText("secret")
    await shoot("server-dialog-new", dialog, window=window)
    dialog.reject()
    dialog = page.open_dialog(_FAR)
    await shoot("server-dialog-change", dialog, window=window)
    dialog._saving = True
    dialog._refuse(
        tr("This system has no keyring in which a token is safe."), could_keep_for_session=True
    )
    dialog.test.click()
    await asyncio.sleep(0.5)
    await shoot("server-dialog-refused", dialog, window=window)
    dialog.reject()
    box = page.ask_remove(_FAR.key)
    await shoot("servers-remove", box, window=window)
    assert box is not None
    box.reject()
    app.to.settings.change(servers=())
    window.close()
