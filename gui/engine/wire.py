"""JSON, NDJSON and errors exactly as Ollama writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

NDJSON = "application/x-ndjson"

# Go escapes these three in every JSON string; in JSON they stand nowhere else.
_GO_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class ApiError(Exception):
    """A refusal: an HTTP status and the sentence of Ollama's `error` field."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def to_json(value: Any) -> bytes:
    """`value` as compact JSON in pure ASCII.

    Clients split a stream with `str.splitlines`, so no separator of Unicode may stay raw.
    """
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.translate(_GO_ESCAPES).encode("ascii")


def to_line(value: Any) -> bytes:
    """`value` as one line of a stream."""
    return to_json(value) + b"\n"


def now() -> str:
    """The present as `created_at` has it: RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def local_time(seconds: float) -> str:
    """`seconds` since the epoch as `modified_at` has it: RFC 3339 with the local offset."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat()


class JsonResponse(Response):
    """One JSON object, not a stream."""

    media_type = "application/json; charset=utf-8"

    def __init__(self, content: Any, status_code: int = 200) -> None:
        super().__init__(content, status_code)

    def render(self, content: Any) -> bytes:
        """The body's bytes."""
        return to_json(content)


def error_response(error: ApiError) -> JsonResponse:
    """The refusal as a response."""
    return JsonResponse({"error": error.text}, error.status)
