"""The hub's own client library: loaded when first needed, and with our gate before its network.

Of version 2 and what it would do by itself (huggingface_hub/constants.py, utils/_auth.py):
tokens of the environment and of other programs are never read, since every call is made with
`token=False`; nothing is told about this machine beyond Python's version; xet, which fetches
parts of files from other hosts by a native program, is off. HF_HUB_OFFLINE is obeyed.

The token is not given to the library at all. The gate puts it on a request that goes to the
hub itself and takes it off every other, whatever redirects led there (TOK-02).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from gui import __version__
from gui.errors import HubGarbled, HubOffline
from gui.models.huggingface.address import Visit, origin_of

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0
"""No byte for so long ends a request; another try goes on where it was."""
_DIRECT = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that are never asked through a proxy."""
_NAME = "ondol"

_loading = threading.Lock()
_visit: ContextVar[Visit | None] = ContextVar("hub_visit", default=None)


@contextlib.contextmanager
def visiting(visit: Visit) -> Iterator[None]:
    """What this thread asks meanwhile is asked of this hub, with this token."""
    load()
    before = _visit.set(visit)
    try:
        yield
    finally:
        _visit.reset(before)


def load() -> None:
    """Have the library ready; blocks for most of a second the first time."""
    with _loading:
        _load()


@functools.cache
def _load() -> None:
    import huggingface_hub  # noqa: PLC0415, RUF100 - see above
    from huggingface_hub import constants  # noqa: PLC0415, RUF100

    constants.HF_HUB_DISABLE_TELEMETRY = True
    constants.HF_HUB_DISABLE_IMPLICIT_TOKEN = True
    constants.HF_HUB_DISABLE_XET = True
    constants.HF_DEBUG = False
    # At INFO whole addresses are logged, and signed ones are secrets.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    huggingface_hub.set_client_factory(_client)


def api(visit: Visit) -> HfApi:
    """The library's functions for this hub; use it while `visiting`."""
    from huggingface_hub import HfApi  # noqa: PLC0415, RUF100

    return HfApi(
        endpoint=visit.address.url, token=False, library_name=_NAME, library_version=__version__
    )


def file_url(visit: Visit, repo: str, revision: str, name: str) -> str:
    """Where a file of a repository is asked for."""
    from huggingface_hub import hf_hub_url  # noqa: PLC0415, RUF100

    return hf_hub_url(repo, name, revision=revision, endpoint=visit.address.url)


@contextlib.contextmanager
def request(
    url: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Iterator[httpx2.Response]:
    """The answer to a GET over the library's session, its body not read yet.

    Use it while `visiting`. Raises httpx2's errors and what the gate raises.
    """
    from huggingface_hub import get_session  # noqa: PLC0415, RUF100

    with get_session().stream("GET", url, params=params, headers=headers) as answer:
        yield answer


def _client() -> httpx2.Client:
    """The one client of the library. Proxies of the environment are for other machines only."""
    import httpx2  # noqa: PLC0415, RUF100

    return httpx2.Client(
        event_hooks={"request": [_gate]},
        follow_redirects=True,
        max_redirects=10,
        headers={"User-Agent": f"{_NAME}/{__version__}"},
        timeout=httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        mounts={f"all://{host}": None for host in _DIRECT},
    )


def _gate(asked: httpx2.Request) -> None:
    """Every request passes here, each one after a redirect too."""
    from huggingface_hub import constants  # noqa: PLC0415, RUF100

    visit = _visit.get()
    if visit is None:
        raise RuntimeError("a request to the hub outside `visiting`")
    if constants.is_offline_mode():
        raise HubOffline
    for name in ("Authorization", "Cookie"):
        asked.headers.pop(name, None)
    try:
        origin = origin_of(str(asked.url))
    except ValueError:
        raise HubGarbled(visit.address.host, "redirected to no web address") from None
    if visit.address.is_encrypted and origin[0] != "https":
        raise HubGarbled(visit.address.host, f"redirected to http://{origin[1]}")
    if visit.token and origin == visit.address.origin and visit.address.may_have_token:
        asked.headers["Authorization"] = f"Bearer {visit.token}"
