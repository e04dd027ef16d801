"""What a caller is told when something fails: a sentence of ours, no traces, no paths (SRV-10).

In English, as every API speaks; who serves reads the whole error in the log.
"""

from __future__ import annotations

import json

from starlette.responses import JSONResponse, Response

from gui.errors import (
    AccessDenied,
    ChainError,
    ContextOverflow,
    EngineError,
    ModelNotFound,
    OndolError,
    PresetError,
    ServerBusy,
    ServerError,
    StepUnreadable,
    StreamError,
)

COME_BACK_SECONDS = 5
_ERROR_EVENT = b"event: error\r\n"

_PUBLIC: tuple[tuple[type[OndolError], int, str], ...] = (
    (ContextOverflow, 422, "the input is longer than the model can read"),
    (PresetError, 422, "the chain cannot use this input"),
    (ChainError, 502, "a step of the chain failed"),
    (ServerBusy, 503, "the model server is busy"),
    (ModelNotFound, 502, "the model server does not have the chain's model"),
    (AccessDenied, 502, "the model server refuses"),
    (StreamError, 502, "the model server's reply was cut"),
    (ServerError, 502, "the model server does not answer as it should"),
    (EngineError, 502, "the model server does not answer"),
)


class Refused(Exception):
    """A request that is not done: a status of HTTP, a sentence, and headers to send with it."""

    def __init__(self, status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


FAILED = Refused(500, "the chain failed")


def public(problem: BaseException) -> Refused:
    """What a caller may know of `problem`."""
    if isinstance(problem, Refused):
        return problem
    for kind, status, text in _PUBLIC:
        if isinstance(problem, kind):
            wait = (("Retry-After", str(COME_BACK_SECONDS)),) if status == 503 else ()
            return Refused(status, text, wait)
    return FAILED


def ending() -> Refused:
    """What is said to whoever is not done when the server ends."""
    return Refused(503, "the server ends", (("Retry-After", str(COME_BACK_SECONDS)),))


def refusal(refused: Refused) -> Response:
    """The refusal as a response, as FastAPI writes its own; a header may be there twice."""
    response = JSONResponse({"detail": refused.text}, refused.status)
    for name, value in refused.headers:
        response.headers.append(name, value)
    return response


def is_error_event(body: bytes) -> bool:
    """Whether this is the event with which LangServe ends a stream that failed."""
    return body.startswith(_ERROR_EVENT)


def error_event(refused: Refused) -> bytes:
    """The refusal as the last event of a stream, as RemoteRunnable reads it."""
    data = json.dumps({"status_code": refused.status, "message": refused.text})
    return _ERROR_EVENT + f"data: {data}\r\n\r\n".encode("ascii")


def in_one_line(problem: BaseException) -> str:
    """The problem for the log, without somebody's text: that is in some words of errors."""
    if isinstance(problem, OndolError) and not isinstance(problem, StepUnreadable):
        detail = f" ({problem.detail})" if problem.detail else ""
        return " ".join(f"{problem}{detail}".split())[:500]
    if isinstance(problem, Refused):
        return problem.text
    place = _place(problem)
    return f"{type(problem).__name__}{place}"


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    module = trace.tb_frame.f_globals.get("__name__", "?")
    return f" in {module}, line {trace.tb_lineno}"
