"""Hugging Face as the windows see it: what was found, what is looked into, whose token it is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui.controllers.catalogue_controller import is_this_machine
from gui.controllers.hub_problems import problem_of
from gui.controllers.models_controller import ModelsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import HubAddressUnusable, HubError, OndolError, SecretError
from gui.eventloop import Tasks
from gui.records import HubAccount, HubFile, HubLook, HubRepo, ServerStatus

if TYPE_CHECKING:
    from gui.models.fit import Machine

_SEARCH, _LOOK, _TOKEN = "search hub", "look into hub", "hub token"
_PAUSE_MS = 350
"""A person who types is not asked for until the fingers rest."""


class HubController(QObject):
    """One search, one repository on show; the newest question wins."""

    search_began = Signal()
    found = Signal()
    search_failed = Signal(object)  # HubProblem
    look_began = Signal(str)  # repository
    looked = Signal(object)  # HubLook
    look_failed = Signal(str, object)  # repository, HubProblem
    card_read = Signal(str, str)  # repository, Markdown by strangers
    account_changed = Signal(object)  # HubAccount
    token_kept = Signal(object)  # HubAccount
    token_refused = Signal(str, bool)  # why; whether this run of Ondol could use it

    def __init__(self, rooms: Rooms, tasks: Tasks, models: ModelsController) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._cursor = ""
        self._hint = ""
        self.text = ""
        self.repos: tuple[HubRepo, ...] = ()
        self.is_read = False
        """Whether anything was ever found or looked for."""
        self.repo = ""
        """The repository that is looked into, or was the last."""
        self.look: HubLook | None = None
        self.account = HubAccount()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(lambda: self.search(self.text))

    # -- searching ------------------------------------------------------------------------

    @property
    def mirror(self) -> str:
        """The host that HF_ENDPOINT names, "" when it is Hugging Face itself."""
        from gui.models.huggingface.address import DEFAULT, hub_address

        try:
            address = hub_address()
        except HubAddressUnusable:
            return ""
        return "" if address.url == DEFAULT else address.host

    @property
    def tokens_page(self) -> str:
        """Where tokens are made, "" while the hub's address is unusable."""
        from gui.models.huggingface.address import hub_address

        try:
            return hub_address().page("settings/tokens")
        except HubAddressUnusable:
            return ""

    @property
    def has_more(self) -> bool:
        """Whether `more` would find more."""
        return bool(self._cursor)

    @property
    def is_searching(self) -> bool:
        """Whether a question is on its way, or waits for the fingers to rest."""
        return self._timer.isActive() or self._tasks.is_running(_SEARCH)

    def type(self, text: str) -> None:
        """Search for `text` once nothing more is typed; pasted names are opened at once."""
        if self._aim(text):
            self.search(text)
        else:
            self.text = text
            self._timer.start()

    def search(self, text: str, *, is_sure: bool = False) -> None:
        """Search now; a name that can only mean one repository is opened too.

        `is_sure`: the person pressed Enter, so that `user/name` is a repository.
        """
        self._timer.stop()
        self.text = text
        self._cursor = ""
        self.search_began.emit()
        self._tasks.replace(self._search(text), _SEARCH)
        repo, hint = self._aim(text) or self._name_in(text if is_sure else "")
        if repo:
            self.open(repo, hint)

    def more(self) -> None:
        """The next page, added to what was found."""
        if self._cursor and not self.is_searching:
            self._tasks.start(self._search(self.text, self._cursor), _SEARCH)

    async def _search(self, text: str, cursor: str = "") -> None:
        try:
            page = await self._rooms.call(lambda rooms: rooms.hub.search(text, cursor=cursor))
        except OndolError as error:
            self.search_failed.emit(problem_of(error))
            return
        known = {repo.id for repo in self.repos} if cursor else set()
        kept = self.repos if cursor else ()
        self.repos = (*kept, *(repo for repo in page.repos if repo.id not in known))
        self._cursor = page.cursor
        self.is_read = True
        self.found.emit()

    def _aim(self, text: str) -> tuple[str, str] | None:
        from gui.models.huggingface.address import hub_address
        from gui.models.huggingface.naming import aim_of

        try:
            address = hub_address()
        except HubAddressUnusable:
            address = None
        found = aim_of(text, address)
        return found if found[0] else None

    def _name_in(self, text: str) -> tuple[str, str]:
        from gui.models.huggingface.reading import repo_in

        return repo_in(text), ""

    # -- one repository -------------------------------------------------------------------

    def open(self, repo: str, hint: str = "") -> None:
        """Look into a repository: `looked` or `look_failed`, then `card_read`."""
        if (repo, hint) == (self.repo, self._hint) and self._tasks.is_running(_LOOK):
            if self.look is not None:
                self.looked.emit(self.look)
            return
        self.repo, self._hint, self.look = repo, hint, None
        self.look_began.emit(repo)
        self._tasks.replace(self._open(repo, hint), _LOOK)

    def reopen(self) -> None:
        """Look into the same one again."""
        repo, self.repo = self.repo, ""
        if repo:
            self.open(repo, self._hint)

    def model_name(self, file: HubFile) -> str:
        """The name a file gets if the person gives it none."""
        from gui.models.huggingface.naming import model_name

        return model_name(self.repo, file.quantization)

    async def _open(self, repo: str, hint: str) -> None:
        status = self._models.status
        try:
            look = await self._rooms.call(lambda rooms: _looked(rooms, repo, hint, status))
        except OndolError as error:
            self.look_failed.emit(repo, problem_of(error))
            return
        self.look = look
        self.looked.emit(look)
        revision = look.listing.revision
        try:
            card = await self._rooms.call(lambda rooms: rooms.hub.readme(repo, revision))
        except HubError as error:
            card = str(error)
        self.card_read.emit(repo, card)

    # -- the token ------------------------------------------------------------------------

    def read_account(self) -> None:
        """Ask the keyring for a token, and the hub whose it is: `account_changed`."""
        if not self._tasks.is_running(_TOKEN):

            async def read() -> None:
                await self._take_account(_account)

            self._tasks.start(read(), _TOKEN)

    def keep_token(self, text: str, *, session_only: bool = False) -> None:
        """Try a token, then keep it: `token_kept` or `token_refused`; never told elsewhere."""

        async def keep(rooms: OpenRooms) -> HubAccount:
            from gui.models.huggingface.tokens import read_token
            from gui.models.secrets import HUGGING_FACE

            token = read_token(text)
            name = await rooms.hub.account(token)
            await rooms.secrets.set(HUGGING_FACE, token, session_only=session_only)
            return HubAccount(True, name, session_only)

        async def run() -> None:
            if await self._take_account(keep):
                self.token_kept.emit(self.account)

        self._tasks.replace(run(), _TOKEN)

    def forget_token(self) -> None:
        """Delete it from the keyring and from memory."""

        async def forget(rooms: OpenRooms) -> HubAccount:
            from gui.models.secrets import HUGGING_FACE

            await rooms.secrets.delete(HUGGING_FACE)
            return HubAccount()

        async def run() -> None:
            await self._take_account(forget)

        self._tasks.replace(run(), _TOKEN)

    async def _take_account(
        self, work: Callable[[OpenRooms], Coroutine[Any, Any, HubAccount]]
    ) -> bool:
        try:
            self.account = await self._rooms.call(work)
        except OndolError as error:
            could = isinstance(error, SecretError) and error.can_use_session
            self.token_refused.emit(str(error), could)
            return False
        self.account_changed.emit(self.account)
        return True


async def _looked(rooms: OpenRooms, repo: str, hint: str, status: ServerStatus) -> HubLook:
    from gui.models import fit
    from gui.models.huggingface import advice

    listing = await rooms.hub.files(repo)
    machine: Machine | None = await fit.measure() if is_this_machine(status) else None
    return advice.look(listing, hint, machine=machine, server=status.kind)


async def _account(rooms: OpenRooms) -> HubAccount:
    from gui.models.secrets import HUGGING_FACE

    try:
        token = await rooms.secrets.get(HUGGING_FACE)
    except SecretError as error:
        return HubAccount(problem=str(error))
    if token is None:
        return HubAccount()
    is_for_session = rooms.secrets.is_for_session(HUGGING_FACE)
    try:
        name = await rooms.hub.account()
    except HubError as error:
        return HubAccount(True, "", is_for_session, str(error))
    return HubAccount(True, name, is_for_session)
