"""Hugging Face, or the mirror that HF_ENDPOINT names: search, look into, download."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gui import paths
from gui.errors import (
    HubGarbled,
    HubRepoNotFound,
    HubTokenUnsafe,
    ModelBusy,
    NoGguf,
    SecretError,
)
from gui.models.aside import aside
from gui.models.huggingface import library, places
from gui.models.huggingface.address import HubAddress, Visit, hub_address
from gui.models.huggingface.choices import choices
from gui.models.huggingface.course import Course
from gui.models.huggingface.faults import refusal, translated
from gui.models.huggingface.fetching import bring_all
from gui.models.huggingface.reading import (
    EXPANDED,
    cursor_in,
    is_repo,
    read_parts,
    read_repo,
    repo_in,
)
from gui.models.huggingface.readme import MOST_BYTES, excerpt
from gui.records import HubFile, HubListing, HubPage, HubProgress

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

Token = Callable[[], Awaitable[str | None]]
"""Gives the person's token, None if there is none; may raise SecretError."""

_ANSWER_BYTES = 16 * 2**20
_TICK_SECONDS = 0.1
_MOST_REPOS = 100

_log = logging.getLogger(__name__)


async def no_token() -> str | None:
    """For a hub that is asked as anybody."""
    return None


class Hub:
    """One hub, asked with the person's token if there is one. Lives on one event loop.

    Everything that blocks runs in threads. Every method raises HubError.
    """

    def __init__(
        self, endpoint: str | None = None, token: Token = no_token, folder: Path | None = None
    ) -> None:
        self._endpoint = endpoint
        self._token = token
        self._folder = folder
        self._busy: set[Path] = set()

    @property
    def address(self) -> HubAddress:
        """Where it is."""
        return hub_address(self._endpoint)

    @property
    def downloads(self) -> Path:
        """The folder of all downloads."""
        return self._folder or paths.downloads()

    async def search(self, text: str, limit: int = 30, cursor: str = "") -> HubPage:
        """Repositories with GGUF files whose names hold `text`, the most downloaded first.

        A page's address or a name like `hf.co/user/name:Q4_K_M` finds that repository. Without
        a text, those that many look at just now. `cursor` is that of the page before.
        """
        visit = await self._visit()
        return await self._ask(lambda: _search(visit, text, limit, cursor), visit)

    async def files(self, repo: str) -> HubListing:
        """What can be chosen in a repository; also raises NoGguf."""
        _checked(repo)
        visit = await self._visit()
        return await self._ask(lambda: _files(visit, repo), visit, repo)

    async def readme(self, repo: str, revision: str = "main") -> str:
        """The beginning of its model card as Markdown to read, "" if it has none."""
        _checked(repo)
        visit = await self._visit()

        def read() -> str:
            url = library.file_url(visit, repo, revision, "README.md")
            with library.request(url) as answer:
                if answer.status_code == 404:
                    return ""
                if not answer.is_success:
                    raise refusal(answer, visit, repo, "")
                return excerpt(_beginning(answer, MOST_BYTES))

        return await self._ask(read, visit, repo)

    async def account(self, token: str = "") -> str:
        """Whose `token` is, by default the one that is kept, by the hub's word.

        Raises HubTokenRefused for one it refuses, HubTokenUnsafe if it must not be told any.
        """
        visit = Visit(self.address, token) if token else await self._visit()
        if token and not visit.address.may_have_token:
            raise HubTokenUnsafe(visit.address.host)
        url = f"{visit.address.url}/api/whoami-v2"

        def ask() -> str:
            document, _ = _json(visit, url, {})
            name = document["name"]
            return name[:100] if isinstance(name, str) else ""

        return await self._ask(ask, visit)

    async def download(
        self, repo: str, revision: str, file: HubFile, *, spare: int = 0
    ) -> AsyncGenerator[HubProgress, None]:
        """Have a choice of `files` in our folder; the last step tells where.

        Ten times a second it tells how far it is. Closing it stops within a moment; what came
        is kept, and the next call goes on from there. `spare` bytes must be free besides.
        Nothing gets its name before its checksum is right. Also raises NoRoom,
        DownloadDamaged, DownloadUnwritable, and ModelBusy if it is on its way already.
        """
        visit = await self._visit()
        folder = self.folder_of(repo)
        key = places.target_of(folder, file.parts[0])
        if key in self._busy:
            raise ModelBusy(file.name)
        self._busy.add(key)
        course = Course(file.name, file.size)

        def bring() -> tuple[Path, ...]:
            places.check_room(folder, file, spare)
            return bring_all(visit, repo, revision, file, folder, course)

        task = asyncio.create_task(aside(bring, "hub download"))
        try:
            while not task.done():
                await asyncio.wait((task,), timeout=_TICK_SECONDS)
                yield course.now()
            yield course.done(tuple(str(path) for path in task.result()))
        finally:
            # The thread may wait for the network a little longer, but changes nothing.
            await aside(course.stop, "hub stop")
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
            self._busy.discard(key)

    async def forget(self, repo: str, files: Sequence[HubFile]) -> None:
        """Delete what is here of these files, whole or not."""
        folder = self.folder_of(repo)
        await aside(lambda: places.forget(self.downloads, folder, files), "hub forget")

    def here(self, repo: str, file: HubFile) -> int:
        """Bytes of a choice that are here already; looks at the disk for a moment."""
        return places.here(self.folder_of(repo), file)

    def folder_of(self, repo: str) -> Path:
        """Where the files of a repository are put; raises HubRepoNotFound for what is none."""
        return self.downloads.joinpath(*_checked(repo).split("/"))

    async def _visit(self) -> Visit:
        """With the token, or without when the keyring does not give it: most is open to all."""
        address = self.address
        try:
            token = await self._token() if address.may_have_token else None
        except SecretError as error:
            _log.warning("asking the hub without a token: %s", type(error).__name__)
            token = None
        return Visit(address, token or "")

    async def _ask(self, question: Callable[[], T], visit: Visit, repo: str = "") -> T:
        def ask() -> T:
            with library.visiting(visit), translated(visit, repo):
                return question()

        return await aside(ask, "hub")


