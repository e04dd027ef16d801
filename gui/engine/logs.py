"""What the engine writes on stderr: readable lines, never what a person or model said."""

from __future__ import annotations

import logging
import os
import sys

from gui.engine.environment import EngineEnvironment

_log = logging.getLogger(__name__)

# Their own lines would show addresses with signatures, and every wait.
_QUIET = ("httpx", "httpcore", "asyncio")


def to_stderr(*, timed: bool) -> None:
    """Log there: with time and level on a terminal; without for the app, which keeps a file."""
    clock = "%(asctime)s %(levelname)-7s " if timed else "%(name)s: "
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=f"{clock}%(message)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def set_level(debug: int) -> None:
    """OLLAMA_DEBUG: from 1 on the engine's own modules say more."""
    logging.getLogger("gui").setLevel(logging.DEBUG if debug else logging.INFO)


def summarize(
    environment: EngineEnvironment,
    url: str,
    *,
    version: str,
    models: object,
    cores: int,
    threads: int,
) -> None:
    """What this engine is, once when it starts; no tokens and no proxies."""
    _log.info("Ondol's engine %s, process %d, at %s", version, os.getpid(), url)
    _log.info("models: %s", models)
    _log.info("threads: %d of %d cores; memory: %s", threads, cores, _memory())
    for name, value in environment.given:
        _log.info("%s=%s", name, value)


def _memory() -> str:
    """The machine's memory, where the system tells it."""
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return "unknown"
    return f"{size / 2**30:.1f} GiB"
