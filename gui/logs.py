"""Where trouble is written down: five files of a megabyte; never what a person or model said."""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from gui import paths

_LOG = logging.getLogger("gui")
_QUIET = ("httpx", "httpcore", "asyncio", "markdown_it", "qasync", "PIL")


def start(*, to_file: bool) -> None:
    """Log to `ondol.log` in our folder, or to stderr for a command in a terminal."""
    handler: logging.Handler
    if to_file:
        handler = logging.handlers.RotatingFileHandler(
            paths.logs() / "ondol.log", maxBytes=1 << 20, backupCount=4, encoding="utf-8"
        )
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if to_file else logging.ERROR, handlers=[handler])
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def catch(tell: Callable[[BaseException], None]) -> None:
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

    sys.excepthook = hook
    threading.excepthook = in_thread
    asyncio.get_running_loop().set_exception_handler(in_loop)
