"""Where the bytes of one blob come from: the registry, or the address it sends us to."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator

import httpx

from gui.engine.registry.faults import (
    NotThere,
    RegistryError,
    Retryable,
    Unauthorized,
    WrongSize,
)
from gui.engine.registry.parts import Part
from gui.engine.registry.session import Answer, Session, refusal
from gui.engine.store.manifests import Layer

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)", re.ASCII)


class NoRanges(Exception):
    """The registry sends the whole blob although a part was asked for."""


class Changed(Retryable):
    """What the registry has there now is not what it had before."""


class BlobSource:
    """Opens responses with bytes of one blob, and refuses those with other bytes."""

    def __init__(self, session: Session, path: str, layer: Layer) -> None:
        self._session = session
        self._layer = layer
        self._start = session.url(f"{path}/blobs/{layer.digest}")
        self._direct: httpx.URL | None = None
        """Where the registry sent us; such addresses may expire."""

    @contextlib.asynccontextmanager
    async def opened(
        self, part: Part, *, is_only: bool
    ) -> AsyncIterator[tuple[httpx.Response, bool]]:
        """A response with what is missing of `part`, or, then True, with the part from its start.

        Raises RegistryError, Retryable, NoRanges.
        """
        begin, end = part.offset + part.written, part.offset + part.size - 1
        is_ranged = not is_only or part.written > 0
        headers = {"Range": f"bytes={begin}-{end}"} if is_ranged else {}
        direct = self._direct
        async with self._session.asked("GET", direct or self._start, headers) as answer:
            if answer.response.status_code not in (200, 206):
                raise await self._refused(answer, direct)
            self._direct = answer.url if answer.is_foreign else None
            response = answer.response
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise RegistryError(f"{self._layer.digest}: the registry sends it encoded")
            if response.status_code == 206:
                self._check_range(response, begin, end)
                if _is_changed(response, part):
                    raise Changed(f"{self._layer.digest}: it changed on the way")
                yield response, False
            else:
                self._check_length(response, self._layer.size)
                if not is_only:
                    raise NoRanges
                yield response, True

    async def _refused(self, answer: Answer, direct: httpx.URL | None) -> RegistryError:
        problem = await refusal(answer.response)
        self._direct = None
        if answer.response.status_code == 416:
            return RegistryError(f"{self._layer.digest}: the registry has fewer bytes than it said")
        if direct is not None and isinstance(problem, Unauthorized | NotThere):
            return Retryable(str(problem))  # an address that has expired
        return problem

    def _check_range(self, response: httpx.Response, begin: int, end: int) -> None:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if match is None or (int(match[1]), int(match[2])) != (begin, end):
            self._check_total(match)
            raise Retryable(f"{self._layer.digest}: the registry sent another range than asked for")
        self._check_total(match)
        self._check_length(response, end - begin + 1)

    def _check_total(self, match: re.Match[str] | None) -> None:
        if match and match[3] != "*" and int(match[3]) != self._layer.size:
            raise WrongSize(self._layer.digest, self._layer.size, int(match[3]))

    def _check_length(self, response: httpx.Response, want: int) -> None:
        stated = response.headers.get("Content-Length", "")
        if stated.isascii() and stated.isdigit() and int(stated) != want:
            raise WrongSize(self._layer.digest, want, int(stated))


def _is_changed(response: httpx.Response, part: Part) -> bool:
    """Whether the bytes that came in this run were of something else; weak tags say nothing."""
    etag = response.headers.get("ETag", "")
    is_known = bool(part.etag) and not part.etag.startswith("W/")
    return is_known and part.written > 0 and etag not in ("", part.etag)
