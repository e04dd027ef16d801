"""One blob brought to a registry: in pieces, each tried again if it has to be.

Source of the steps: Docker's registry API, version 2 (a POST begins, each PATCH brings a
piece to the Location that was given last, a PUT with the digest ends).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from gui.engine.registry.addresses import origin_of
from gui.engine.registry.faults import RegistryError, Retryable
from gui.engine.registry.session import Session, refusal
from gui.engine.store.manifests import Layer

_PIECE = 100 * 2**20
_READ = 2**20


class Upload:
    """A blob on its way to a registry; `run` it once."""

    def __init__(self, session: Session, path: str, layer: Layer, file: Path) -> None:
        self.layer = layer
        self.completed = 0
        """Bytes that the registry has."""
        self._session = session
        self._path = path
        self._file = file

    async def run(self) -> None:
        """Bring the blob there, unless the registry has it; raises RegistryError, OSError."""
        if not await self._is_there():
            location = await self._begin()
            for offset in range(0, self.layer.size, _PIECE):
                count = min(_PIECE, self.layer.size - offset)
                location = await self._piece(location, offset, count)
            await self._end(location)
        self.completed = self.layer.size

    async def _is_there(self) -> bool:
        url = self._session.url(f"{self._path}/blobs/{self.layer.digest}")
        async with self._session.asked("HEAD", url) as answer:
            if answer.response.status_code == 404:
                return False
            if not answer.response.is_success:
                raise await refusal(answer.response)
            return True

    async def _begin(self) -> httpx.URL:
        url = self._session.url(f"{self._path}/blobs/uploads/")
        return await self._sent("POST", url, {"Content-Length": "0"}, 0, 0)

    async def _piece(self, location: httpx.URL, offset: int, count: int) -> httpx.URL:
        """Bring some bytes, however often it takes within reason; where the next ones go."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(count),
            "Content-Range": f"{offset}-{offset + count - 1}",
        }
        patience = self._session.patience
        for fault in range(patience.tries):
            try:
                return await self._sent("PATCH", location, headers, offset, count)
            except Retryable as problem:
                self.completed = offset
                if fault + 1 == patience.tries:
                    raise
                await patience.sleep(max(2.0**fault, problem.after))
        raise RegistryError(f"{self.layer.digest}: not sent")

    async def _end(self, location: httpx.URL) -> None:
        url = location.copy_merge_params({"digest": self.layer.digest})
        async with self._session.asked("PUT", url, {"Content-Length": "0"}) as answer:
            if not answer.response.is_success:
                raise await refusal(answer.response)

    async def _sent(
        self, method: str, url: httpx.URL, headers: dict[str, str], offset: int, count: int
    ) -> httpx.URL:
        """Send bytes of the blob; the address that the registry gives for what follows."""

        async def body() -> AsyncIterator[bytes]:
            self.completed = offset
            with self._file.open("rb") as file:
                file.seek(offset)
                left = count
                while left and (piece := await asyncio.to_thread(file.read, min(left, _READ))):
                    left -= len(piece)
                    yield piece
                    self.completed += len(piece)

        async with self._session.asked(method, url, headers, body if count else None) as answer:
            if not answer.response.is_success:
                raise await refusal(answer.response)
            location = answer.response.headers.get("Location", "")
        return self._next(url, location)

    def _next(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where the next bytes go: to the registry itself, or nowhere (TOK-02)."""
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            raise RegistryError("the registry names no usable place for an upload") from None
        origin = origin_of(target)
        if origin != self._session.home:
            raise RegistryError(
                f"upload to {origin.scheme}://{origin.authority} refused: the registry is "
                f"{self._session.home.scheme}://{self._session.home.authority}"
            )
        return target
