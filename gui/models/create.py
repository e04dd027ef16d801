"""A model made of a plan: local files hashed, given to the server, then created there.

The order is that of Ollama's own client: digests first, files the server does not have yet,
then one request that names them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gui.errors import OndolError, RequestRefused
from gui.language import tr
from gui.models.following import follow, in_plain_words
from gui.models.hashing import PIECE, TICK_SECONDS, HashedFile, Hashes, changed, unreadable
from gui.models.progress import LayerSums, Progress
from gui.records import TransferKind

if TYPE_CHECKING:
    from gui.models.client import ModelClient


class LocalFile(Protocol):
    """A file on this machine that the model needs."""

    @property
    def key(self) -> str:
        """What the request calls it: a relative path with slashes."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def field(self) -> str:
        """The field of the request it belongs to: files, adapters or draft_files."""


class CreatePlan(Protocol):
    """What a Modelfile asks for: the request without digests, and the files it needs."""

    @property
    def body(self) -> Mapping[str, Any]:
        """The request, without `model` and without what belongs to files."""

    @property
    def files(self) -> Sequence[LocalFile]:
        """Files to be given to the server before."""


async def create(
    client: ModelClient, name: str, plan: CreatePlan, hashes: Hashes
) -> AsyncGenerator[Progress, None]:
    """The steps of it. Closing the generator stops it, at the server too; no half model stays.

    Raises OndolError; TransferInterrupted when another try is worth it, which then hashes and
    uploads only what is missing.
    """
    hashed: dict[Path, HashedFile] = {}
    async with aclosing(_hash_all(plan.files, hashes, hashed)) as steps:
        async for step in steps:
            yield step
    async with aclosing(_give_all(client, name, hashed, hashes)) as steps:
        async for step in steps:
            yield step
    body = {**plan.body, "model": name, **_digests(plan.files, hashed)}
    # Every phase of the server's work counts from the beginning.
    async with aclosing(follow(client, TransferKind.CREATE, name, body, LayerSums())) as steps:
        async for step in steps:
            yield Progress(step.status, step.completed, step.total, step.moved, "server")


async def _hash_all(
    files: Sequence[LocalFile], hashes: Hashes, hashed: dict[Path, HashedFile]
) -> AsyncGenerator[Progress, None]:
    paths = list(dict.fromkeys(file.path for file in files))
    sizes = await asyncio.to_thread(lambda: [_size(path) for path in paths])
    done, total = 0, sum(sizes)
    for path in paths:
        status = tr("Reading {file}", file=path.name)
        async with aclosing(hashes.hashing(path)) as steps:
            async for step in steps:
                if isinstance(step, HashedFile):
                    hashed[path] = step
                    done += step.size
                else:
                    now = min(done + step, total)
                    yield Progress(status, now, total, now, "hashing")


async def _give_all(
    client: ModelClient, name: str, hashed: Mapping[Path, HashedFile], hashes: Hashes
) -> AsyncGenerator[Progress, None]:
    """Upload what the server does not have; equal files once."""
    missing = []
    if hashed:
        yield Progress(tr("Asking which files the server has"), phase="asking")
    for file in {file.digest: file for file in hashed.values()}.values():
        try:
            is_there = await client.has_blob(file.digest)
        except OndolError as error:
            raise in_plain_words(TransferKind.CREATE, name, error) from error
        if not is_there:
            missing.append(file)
    done, total = 0, sum(file.size for file in missing)
    for file in missing:
        status = tr("Giving {file} to the server", file=file.path.name)
        try:
            async with aclosing(_upload(client, file)) as steps:
                async for sent in steps:
                    yield Progress(status, done + sent, total, done + sent, "upload")
        except OndolError as error:
            if isinstance(error, RequestRefused) and "digest mismatch" in error.text:
                hashes.forget(file)
                raise changed(file.path) from error
            raise in_plain_words(TransferKind.CREATE, name, error) from error
        done += file.size


async def _upload(client: ModelClient, file: HashedFile) -> AsyncGenerator[int, None]:
    """Bytes sent so far, ten times a second; never more than a piece of them in memory."""
    body = _Body(file)
    task = asyncio.create_task(client.upload_blob(file.digest, file.size, body))
    error: BaseException | None = None
    try:
        while not task.done():
            await asyncio.wait((task,), timeout=TICK_SECONDS)
            yield body.sent
    finally:
        task.cancel()
        await asyncio.wait((task,))
        with contextlib.suppress(asyncio.CancelledError):
            error = task.exception()
    if error is not None:
        raise error


class _Body:
    """A file as the body of a request."""

    def __init__(self, file: HashedFile) -> None:
        self._file = file
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        path = self._file.path
        try:
            source = await asyncio.to_thread(path.open, "rb", buffering=0)
            with source:
                while self.sent < self._file.size:
                    piece = await asyncio.to_thread(source.read, PIECE)
                    piece = piece[: self._file.size - self.sent]
                    if not piece:
                        raise changed(path)
                    yield piece
                    self.sent += len(piece)
        except OSError as error:
            raise unreadable(path, error) from error


def _digests(
    files: Sequence[LocalFile], hashed: Mapping[Path, HashedFile]
) -> dict[str, dict[str, str]]:
    """The fields of the request that name files; none is empty, which Ollama refuses."""
    fields: dict[str, dict[str, str]] = {}
    for file in files:
        fields.setdefault(file.field, {})[file.key] = hashed[file.path].digest
    return fields


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # said with a reason when it is read
