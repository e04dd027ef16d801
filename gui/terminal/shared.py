"""What the commands have in common: the client of a server, and lines on the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from gui import paths
from gui.errors import PlainHttpRefused
from gui.language import tr
from gui.models.engine_process import EngineProcess
from gui.models.server import Servers
from gui.records import ServerChoices, ServerKey
from gui.settings import SettingsFile
from gui.terminal.servers import key_of

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
"""All but the tab and the end of a line."""


@contextlib.asynccontextmanager
async def client(server: str) -> AsyncGenerator[ModelClient, None]:
    """The client of the server that was typed; what was started for it ends with the block.

    Raises SettingsError for one that is not on the list, ServerError, EngineFailedToStart,
    SecretError.
    """
    settings, problem = SettingsFile(paths.settings()).load()
    if problem is not None:
        complain(problem)
    key = key_of(server, settings.servers)
    agreed = list(settings.plain_hosts)
    choices = lambda: ServerChoices(settings.servers, tuple(agreed))  # noqa: E731
    servers = Servers(dict(os.environ), EngineProcess(), choices)
    try:
        yield await _connected(servers, key, agreed)
    finally:
        await servers.close()


async def _connected(servers: Servers, key: ServerKey | None, agreed: list[str]) -> ModelClient:
    """NET-20: a person can agree to an unencrypted server on the internet, for this command."""
    from gui.terminal.questions import confirm

    try:
        return await servers.connect(key)
    except PlainHttpRefused as error:
        if not confirm(f"{error.what} {tr('Send it anyway?')}", error):
            raise
        agreed.append(error.host)
    return await servers.connect(key)


def complain(problem: object) -> None:
    """One line on stderr."""
    print(plain(f"ondol: {problem}"), file=sys.stderr)


def note(line: str) -> None:
    """One line on stderr that is no problem: what happens meanwhile."""
    print(plain(line), file=sys.stderr, flush=True)


def put(text: str) -> None:
    """More of a reply on stdout, as it is; a terminal gets no commands with it."""
    print(plain(text) if sys.stdout.isatty() else text, end="", flush=True)


def plain(text: str) -> str:
    """Foreign text for a terminal: control characters, which could command it, as escapes."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Have Ctrl+C end what blocks this thread: asyncio would wait for it to come back."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
