"""`/api/chat` and `/api/generate`."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from gui.engine.api.bodies import read_body
from gui.engine.api.streaming import ReplyResponse
from gui.engine.llama.runtime import Runtime
from gui.engine.replies import reply
from gui.engine.replies.requests import ReplyRequest, read_chat, read_generate
from gui.engine.store import names
from gui.engine.store.models import ModelStore
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError


class ReplyRoutes:
    """The two routes that generate text."""

    def __init__(self, store: ModelStore, runtime: Runtime) -> None:
        self._store = store
        self._runtime = runtime

    async def chat(self, http: Request) -> Response:
        """POST `/api/chat`."""
        request = read_chat(await read_body(http))
        if not request.model:
            raise ApiError(400, "model is required")
        model = await self._find(request.model)
        _check(model, request, "chat")
        if request.has_tools:
            raise ApiError(400, f"{model.name.full} does not support tools")
        if request.has_images:
            raise ApiError(400, f'"{request.model}" does not support images')
        chunks = reply.chat(self._runtime, model, request)
        return ReplyResponse(chunks, None if request.stream else reply.merged)

    async def generate(self, http: Request) -> Response:
        """POST `/api/generate`."""
        request = read_generate(await read_body(http))
        if not request.model:
            raise ApiError(404, "model '' not found")
        model = await self._find(request.model)
        if request.raw and (request.template or request.system or request.has_context):
            raise ApiError(400, "raw mode does not support template, system, or context")
        _check(model, request, "generate")
        if request.suffix:
            raise ApiError(400, f"{model.name.full} does not support insert")
        if request.has_images:
            raise ApiError(400, f'"{request.model}" does not support images')
        if request.template or request.has_context:
            raise ApiError(400, "template and context are not supported by this engine")
        chunks = reply.generate(self._runtime, model, request)
        return ReplyResponse(chunks, None if request.stream else reply.merged)

    async def _find(self, text: str) -> StoredModel:
        try:
            name = names.parse(text)
        except names.InvalidName:
            raise ApiError(400, "invalid model name") from None
        model = await asyncio.to_thread(self._store.find, name)
        if model is None:
            raise ApiError(404, f"model '{text}' not found")
        return model


def _check(model: StoredModel, request: ReplyRequest, task: str) -> None:
    """Refuse what the model cannot do; raises ApiError."""
    if model.problem:
        raise ApiError(500, model.problem)
    if "completion" not in model.capabilities:
        raise ApiError(400, f'"{request.model}" does not support {task}')
    if request.think and "thinking" not in model.capabilities:
        raise ApiError(400, f'"{request.model}" does not support thinking')
