"""`/api/pull`, `/api/push`, and `/api/partials`, which is Ondol's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gui.engine.api.bodies import read_body
from gui.engine.api.streaming import ReplyResponse
from gui.engine.create.faults import answered
from gui.engine.registry.discard import discard_partials
from gui.engine.registry.faults import RegistryError
from gui.engine.registry.pull import Registries
from gui.engine.registry.push import push
from gui.engine.replies.fields import Fields
from gui.engine.replies.requests import read_model
from gui.engine.store import names
from gui.engine.store.layout import InvalidDigest, parse_digest
from gui.engine.store.names import ModelName
from gui.engine.wire import ApiError


class RegistryRoutes:
    """Models from and to registries."""

    def __init__(self, registries: Registries) -> None:
        self._registries = registries

    def routes(self) -> list[Route]:
        """The routes, for the application."""
        return [
            Route("/api/pull", self.pull, methods=["POST"]),
            Route("/api/push", self.push, methods=["POST"]),
            Route("/api/partials", self.discard, methods=["DELETE"]),
        ]

    async def pull(self, http: Request) -> Response:
        """POST `/api/pull`."""
        body = await read_body(http)
        name = _parsed(read_model(body))
        if name is None:
            raise ApiError(400, "invalid model name")
        fields = Fields(body, "PullRequest")
        insecure, stream = fields.flag("insecure"), fields.flag("stream", default=True)
        return _response(self._registries.pull(name, insecure=insecure), stream=stream)

    async def push(self, http: Request) -> Response:
        """POST `/api/push`."""
        body = await read_body(http)
        text = read_model(body)
        if not text:
            raise ApiError(400, "model is required")
        fields = Fields(body, "PushRequest")
        insecure, stream = fields.flag("insecure"), fields.flag("stream", default=True)
        lines = push(self._registries, text, _parsed(text), insecure=insecure)
        return _response(lines, stream=stream)

    async def discard(self, http: Request) -> Response:
        """DELETE `/api/partials {"digests": [...]}`: what pulls left of these blobs.

        Answers with the digests whose parts were deleted.
        """
        fields = Fields(await read_body(http), "DiscardRequest")
        try:
            digests = [parse_digest(str(text)) for text in fields.items("digests")]
            with answered():
                discarded = await discard_partials(self._registries.library, digests)
        except InvalidDigest:
            raise ApiError(400, "invalid digest format") from None
        return JSONResponse({"digests": discarded})


def _parsed(text: str) -> ModelName | None:
    try:
        return names.parse(text)
    except names.InvalidName:
        return None


def _response(lines: AsyncGenerator[dict[str, Any]], *, stream: bool) -> Response:
    """The lines as they come, or only the last one."""
    return ReplyResponse(_refusing(lines), None if stream else lambda parts: parts[-1])


async def _refusing(lines: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[dict[str, Any]]:
    try:
        async for line in lines:
            yield line
    except RegistryError as problem:
        raise ApiError(500, str(problem)) from problem
    finally:
        await lines.aclose()
