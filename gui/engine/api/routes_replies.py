"""`/api/chat`, `/api/generate`, `/api/embed` and `/api/embeddings`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gui.engine.api.bodies import read_body
from gui.engine.api.streaming import ReplyResponse
from gui.engine.llama.runtime import Runtime
from gui.engine.replies import sources
from gui.engine.replies.embedding import Embedded, embed_answer, embedded, embeddings_answer
from gui.engine.replies.reply import (
    Reply,
    chat_shape,
    generate_shape,
    loaded_only,
    merged,
    replied,
)
from gui.engine.replies.requests import (
    ChatRequest,
    EmbedRequest,
    GenerateRequest,
    ReplyRequest,
    read_chat,
    read_embed,
    read_embeddings,
    read_generate,
)
from gui.engine.store import names
from gui.engine.store.models import ModelStore
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError, JsonResponse

_TRY_PULLING = 'model "{text}" not found, try pulling it first'
_NOT_FOUND = "model '{text}' not found"


class ReplyRoutes:
    """The routes that make a model work."""

    def __init__(self, store: ModelStore, runtime: Runtime) -> None:
        self._store = store
        self._runtime = runtime

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/api/generate", self.generate, methods=["POST"]),
            Route("/api/embed", self.embed_texts, methods=["POST"]),
            Route("/api/embeddings", self.embeddings, methods=["POST"]),
        ]

    async def chat(self, http: Request) -> Response:
        """POST `/api/chat`."""
        request = await asyncio.to_thread(read_chat, await read_body(http))
        chunks = await self._chat(request)
        return ReplyResponse(chunks, None if request.stream else merged)

    async def generate(self, http: Request) -> Response:
        """POST `/api/generate`."""
        request = await asyncio.to_thread(read_generate, await read_body(http))
        chunks = await self._generate(request)
        return ReplyResponse(chunks, None if request.stream else merged)

    async def embed_texts(self, http: Request) -> Response:
        """POST `/api/embed`."""
        return JsonResponse(await self.embed(await read_body(http)))

    async def embeddings(self, http: Request) -> Response:
        """POST `/api/embeddings`."""
        request = read_embeddings(await read_body(http))
        if not request.model:
            raise ApiError(400, "model is required")
        return JsonResponse(embeddings_answer(await self._embedded(request)))

    async def chunks_for_chat(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """The chunks of a reply to a body of `/api/chat`; raises ApiError."""
        return await self._chat(await asyncio.to_thread(read_chat, body))

    async def chunks_for_generate(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """The chunks of a reply to a body of `/api/generate`; raises ApiError."""
        return await self._generate(await asyncio.to_thread(read_generate, body))

    async def embed(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a body of `/api/embed`; raises ApiError."""
        request = read_embed(body)
        if not request.model:
            raise ApiError(404, "model '' not found")
        return embed_answer(request, await self._embedded(request))

    async def _chat(self, request: ChatRequest) -> AsyncGenerator[dict[str, Any]]:
        if not request.model:
            raise ApiError(400, "model is required")
        model = await self._find(request.model, _NOT_FOUND)
        if request.messages or request.keep_alive != 0:
            _check(model, request, "chat")
        if request.tools and "tools" not in model.capabilities:
            raise ApiError(400, f"{model.name.full} does not support tools")
        if request.has_images:
            _check_images(model, request)
        source = sources.of_chat(model, request, self._runtime.limits.defaults)
        reply = Reply(request, source, chat_shape)
        if not request.messages:
            return loaded_only(self._runtime, reply)
        return replied(self._runtime, reply)

    async def _generate(self, request: GenerateRequest) -> AsyncGenerator[dict[str, Any]]:
        if not request.model:
            raise ApiError(404, "model '' not found")
        model = await self._find(request.model, _NOT_FOUND)
        if request.raw and (request.template or request.system or request.context):
            raise ApiError(400, "raw mode does not support template, system, or context")
        if request.prompt or request.keep_alive != 0:
            _check(model, request, "generate")
        if request.suffix and "insert" not in model.capabilities and not request.template:
            raise ApiError(400, f"{model.name.full} does not support insert")
        if request.images:
            _check_images(model, request)
        source = sources.of_generate(model, request, self._runtime.limits.defaults)
        reply = Reply(request, source, generate_shape)
        if not request.prompt:
            return loaded_only(self._runtime, reply)
        return replied(self._runtime, reply)

    async def _embedded(self, request: EmbedRequest) -> Embedded:
        model = await self._find(request.model, _TRY_PULLING)
        if model.problem:
            raise ApiError(500, model.problem)
        return await embedded(self._runtime, model, request)

    async def _find(self, text: str, refusal: str) -> StoredModel:
        try:
            name = names.parse(text)
        except names.InvalidName:
            raise ApiError(400, "invalid model name") from None
        model = await asyncio.to_thread(self._store.find, name)
        if model is None:
            raise ApiError(404, refusal.format(text=text))
        return model


def _check(model: StoredModel, request: ReplyRequest, task: str) -> None:
    """Refuse what the model cannot do; raises ApiError."""
    if model.problem:
        raise ApiError(500, model.problem)
    if "completion" not in model.capabilities:
        raise ApiError(400, f'"{request.model}" does not support {task}')
    if request.think and "thinking" not in model.capabilities:
        raise ApiError(400, f'"{request.model}" does not support thinking')


def _check_images(model: StoredModel, request: ReplyRequest) -> None:
    if "vision" not in model.capabilities:
        raise ApiError(400, f'"{request.model}" does not support images')
