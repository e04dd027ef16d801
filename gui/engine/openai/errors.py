"""Refusals as OpenAI's clients read them."""

from __future__ import annotations

from typing import Any

from gui.engine.wire import ApiError, JsonResponse

_TYPES = {401: "authentication_error", 404: "not_found_error"}


def error_object(error: ApiError) -> dict[str, Any]:
    """The refusal as the body of an answer or the data of an event."""
    common = "invalid_request_error" if error.status < 500 else "api_error"
    kind = _TYPES.get(error.status, common)
    return {"error": {"message": error.text, "type": kind, "param": None, "code": None}}


def refusal(error: ApiError) -> JsonResponse:
    """The refusal as a response."""
    return JsonResponse(error_object(error), error.status)
