"""Secrets of the person: in the system's keyring and nowhere else, or in memory for a session.

The one place of the keyring library. Whatever it finds, only backends that keep secrets
encrypted are used (TOK-03): one that the person chose in keyring's own configuration and
that writes plain files is as good as none, and never gone around silently.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from gui.errors import KeyringFailed, KeyringSilent, NoKeyring
from gui.models.aside import aside

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "ondol"
HUGGING_FACE = "huggingface"
"""The key of the token for Hugging Face."""
LIMIT_SECONDS = 5.0

SAFE_BACKENDS = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
"""Full names of the classes that keep secrets encrypted, in keyring 25."""

_CHAINER = "keyring.backends.chainer.ChainerBackend"

_log = logging.getLogger(__name__)


class SecretStore:
    """Secrets by key: "huggingface", "remote:<id>". Lives on one event loop.

    The keyring is asked in a thread, for at most `limit` seconds (it may wait for the person
    to unlock it). What it gave once is remembered until Ondol ends.
    """

    def __init__(
        self, find: Callable[[], KeyringBackend] | None = None, limit: float = LIMIT_SECONDS
    ) -> None:
        self._find = find or safe_backend
        self._limit = limit
        self._known: dict[str, str] = {}
        self._session: set[str] = set()
        self._asked: dict[str, tuple[asyncio.Task[str | None], float]] = {}

    def is_for_session(self, key: str) -> bool:
        """Whether this secret is only in memory, and gone when Ondol ends."""
        return key in self._session

    async def can_keep(self) -> bool:
        """Whether there is a keyring that can be used."""
        try:
            await self._run(self._find)
        except (NoKeyring, KeyringSilent):
            return False
        return True

    async def get(self, key: str) -> str | None:
        """The secret, None if there is none, or nothing that could keep one.

        Raises KeyringSilent, KeyringFailed. While an earlier question is not answered no
        second one is put, and beyond its time nobody waits for it again.
        """
        if key in self._known:
            return self._known[key]
        clock = asyncio.get_running_loop().time
        if key not in self._asked:
            task = asyncio.create_task(self._read(key), name=f"secret {key}")
            self._asked[key] = task, clock() + self._limit
            task.add_done_callback(lambda task: self._answered(key, task))
        asked, until = self._asked[key]
        done, _ = await asyncio.wait((asked,), timeout=max(0.0, until - clock()))
        if not done:
            _log.warning("the keyring does not answer")
            raise KeyringSilent(self._limit)
        return asked.result()

    async def set(self, key: str, value: str, *, session_only: bool = False) -> None:
        """Keep a secret in the keyring, or with `session_only` in memory.

        Raises NoKeyring, KeyringSilent, KeyringFailed; what was kept before is then unchanged
        as far as one can tell, and nothing was written anywhere else.
        """
        if not session_only:
            await self._run(lambda: self._find().set_password(SERVICE, key, value))
            self._session.discard(key)
        else:
            self._session.add(key)
        self._known[key] = value

    async def delete(self, key: str) -> None:
        """Keep it no longer; none is fine too. Raises KeyringSilent, KeyringFailed."""
        self._known.pop(key, None)
        self._session.discard(key)

        def forget() -> None:
            backend = self._find()
            if backend.get_password(SERVICE, key) is not None:
                backend.delete_password(SERVICE, key)

        try:
            await self._run(forget)
        except NoKeyring:
            return

    async def _read(self, key: str) -> str | None:
        try:
            value = await aside(
                lambda: _asked(lambda: self._find().get_password(SERVICE, key)), "keyring"
            )
        except NoKeyring:
            return None
        if value:
            # A late answer must not undo what the person entered meanwhile.
            return self._known.setdefault(key, value)
        return None

    def _answered(self, key: str, task: asyncio.Task[str | None]) -> None:
        """Also after nobody waits any more: then the next `get` finds it known, or asks anew."""
        del self._asked[key]
        if not task.cancelled():
            task.exception()

    async def _run(self, function: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._limit):
                return await aside(lambda: _asked(function), "keyring")
        except TimeoutError:
            _log.warning("the keyring does not answer")
            raise KeyringSilent(self._limit) from None


def safe_backend() -> KeyringBackend:
    """The keyring to use; blocks. Raises NoKeyring, and whatever backends raise."""
    import keyring  # noqa: PLC0415, RUF100 - a tenth of a second, and not before it is needed

    try:
        chosen = keyring.get_keyring()
    except Exception as error:  # noqa: BLE001, RUF100 - whatever a configured backend raises
        raise NoKeyring(type(error).__name__) from None
    # The chainer offers all that are there, the preferred first.
    is_chain = name_of(chosen) == _CHAINER
    backends: Sequence[KeyringBackend] = getattr(chosen, "backends", ()) if is_chain else (chosen,)
    for backend in backends:
        if name_of(backend) in SAFE_BACKENDS:
            return backend
    raise NoKeyring(name_of(chosen))


def name_of(backend: KeyringBackend) -> str:
    """The full name of a backend's class."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _asked(function: Callable[[], T]) -> T:
    """Call a backend; its faults without their words, which are not ours to trust."""
    try:
        return function()
    except NoKeyring:
        raise
    except Exception as error:  # noqa: BLE001, RUF100 - D-Bus and others have their own
        raise KeyringFailed(type(error).__name__) from None
