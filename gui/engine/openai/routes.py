"""`/v1`: OpenAI's API over the functions that answer `/api`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gui.engine.api.bodies import read_body
from gui.engine.api.streaming import ReplyResponse
from gui.engine.openai import answers, errors
from gui.engine.openai.answers import ListedModel, Stamp
from gui.engine.openai.events import ChatEncoding, CompletionEncoding, ObjectEncoding
from gui.engine.openai.requests import read_chat, read_completion, read_embedding
from gui.engine.store import names
from gui.engine.store.names import ModelName
from gui.engine.wire import ApiError, JsonResponse

_log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


class Replies(Protocol):
    """What answers `/api/chat` and `/api/generate`; both raise ApiError."""

    async def chunks_for_chat(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """The chunks of a reply to a body of `/api/chat`."""

    async def chunks_for_generate(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """The chunks of a reply to a body of `/api/generate`."""


class Embeddings(Protocol):
    """What answers `/api/embed`; raises ApiError."""

    async def embed(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a body of `/api/embed`."""


class Models(Protocol):
    """The models there are; both methods may block on the disk."""

    def models(self) -> Sequence[ListedModel]:
        """Every model, the newest first."""

    def find(self, name: ModelName) -> ListedModel | None:
        """The model of that name."""


class OpenAiRoutes:
    """The routes of `/v1`; every refusal is an error object of OpenAI."""

    def __init__(self, replies: Replies, embeddings: Embeddings, models: Models) -> None:
        self._replies = replies
        self._embeddings = embeddings
        self._models = models

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/v1/chat/completions", _guarded(self.chat), methods=["POST"]),
            Route("/v1/completions", _guarded(self.complete), methods=["POST"]),
            Route("/v1/embeddings", _guarded(self.embed), methods=["POST"]),
            Route("/v1/models", _guarded(self.list_models), methods=["GET"]),
            Route("/v1/models/{model:path}", _guarded(self.show_model), methods=["GET"]),
        ]

    async def chat(self, http: Request) -> Response:
        """POST `/v1/chat/completions`."""
        request = await asyncio.to_thread(read_chat, await read_body(http))
        chunks = await self._replies.chunks_for_chat(request.body)
        stamp = Stamp(answers.CHAT_ID, request.model)
        merge = None if request.stream else partial(answers.chat_completion, stamp)
        encoding = ChatEncoding(stamp, include_usage=request.include_usage)
        return ReplyResponse(chunks, merge, encoding)

    async def complete(self, http: Request) -> Response:
        """POST `/v1/completions`."""
        request = await asyncio.to_thread(read_completion, await read_body(http))
        chunks = await self._replies.chunks_for_generate(request.body)
        stamp = Stamp(answers.COMPLETION_ID, request.model)
        merge = None if request.stream else partial(answers.text_completion, stamp)
        encoding = CompletionEncoding(stamp, include_usage=request.include_usage)
        return ReplyResponse(chunks, merge, encoding)

    async def embed(self, http: Request) -> Response:
        """POST `/v1/embeddings`."""
        request = await asyncio.to_thread(read_embedding, await read_body(http))

        async def answer() -> AsyncGenerator[dict[str, Any]]:
            yield await self._embeddings.embed(request.body)

        def as_list(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            return answers.embedding_list(request.model, parts[0], in_base64=request.in_base64)

        return ReplyResponse(answer(), as_list, ObjectEncoding())

    async def list_models(self, _http: Request) -> Response:
        """GET `/v1/models`."""
        return JsonResponse(answers.model_list(await asyncio.to_thread(self._models.models)))

    async def show_model(self, http: Request) -> Response:
        """GET `/v1/models/{model}`, under the name it was asked for."""
        text = http.path_params["model"]
        try:
            name = names.parse(text)
        except names.InvalidName:
            raise ApiError(400, "invalid model name") from None
        model = await asyncio.to_thread(self._models.find, name)
        if model is None:
            raise ApiError(404, f"model '{name.shortest}' not found")
        return JsonResponse(answers.model_object(model, text))


def _guarded(handler: Handler) -> Handler:
    """`handler` with its refusals and faults in OpenAI's form."""

    @wraps(handler)
    async def guarded(http: Request) -> Response:
        try:
            return await handler(http)
        except ApiError as problem:
            return errors.refusal(problem)
        except Exception as problem:
            _log.exception("a request of /v1 failed")
            return errors.refusal(ApiError(500, f"internal error: {type(problem).__name__}"))

    return guarded
