"""JSON schemas of steps: what keeps a text from being one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gui.language import tr

YES_OR_NO = {"type": "string", "enum": ["yes", "no", "예", "아니요"]}
"""What a step that answers yes or no is held to: small models say more when they can."""
_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


def fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a schema and what to do, None if it can be one."""
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as reason:
        return tr("The schema is not JSON: {reason}", reason=reason), _example()
    if not isinstance(schema, dict):
        return tr("The schema is not a JSON object."), _example()
    return _parts(schema)


def _parts(schema: Mapping[str, object]) -> tuple[str, str] | None:
    """The mistakes people make most; the server sees the others."""
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in _TYPES:
            names = tr("Write one of these: {names}", names=", ".join(_TYPES))
            return tr("A schema has no type “{name}”.", name=kind), names
    if not isinstance(schema.get("properties", {}), dict):
        return tr("The “properties” of the schema are not a JSON object."), _example()
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return tr("“required” in the schema is not a list of names."), _example()
    return None


def _example() -> str:
    example = '{"type": "object", "properties": {"title": {"type": "string"}}}'
    return tr("Write it like: {example}", example=example)
