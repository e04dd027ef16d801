"""`/api/blobs`, `/api/create`, `/api/copy` and `/api/delete`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gui.engine.api.bodies import read_body
from gui.engine.api.streaming import ReplyResponse
from gui.engine.create.copying import copy
from gui.engine.create.course import Pull, created
from gui.engine.create.faults import answered
from gui.engine.create.request import read_create
from gui.engine.llama.runtime import Runtime
from gui.engine.replies.fields import Fields
from gui.engine.store import names
from gui.engine.store.layout import InvalidDigest, parse_digest
from gui.engine.store.models import ModelStore
from gui.engine.store.names import ModelName
from gui.engine.templates.values import quoted
from gui.engine.wire import ApiError

_PIECE = 2**20
_STARTER = "{name} comes with Ondol and cannot be deleted"
_OWN_FILE = "{name} is a file of yours in the models folder: remove it there ({file})"


class StoreRoutes:
    """What changes the models there are."""

    def __init__(self, store: ModelStore, runtime: Runtime, pull: Pull) -> None:
        self._store = store
        self._runtime = runtime
        self._pull = pull

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/blobs/{digest:path}", self.blob, methods=["HEAD", "POST"]),
            Route("/api/create", self.create, methods=["POST"]),
            Route("/api/copy", self.copy, methods=["POST"]),
            Route("/api/delete", self.delete, methods=["DELETE"]),
        ]

    async def blob(self, http: Request) -> Response:
        """HEAD and POST `/api/blobs/{digest}`: is it there; here it is."""
        digest = http.path_params["digest"]
        try:
            parse_digest(digest)
        except InvalidDigest:
            raise ApiError(400, "invalid digest format") from None
        there = await asyncio.to_thread(self._store.library.blobs.claim, digest)
        if http.method == "HEAD":
            return Response(status_code=200 if there else 404)
        if there:
            return Response(status_code=200)
        try:
            await self._receive(http, digest)
        except ClientDisconnect:
            return Response(status_code=499)
        return Response(status_code=201)

    async def create(self, http: Request) -> Response:
        """POST `/api/create`."""
        request = read_create(await read_body(http))
        chunks = created(self._store, request, self._pull)
        return ReplyResponse(chunks, None if request.stream else _last)

    async def copy(self, http: Request) -> Response:
        """POST `/api/copy`."""
        fields = Fields(await read_body(http), "CopyRequest")
        texts = fields.text("source"), fields.text("destination")
        source = _parsed(texts[0], "source {name} is invalid")
        destination = _parsed(texts[1], "destination {name} is invalid")
        if not await asyncio.to_thread(copy, self._store, source, destination):
            raise ApiError(404, f"model {quoted(texts[0])} not found")
        return Response()

    async def delete(self, http: Request) -> Response:
        """DELETE `/api/delete`."""
        body = Fields(await read_body(http), "DeleteRequest")
        text = body.text("model") or body.text("name")
        if not text:
            raise ApiError(400, "model is required")
        name = _parsed(text, "name {name} is invalid")
        model = await asyncio.to_thread(self._store.find, name)
        if model is not None and model.manifest is None:
            mine = model.path == self._store.starter
            sentence = _STARTER if mine else _OWN_FILE
            raise ApiError(400, sentence.format(name=model.name.shortest, file=model.path.name))
        if model is not None and not model.problem:
            with answered():
                await self._runtime.unload(model)
        if not await asyncio.to_thread(self._delete, name):
            raise ApiError(404, f"model '{text}' not found")
        return Response()

    def _delete(self, name: ModelName) -> bool:
        with answered():
            return self._store.library.delete(name)

    async def _receive(self, http: Request, digest: str) -> None:
        """Put the body on disk as it comes, never more than a piece of it in memory."""
        with answered(), self._store.library.blobs.receive() as writer:
            self._check_room(http.headers)
            async for piece in _pieces(http):
                await asyncio.to_thread(writer.write, piece)
            await asyncio.to_thread(writer.commit, digest)

    def _check_room(self, headers: Mapping[str, str]) -> None:
        declared = headers.get("content-length", "")
        free = shutil.disk_usage(self._store.library.layout.own).free
        if declared.isdigit() and int(declared) > free:
            raise ApiError(500, "no space left on the disk for this file")


async def _pieces(http: Request) -> AsyncGenerator[bytes]:
    """The body in pieces worth a thread's while."""
    piece = bytearray()
    async for part in http.stream():
        piece += part
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _parsed(text: str, sentence: str) -> ModelName:
    try:
        return names.parse(text)
    except names.InvalidName:
        raise ApiError(400, sentence.format(name=quoted(text))) from None


def _last(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return lines[-1]
