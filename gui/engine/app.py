"""The engine's web application: routes, error pages and the guard put together."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gui.engine.api.bodies import BodyBudget
from gui.engine.api.request_log import RequestLog
from gui.engine.api.routes_models import ModelRoutes
from gui.engine.api.routes_replies import ReplyRoutes
from gui.engine.api.security import Guard
from gui.engine.llama.runtime import Runtime
from gui.engine.openai.routes import OpenAiRoutes
from gui.engine.store.models import ModelStore
from gui.engine.wire import ApiError, error_response

_PLAIN_ERRORS = {404: "404 page not found", 405: "405 method not allowed"}


def build_app(
    store: ModelStore,
    runtime: Runtime,
    version: str,
    *,
    token: str,
    check_host: bool,
    origins: Sequence[str] | None,
) -> ASGIApp:
    """The ASGI application. Without `token` anybody who reaches it may ask; see `Guard`."""
    models = ModelRoutes(store, runtime, version)
    replies = ReplyRoutes(store, runtime)
    app = Starlette(
        routes=[
            Route("/", models.root, methods=["GET"]),
            Route("/api/version", models.version, methods=["GET"]),
            Route("/api/tags", models.tags, methods=["GET"]),
            Route("/api/ps", models.ps, methods=["GET"]),
            Route("/api/show", models.show, methods=["POST"]),
            *replies.routes(),
            *OpenAiRoutes(replies, replies, store).routes(),
        ],
        exception_handlers={
            ApiError: _refused,
            HTTPException: _plain,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    guard = Guard(BodyBudget(app), token=token, check_host=check_host, origins=origins)
    return RequestLog(guard)


async def _refused(_http: Request, problem: Exception) -> Response:
    known = problem if isinstance(problem, ApiError) else ApiError(500, "internal error")
    return error_response(known)


async def _plain(_http: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    headers = problem.headers if isinstance(problem, HTTPException) else None
    return PlainTextResponse(_PLAIN_ERRORS.get(status, "error"), status, headers)


async def _failed(_http: Request, problem: Exception) -> Response:
    return error_response(ApiError(500, f"internal error: {type(problem).__name__}"))