def _checked(repo: str) -> str:
    if not is_repo(repo) or not places.is_safe_name(repo):
        raise HubRepoNotFound(repo[:200], has_token=False)
    return repo


def _search(visit: Visit, text: str, limit: int, cursor: str) -> HubPage:
    from huggingface_hub import ModelInfo  # noqa: PLC0415, RUF100 - loaded when first needed

    wanted = repo_in(text) or " ".join(text.split())[:200]
    params: dict[str, Any] = {
        "filter": "gguf",
        "sort": "downloads" if wanted else "trendingScore",
        "limit": max(1, min(limit, _MOST_REPOS)),
        "expand": list(EXPANDED),
    }
    if wanted:
        params["search"] = wanted
    if cursor:
        params["cursor"] = cursor
    items, following = _json(visit, f"{visit.address.url}/api/models", params)
    if not isinstance(items, list):
        raise HubGarbled(visit.address.host, "no list")
    repos = []
    for item in items:
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            info = ModelInfo(**item)  # type: ignore[no-untyped-call]
            repo = read_repo(info, visit.address)
            if repo is not None and "gguf" in repo.tags:
                repos.append(repo)
    return HubPage(tuple(repos), cursor_in(following))


def _files(visit: Visit, repo: str) -> HubListing:
    info = library.api(visit).model_info(repo, files_metadata=True, timeout=library.SILENCE_SECONDS)
    read = read_repo(info, visit.address)
    files = choices(read_parts(info))
    if read is None or not files:
        raise NoGguf(repo)
    if not info.sha:
        raise HubGarbled(visit.address.host, "no revision")
    return HubListing(read, info.sha, files)


def _json(visit: Visit, url: str, params: dict[str, Any]) -> tuple[Any, str]:
    """The document at `url`, and the address of the next page, "" if there is none."""
    with library.request(url, params) as answer:
        if not answer.is_success:
            raise refusal(answer, visit, "", "")
        document = json.loads(_beginning(answer, _ANSWER_BYTES))
        return document, answer.links.get("next", {}).get("url", "")


def _beginning(answer: httpx2.Response, most: int) -> bytes:
    """A body up to so many bytes; a document that is longer is then none any more."""
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > most:
            break
    return bytes(body[:most])
