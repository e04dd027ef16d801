"""Typed reading of OpenAI's objects, which nest deeper and have optional numbers."""

from __future__ import annotations

import math
from typing import Any

from gui.engine.replies import fields
from gui.engine.wire import ApiError

_LARGEST_INT = 2**63 - 1
_GO_DYNAMIC_TYPES = {
    str: "string",
    bool: "bool",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
}


class Fields(fields.Fields):
    """The fields of one object, in whatever case their keys are; null is an empty object."""

    def __init__(self, value: object, struct: str) -> None:
        """Raises ApiError unless `value` is an object; `struct` is its name in errors."""
        if value is not None and not isinstance(value, dict):
            kind = fields.go_type(value)
            raise ApiError(
                400, f"json: cannot unmarshal {kind} into Go value of type openai.{struct}"
            )
        super().__init__({key.lower(): item for key, item in (value or {}).items()}, struct)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.get(name) is not None

    def inner(self, name: str) -> Fields:
        """An object, an empty one if absent."""
        return Fields(self.mapping(name), f"{self._struct}.{name}")

    def integer(self, name: str) -> int | None:
        """An integer of 64 bits."""
        if not self.has(name):
            return None
        value = self.whole(name)
        if abs(value) > _LARGEST_INT:
            raise self._wrong(name, value, "int")
        return value

    def number(self, name: str) -> float | None:
        """A finite number."""
        value: Any = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, value, "float64")
        if abs(value) > _LARGEST_INT or not math.isfinite(value):
            raise self._wrong(name, value, "float64")
        return value


def go_dynamic_type(value: object) -> str:
    """What Go calls the type of a JSON value that it decoded without being told a type."""
    return _GO_DYNAMIC_TYPES.get(type(value), "float64")
