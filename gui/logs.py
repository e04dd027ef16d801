"""Where trouble is written down: five files of a megabyte; never what a person or model said."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import re
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from typing_extensions import override

from gui import paths

_LOG = logging.getLogger("gui")
_SECRETS = (
    re.compile(r"\b(hf_|sk-|gh[pousr]_)[A-Za-z0-9_.\-]{6,}"),
    re.compile(r"(?i)(\b(?:bearer|basic|token)[ =:]+['\"]?)[A-Za-z0-9_.~+/=\-]{6,}"),
    re.compile(
        r"(?i)(['\"]?\b(?:proxy-)?(?:authorization|x-api-key|api-key|cookie)['\"]?\s*[:=,]\s*"
        r"(?:b?['\"])?(?!(?:bearer|basic|token)\b))[^\s'\",)]+"
    ),
    re.compile(r"(\b[A-Za-z][A-Za-z0-9+.\-]*://)[^\s/@'\"]+(?=@)"),
    re.compile(
        r"(?i)([?&](?:[\w\-]*(?:token|signature|credential|secret|password|key-pair-id|policy|"
        r"api[_-]?key)|sig|key)=)[^&\s'\"]+"
    ),
)
"""What is a secret by its form; what stays is the first group."""
_QUIET = ("httpx", "httpcore", "asyncio", "markdown_it", "qasync", "PIL")


@contextlib.contextmanager
def to_file() -> Iterator[None]:
    """Log to `ondol.log` in our folder; a folder that refuses is no reason not to start."""
    try:
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            paths.logs() / "ondol.log", maxBytes=1 << 20, backupCount=4, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    with _handled(handler, logging.INFO):
        yield


@contextlib.contextmanager
def to_terminal() -> Iterator[None]:
    """Log what is serious to stderr."""
    with _handled(logging.StreamHandler(), logging.ERROR):
        yield


@contextlib.contextmanager
def _handled(handler: logging.Handler, level: int) -> Iterator[None]:
    root = logging.getLogger()
    before = root.level
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


class _Redacting(logging.Formatter):
    """Blacks out what looks like a secret, in messages and tracebacks alike (TOK-06)."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """`text` without tokens, credentials in headers and addresses, and signed queries."""
    for pattern in _SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


@contextlib.contextmanager
def uncaught(tell: Callable[[BaseException], None]) -> Iterator[None]:
    """Send what nobody caught, in a slot, a thread or a task, to `tell`; nothing dies silently."""

    def hook(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        tell(error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        _LOG.error("uncaught in thread %s", args.thread, exc_info=args.exc_value)

    def in_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            tell(error)
        else:
            _LOG.error("event loop: %s", context.get("message"))

    before = sys.excepthook, threading.excepthook
    loop = asyncio.get_running_loop()
    sys.excepthook, threading.excepthook = hook, in_thread
    loop.set_exception_handler(in_loop)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
        loop.set_exception_handler(None)
