"""The web application: `add_routes(app, chain, path="/chain")`, and what stands before it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI
from langserve import add_routes
from pydantic import BaseModel
from sse_starlette.sse import AppStatus
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from gui import __version__
from gui.errors import OndolError
from gui.records import ServedRequest
from gui.serve import stream_log
from gui.serve.access import Access, Guard
from gui.serve.faults import Refused, public, refusal
from gui.serve.prepared import Prepared
from gui.serve.report import Report
from gui.serve.runs import CHAIN, Runs, Snapshot
from gui.serve.served import Served
from gui.serve.turns import Turns

# They would write traces, with texts in them, of what `runs` and `report` tell in a line.
_QUIET = ("sse_starlette", "fastapi", "uvicorn", "httpx", "httpcore", "langchain_core")

# LangServe's type for these forgets the last one.
_NOT_SERVED = ("stream_log", "stream_events", "config_hashes", "token_feedback")


# What may be answered instead, as openapi.json tells it for every path.
_REFUSALS = (400, 401, 403, 405, 408, 413, 415, 422, 500, 502, 503)


class Refusal(BaseModel):
    """What comes with these: see `gui.serve.faults`."""

    detail: str


def snapshot(prepared: Prepared) -> Snapshot:
    """One state of a chain as it is served; a changed chain gets another one."""
    chain = Served(prepared)
    # Its pages of documentation would load scripts from the internet.
    app = FastAPI(
        title=prepared.name,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        responses={status: {"model": Refusal} for status in _REFUSALS},
    )
    app.add_exception_handler(OndolError, _failed)
    app.add_exception_handler(Exception, _failed)
    app.add_exception_handler(OSError, _missing)
    app.post(f"{CHAIN}/stream_log", include_in_schema=False)(
        stream_log.route(chain, prepared.schema)
    )
    add_routes(
        app,
        chain,
        path=CHAIN,
        config_keys=("max_concurrency",),
        disabled_endpoints=_NOT_SERVED,  # type: ignore[arg-type]
        enable_feedback_endpoint=False,
        enable_public_trace_link_endpoint=False,
    )
    return Snapshot(app, prepared.schema)


def guarded(
    runs: Runs,
    rules: Access,
    listener: Callable[[ServedRequest], None],
    *,
    keeps_text: bool,
) -> ASGIApp:
    """The whole application; every request is reported, also one that is refused."""
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # A stream may end in its own time before the server does: uvicorn has a limit for it.
    AppStatus.enable_automatic_graceful_drain = False
    return Report(Guard(runs, rules), listener, keeps_text=keeps_text)


def runs_of(prepared: Prepared, turns: Turns, running: int) -> Runs:
    """What answers behind the guard."""
    return Runs(snapshot(prepared), turns, running)


async def _failed(_http: Request, problem: Exception) -> Response:
    return refusal(public(problem))


async def _missing(_http: Request, _problem: Exception) -> Response:
    """LangServe opens any name in the playground's folder: a folder, one that is too long."""
    return refusal(Refused(404, "Not Found"))
