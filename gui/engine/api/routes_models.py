"""`/`, `/api/version`, `/api/status`, `/api/tags`, `/api/ps` and `/api/show`."""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gui.engine.api.bodies import read_body
from gui.engine.api.model_views import listed, running, shown
from gui.engine.create.faults import answered
from gui.engine.llama.runtime import Runtime
from gui.engine.replies.fields import Fields
from gui.engine.store import names
from gui.engine.store.models import ModelStore
from gui.engine.wire import ApiError, JsonResponse


class ModelRoutes:
    """What the engine is, and what models it has."""

    def __init__(self, store: ModelStore, runtime: Runtime, version: str) -> None:
        self._store = store
        self._runtime = runtime
        self._version = version

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/", self.root, methods=["GET"]),
            Route("/api/version", self.version, methods=["GET"]),
            Route("/api/status", self.status, methods=["GET"]),
            Route("/api/tags", self.tags, methods=["GET"]),
            Route("/api/ps", self.ps, methods=["GET"]),
            Route("/api/show", self.show, methods=["POST"]),
        ]

    async def root(self, _http: Request) -> Response:
        """GET `/`: how clients recognise Ollama."""
        return PlainTextResponse("Ollama is running")

    async def version(self, _http: Request) -> Response:
        """GET `/api/version`."""
        return JsonResponse({"version": self._version})

    async def status(self, _http: Request) -> Response:
        """GET `/api/status`: there are no models of a cloud here."""
        return JsonResponse({"cloud": {"disabled": True, "source": "none"}})

    async def tags(self, _http: Request) -> Response:
        """GET `/api/tags`: every model, the newest first."""
        models = await asyncio.to_thread(self._store.models)
        return JsonResponse({"models": [listed(model) for model in models]})

    async def ps(self, _http: Request) -> Response:
        """GET `/api/ps`: what is in memory, what stays longest first."""
        return JsonResponse({"models": [running(one) for one in self._runtime.loaded()]})

    async def show(self, http: Request) -> Response:
        """POST `/api/show`: everything about one model."""
        fields = Fields(await read_body(http), "ShowRequest")
        text = fields.text("model") or fields.text("name")
        if not text:
            raise ApiError(400, "model is required")
        try:
            name = names.parse(text)
        except names.InvalidName:
            raise ApiError(400, "invalid model name") from None
        work = partial(
            shown,
            verbose=fields.flag("verbose"),
            system=fields.text("system"),
            options=fields.mapping("options"),
        )
        model = await asyncio.to_thread(self._store.find, name)
        if model is None:
            raise ApiError(404, f"model '{name.shortest}' not found")
        if model.header is None:
            raise ApiError(500, model.problem)
        with answered():
            header = await asyncio.to_thread(self._store.header_of, model)
            return JsonResponse(await asyncio.to_thread(work, model, header))
