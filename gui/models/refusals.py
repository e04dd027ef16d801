"""What a server or a connection refused, as one of our errors."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from gui.errors import (
    AccessDenied,
    ContextOverflow,
    ModelNotFound,
    NotOllama,
    OndolError,
    ReplyFailedMidway,
    RequestRefused,
    ServerBusy,
)

_MAX_TEXT = 500
_MODEL_NOT_FOUND = re.compile(r"""model ['"](?P<name>[^'"]*)['"] not found""")
# Ollama, its embedding endpoint, llama.cpp's server: message and type.
_OVERFLOWS = (
    "prompt is longer than the context",
    "exceeds the context length",
    "exceeds the available context",
    "exceed_context_size_error",
)


def error_text(error: Any) -> str:
    """The sentence in an `error` value, "" for none.

    Ollama hands on its runner's answer as it is: JSON with an `error` of its own inside a
    string, sometimes `{"message": ..., "type": ...}`.
    """
    for _ in range(4):
        if isinstance(error, dict):
            error = error.get("error") or error.get("message") or ""
        elif isinstance(error, str) and error.lstrip().startswith("{"):
            inner = _json(error)
            if not isinstance(inner, dict):
                break
            error = inner
        else:
            break
    text = error if isinstance(error, str) else json.dumps(error) if error else ""
    return _one_line(text)


def midway_error(text: str) -> OndolError:
    """An `{"error": text}` line inside a stream."""
    return _known_error(text) or ReplyFailedMidway(text)


def status_error(status: int, headers: dict[str, str], body: bytes, address: str) -> OndolError:
    """An answer with a status of 300 or more; `headers` have lower-case names."""
    if status < 400:
        return NotOllama(address, f"HTTP {status} to {headers.get('location', '')[:200]}")
    if status in (401, 403, 407):
        return AccessDenied(address, status)
    if status in (429, 503):
        seconds = headers.get("retry-after", "")
        return ServerBusy(address, seconds if seconds.isdecimal() else "")
    answer = _json(body)
    text = error_text(answer.get("error")) if isinstance(answer, dict) else ""
    if not text and status in (400, 404, 405):
        return NotOllama(address, f"HTTP {status}")
    return _known_error(text, address) or RequestRefused(address, status, text or _phrase(status))


def _known_error(text: str, address: str = "") -> OndolError | None:
    if found := _MODEL_NOT_FOUND.search(text):
        return ModelNotFound(found["name"], address)
    if any(overflow in text for overflow in _OVERFLOWS):
        return ContextOverflow(text)
    return None


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _one_line(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _MAX_TEXT])
    line = " ".join(printable.split())
    return line if len(line) <= _MAX_TEXT else line[: _MAX_TEXT - 1] + "…"
