"""The servers to choose from: what is known of each, tests of them, changes to the list."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.settings_controller import SettingsController
from gui.errors import OndolError, SecretError
from gui.eventloop import Tasks
from gui.models.addresses import host_of, may_be_public, parse_address
from gui.models.server_list import AUTHORIZATION, with_entry
from gui.records import (
    LocalOllama,
    ProbeStep,
    ServerDraft,
    ServerEntry,
    ServerKey,
    ServerKind,
    ServersOverview,
    ServerState,
    ServerStatus,
)

_LOOK = "look at servers"
_TEST = "test server"
_CHANGE = "change servers"
_OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Understood:
    """An address as it is understood, or what is wrong with it."""

    url: str = ""
    problem: str = ""
    is_readable: bool = False
    """Whether others on the internet can read what is sent there."""


class ServersController(QObject):
    """The list lives in the settings, the secrets in the keyring; this changes both together."""

    changed = Signal(object)  # ServersOverview
    entries_changed = Signal()
    test_started = Signal(str)  # ServerKey, "" for what was typed
    step_arrived = Signal(str, object)  # the same, ProbeStep
    test_ended = Signal(str)  # the same
    saved = Signal(object)  # ServerEntry
    save_refused = Signal(str, bool)  # why; whether the session could keep the secret

    def __init__(
        self,
        rooms: Rooms,
        tasks: Tasks,
        notices: Notices,
        settings: SettingsController,
        models: ModelsController,
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._notices = notices
        self._settings = settings
        self._models = models
        self._known: dict[ServerKey, ServerStatus] = {}
        self._ollama = LocalOllama(is_here=False)
        models.status_changed.connect(self._take)

    @property
    def overview(self) -> ServersOverview:
        """Every server, with what was last known of it."""
        starting = ServerState.STARTING
        fresh = [ServerStatus(kind, starting) for kind in (ServerKind.BUILT_IN, ServerKind.OLLAMA)]
        fresh += [_unasked(entry) for entry in self.entries]
        return ServersOverview(
            tuple(self._known.get(status.key, status) for status in fresh), self._ollama
        )

    @property
    def entries(self) -> tuple[ServerEntry, ...]:
        """The servers elsewhere, in the person's order."""
        return self._settings.settings.servers

    @property
    def current(self) -> ServerKey:
        """The server in use."""
        return self._models.key

    @property
    def is_ollama_busy(self) -> bool:
        """Whether Ollama is being started or stopped."""
        return self._tasks.is_running(_OLLAMA)

    def refresh(self) -> None:
        """Ask every server how it is; answers arrive as `changed`."""
        if not self._tasks.is_running(_LOOK):
            self._tasks.start(self._look(), _LOOK)

    def use(self, key: ServerKey) -> None:
        """Talk to this server from now on."""
        self._models.use_server(key)

    def test(self, key: ServerKey) -> None:
        """Test the connection to a server of the list."""
        self._tasks.replace(self._test(key, lambda rooms: rooms.servers.test(key)), _TEST)

    def test_draft(self, draft: ServerDraft) -> None:
        """Test what was typed, before it is kept."""
        self._tasks.replace(self._test("", lambda rooms: rooms.servers.test_draft(draft)), _TEST)

    def stop_test(self) -> None:
        """Wait no longer for a test."""
        self._tasks.cancel(_TEST)

    def save(self, draft: ServerDraft, *, session_only: bool = False) -> None:
        """Keep what was typed, its secrets in the keyring; `saved` or `save_refused` follows."""
        self._tasks.replace(self._save(draft, session_only=session_only), _CHANGE)

    def trust(self, entry: ServerEntry, fingerprint: str) -> None:
        """Believe exactly this certificate at the address of `entry`, and test it again."""
        has_token = AUTHORIZATION in entry.header_names
        draft = ServerDraft(
            id=entry.id,
            name=entry.name,
            address=entry.url,
            token=None if has_token else "",
            headers=tuple((name, None) for name in entry.header_names if name != AUTHORIZATION),
            fingerprint=fingerprint,
        )

        async def trust() -> None:
            await self._keep(draft, session_only=False)
            self.test(entry.key)

        self._tasks.replace(self._told(trust()), _CHANGE)

    def understand(self, address: str) -> Understood:
        """What an address means, while it is typed."""
        try:
            endpoint = parse_address(address)
        except OndolError as error:
            return Understood(problem=str(error))
        url = endpoint.url
        return Understood(url, is_readable=url.startswith("http:") and may_be_public(host_of(url)))

    def remove(self, entry: ServerEntry) -> None:
        """Take a server off the list, and its secrets out of the keyring."""
        kept = tuple(other for other in self.entries if other.id != entry.id)
        was_used = self._settings.settings.server == entry.key or self.current == entry.key
        self._settings.change(servers=kept)
        self._known.pop(entry.key, None)
        self.entries_changed.emit()
        self.changed.emit(self.overview)
        if was_used:
            self._settings.change(server="")
            self._models.find()
        forgetting = self._told(self._rooms.call(lambda rooms: rooms.servers.forget(entry)))
        self._tasks.start(forgetting, f"forget server {entry.id}")

    def allow_plain_http(self) -> None:
        """Speak without encryption to the host of the server in use, from now on (NET-20)."""
        key = self.current

        async def allow() -> None:
            host = await self._rooms.call(lambda rooms: _host(rooms, key))
            hosts = self._settings.settings.plain_hosts
            self._settings.change(plain_hosts=tuple(dict.fromkeys((*hosts, host))))
            self._models.use_server(key)

        self._tasks.replace(self._told(allow()), _CHANGE)

    def start_ollama(self) -> None:
        """Start the Ollama of this machine, and use it."""

        async def start() -> None:
            await self._rooms.call(lambda rooms: rooms.servers.start_ollama())
            self._models.use_server(ServerKind.OLLAMA)

        self._with_ollama(start())

    def stop_ollama(self) -> None:
        """Stop the Ollama that was started from here."""

        async def stop() -> None:
            await self._rooms.call(lambda rooms: rooms.servers.stop_ollama())
            if self.current == ServerKind.OLLAMA:
                self._models.use_server(ServerKind.BUILT_IN)

        self._with_ollama(stop())

    def _with_ollama(self, work: Coroutine[Any, Any, None]) -> None:
        if self.is_ollama_busy:
            work.close()
            return

        async def work_and_look() -> None:
            await self._told(work)
            await self._look()

        self._tasks.start(work_and_look(), _OLLAMA)
        self.changed.emit(self.overview)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it; what fails is told."""
        try:
            await work
        except OndolError as error:
            self._notices.tell_error(error)

    async def _look(self) -> None:
        overview = await self._rooms.call(lambda rooms: rooms.servers.overview())
        self._known = {status.key: status for status in overview.servers}
        self._ollama = overview.ollama
        self.changed.emit(self.overview)

    async def _test(
        self, key: ServerKey, begin: Callable[[OpenRooms], AsyncGenerator[ProbeStep, None]]
    ) -> None:
        self.test_started.emit(key)
        stream = await self._rooms.stream(begin)
        try:
            async with contextlib.aclosing(stream.batches()) as batches:
                async for batch in batches:
                    for step in batch:
                        self.step_arrived.emit(key, step)
        finally:
            self.test_ended.emit(key)

    async def _save(self, draft: ServerDraft, *, session_only: bool) -> None:
        try:
            await self._keep(draft, session_only=session_only)
        except OndolError as error:
            could = isinstance(error, SecretError) and error.can_use_session
            self.save_refused.emit(str(error), could)
            return
        await self._look()

    async def _keep(self, draft: ServerDraft, *, session_only: bool) -> None:
        entry = await self._rooms.call(
            lambda rooms: rooms.servers.keep(draft, session_only=session_only)
        )
        self._settings.change(servers=with_entry(self.entries, entry))
        self._known.pop(entry.key, None)
        self.entries_changed.emit()
        self.saved.emit(entry)
        self.changed.emit(self.overview)
        if self.current == entry.key:
            self._models.use_server(entry.key)

    def _take(self, status: ServerStatus) -> None:
        """The server in use became another, or is another way."""
        self._known[status.key] = status
        self.changed.emit(self.overview)


def _unasked(entry: ServerEntry) -> ServerStatus:
    return ServerStatus(
        ServerKind.REMOTE, ServerState.STARTING, entry.url, id=entry.id, name=entry.name
    )


async def _host(rooms: OpenRooms, key: ServerKey) -> str:
    return rooms.servers.host(key)
