"""Faults of the hub, of its library and of the way there, as errors of ours.

What the status and the header X-Error-Code mean: huggingface_hub/utils/_http.py, version 2.
Neither addresses with a query (they may be signed) nor bodies of answers go into an error.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gui.errors import (
    DownloadUnwritable,
    HubBusy,
    HubFileNotFound,
    HubGarbled,
    HubGated,
    HubRefused,
    HubRepoNotFound,
    HubTokenRefused,
    HubUnreachable,
    NoRoom,
    OndolError,
)
from gui.models.huggingface.address import Visit, origin_of
from gui.models.huggingface.places import free_at

if TYPE_CHECKING:
    import httpx2

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_RESET = re.compile(r";\s*t=(\d{1,6})")
_MOST_SECONDS = 86_400

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def translated(visit: Visit, repo: str = "", name: str = "") -> Iterator[None]:
    """Let out errors of ours only."""
    import httpx2  # noqa: PLC0415, RUF100 - loaded when first needed
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415, RUF100

    host = visit.address.host
    try:
        yield
    except OndolError:
        raise
    except HfHubHTTPError as error:
        raise refusal(error.response, visit, repo, name) from None
    except httpx2.TransportError as error:
        raise _network(error, visit) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise HubGarbled(host, type(error).__name__) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # The library, and we, take answers apart as the hub's documentation promises them.
        _log.warning("an answer of the hub could not be read", exc_info=True)
        raise HubGarbled(host, type(error).__name__) from None


@contextlib.contextmanager
def writing(name: str, folder: Path, missing: int) -> Iterator[None]:
    """Faults of the disk while a file is written of which `missing` bytes are not here."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoom(name, missing, free_at(folder)) from None
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise DownloadUnwritable(name, reason) from None


def refusal(response: httpx2.Response, visit: Visit, repo: str, name: str) -> OndolError:
    """What an answer with a status other than success means."""
    status = response.status_code
    host = visit.address.host
    if origin_of(str(response.url)) != visit.address.origin:
        # A storage host does not know who we are: its signed address has expired.
        return HubUnreachable(response.url.host, f"HTTP {status}")
    if status == 429:
        return HubBusy(host, _seconds(response))
    if status in (408, 425) or status >= 500:
        return HubUnreachable(host, f"HTTP {status}")
    if status in (401, 403):
        return _denied(response, visit, repo)
    if status == 404 and repo:
        is_file = response.headers.get("X-Error-Code") in ("EntryNotFound", "RevisionNotFound")
        if name and is_file:
            return HubFileNotFound(repo, name)
        return HubRepoNotFound(repo, has_token=bool(visit.token))
    return HubRefused(host, status)


def _denied(response: httpx2.Response, visit: Visit, repo: str) -> OndolError:
    """401 is said of what is gated, private, or not there at all, 403 of too small a token."""
    address, has_token = visit.address, bool(visit.token)
    code = response.headers.get("X-Error-Code")
    if repo and code == "GatedRepo":
        return HubGated(repo, address.page(repo), has_token=has_token)
    if repo and (code == "RepoNotFound" or not has_token):
        return HubRepoNotFound(repo, has_token=has_token)
    if has_token:
        return HubTokenRefused(address.host, address.page("settings/tokens"))
    return HubRefused(address.host, response.status_code)


def _network(error: httpx2.TransportError, visit: Visit) -> OndolError:
    try:
        host = error.request.url.host
    except RuntimeError:
        host = visit.address.host
    if host == visit.address.origin[1]:
        host = visit.address.host
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return HubGarbled(host, "certificate not trusted")
    return HubUnreachable(host, type(error).__name__)


def _seconds(response: httpx2.Response) -> int:
    """How long to wait, as `Retry-After` or `RateLimit` say; 0 if they do not."""
    after = response.headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdecimal():
        return min(int(after[:9]), _MOST_SECONDS)
    match = _RESET.search(response.headers.get("RateLimit", ""))
    return min(int(match[1]), _MOST_SECONDS) if match else 0
