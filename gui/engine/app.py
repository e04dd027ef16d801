"""The engine's web application: routes, error pages and the guard put together."""

from __future__ import annotations

import contextlib
import logging
import threading
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from gui import __version__, paths
from gui.engine.api.bodies import BodyBudget
from gui.engine.api.request_log import RequestLog
from gui.engine.api.routes_models import ModelRoutes
from gui.engine.api.routes_registry import RegistryRoutes
from gui.engine.api.routes_replies import ReplyRoutes
from gui.engine.api.routes_store import StoreRoutes
from gui.engine.api.security import Access, Guard
from gui.engine.environment import EngineEnvironment
from gui.engine.llama.options import EngineDefaults
from gui.engine.llama.runtime import MOST_LOADED, Runtime, RuntimeLimits, WhileLoading
from gui.engine.llama.trial import Trials
from gui.engine.openai.routes import OpenAiRoutes
from gui.engine.registry.client import Network
from gui.engine.registry.keys import default_keys
from gui.engine.registry.pull import Registries
from gui.engine.store.digests import DigestCache
from gui.engine.store.library import Library
from gui.engine.store.loose import starter_path
from gui.engine.store.models import ModelStore
from gui.engine.wire import ApiError, error_response

_log = logging.getLogger(__name__)

_PLAIN_ERRORS = {404: "404 page not found", 405: "405 method not allowed"}


def assemble(
    environment: EngineEnvironment,
    access: Access,
    while_loading: WhileLoading = contextlib.nullcontext,
) -> ASGIApp:
    """Everything that answers, over the models folder there is now.

    What may take minutes on a large folder is left to a thread.
    """
    library = Library(paths.engine_models(), prune_allowed=not environment.noprune)
    digests = DigestCache(paths.data() / "digests.json")
    store = ModelStore(library, digests, starter_path())
    threading.Thread(target=_tidy, args=(store,), name="tidy", daemon=True).start()
    registries = Registries(library, Network(proxies=environment.proxies), default_keys())
    trials = Trials(paths.data() / "templates.json")
    runtime = Runtime(while_loading, _limits(environment), trials=trials)
    return build_app(store, runtime, registries, access)


def _limits(environment: EngineEnvironment) -> RuntimeLimits:
    return RuntimeLimits(
        loaded=environment.max_loaded_models or MOST_LOADED,
        waiting=environment.max_queue,
        keep_alive=environment.keep_alive,
        defaults=EngineDefaults(
            context_length=environment.context_length,
            parallel=environment.num_parallel,
            flash_attention=environment.flash_attention,
            kv_cache_type=environment.kv_cache_type,
            go_templates=environment.go_template,
        ),
    )


def _tidy(store: ModelStore) -> None:
    try:
        gone = store.library.prune()
    except OSError as problem:
        _log.warning("the models folder cannot be tidied: %s", problem)
    else:
        if gone:
            _log.info("%d blobs that no model needs any more are gone", len(gone))
    store.compute_digests()


def build_app(
    store: ModelStore, runtime: Runtime, registries: Registries, access: Access
) -> ASGIApp:
    """The ASGI application over its parts."""
    replies = ReplyRoutes(store, runtime)
    app = Starlette(
        routes=[
            *ModelRoutes(store, runtime, __version__).routes(),
            *replies.routes(),
            *StoreRoutes(store, runtime, partial(registries.pull, insecure=False)).routes(),
            *RegistryRoutes(registries).routes(),
            *OpenAiRoutes(replies, replies, store).routes(),
        ],
        exception_handlers={
            ApiError: _refused,
            HTTPException: _plain,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    return RequestLog(Guard(BodyBudget(app), access))


async def _refused(_http: Request, problem: Exception) -> Response:
    known = problem if isinstance(problem, ApiError) else ApiError(500, "internal error")
    return error_response(known)


async def _plain(_http: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    headers = problem.headers if isinstance(problem, HTTPException) else None
    return PlainTextResponse(_PLAIN_ERRORS.get(status, "error"), status, headers)


async def _failed(_http: Request, problem: Exception) -> Response:
    return error_response(ApiError(500, f"internal error: {type(problem).__name__}"))
