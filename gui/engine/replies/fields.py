"""JSON as Go's decoder reads it: case-blind keys, defaults for nulls, its words for faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gui.engine.wire import ApiError

_GO_TYPES = {str: "string", bool: "bool", list: "array", dict: "object"}


def decode_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, its keys in lower case; raises ApiError.

    As Go's decoder does: only the first value counts, null is an empty object.
    """
    text = body.decode("utf-8", "replace").lstrip(" \t\r\n")
    if not text:
        raise ApiError(400, "missing request body")
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    try:
        value, _ = decoder.raw_decode(text)
    except json.JSONDecodeError as problem:
        raise ApiError(400, _go_syntax_error(text, problem.pos)) from None
    except RecursionError:
        raise ApiError(400, "exceeded max depth") from None
    except ValueError:
        raise ApiError(400, "json: cannot unmarshal number: out of range") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError(400, f"json: cannot unmarshal {go_type(value)} into Go value of type struct")
    return {key.lower(): item for key, item in value.items()}


def _refuse_constant(name: str) -> float:
    raise ApiError(400, f"invalid character '{name[0]}' looking for beginning of value")


def _go_syntax_error(text: str, position: int) -> str:
    unclosed = text.startswith('"', position) and '"' not in text[position + 1 :]
    if position >= len(text.rstrip()) or unclosed:
        return "unexpected EOF"
    return f"invalid character {text[position]!r} looking for beginning of value"


def go_type(value: object) -> str:
    """What Go calls the JSON type of `value`."""
    return _GO_TYPES.get(type(value), "number")


class Fields:
    """Typed reading of an object; an absent or null field has its default."""

    def __init__(self, value: Mapping[str, Any], struct: str) -> None:
        self._value = value
        self._struct = struct

    def get(self, name: str) -> Any:
        """The value as it came."""
        return self._value.get(name)

    def text(self, name: str) -> str:
        """A string, "" if absent."""
        return scrubbed(self._typed(name, str, "string", ""))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean."""
        value: bool = self._typed(name, bool, "bool", default)
        return value

    def items(self, name: str) -> list[Any]:
        """A list, empty if absent."""
        value: list[Any] = self._typed(name, list, "array", [])
        return value

    def whole(self, name: str) -> int:
        """A whole number, 0 if absent."""
        value = self._value.get(name)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, value, "int")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An object, empty if absent."""
        value: dict[str, Any] = self._typed(name, dict, "map", {})
        return value

    def _typed(self, name: str, kind: type, go_kind: str, default: Any) -> Any:
        value = self._value.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise self._wrong(name, value, go_kind)
        return value

    def _wrong(self, name: str, value: object, go_kind: str) -> ApiError:
        where = f"{self._struct}.{name} of type {go_kind}"
        return ApiError(
            400, f"json: cannot unmarshal {go_type(value)} into Go struct field {where}"
        )


def scrubbed(text: str) -> str:
    """`text` with half surrogate pairs replaced, as Go's decoder does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
