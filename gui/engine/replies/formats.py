"""`format`: the JSON schema that a reply must follow, and whether it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gui.engine.wire import ApiError

_DEEPEST_SCHEMA = 64
_LARGEST_SCHEMA = 64 * 1024


def read_format(value: object) -> Mapping[str, Any] | None:
    """The JSON schema a reply must follow, None for free text."""
    if value is None or value == "":
        return None
    if value == "json":
        return {"type": "object"}
    if not isinstance(value, dict):
        raise ApiError(
            500,
            f'invalid format: {json.dumps(value)}; expected "json" or a valid JSON Schema object',
        )
    if _depth(value) > _DEEPEST_SCHEMA:
        raise ApiError(400, f"format: the schema is nested deeper than {_DEEPEST_SCHEMA} levels")
    if len(json.dumps(value)) > _LARGEST_SCHEMA:
        raise ApiError(400, f"format: the schema is larger than {_LARGEST_SCHEMA // 1024} kB")
    return value


def _depth(value: object) -> int:
    """How deeply lists and objects are nested, counted no further than is refused."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST_SCHEMA:
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        depth += bool(level)
    return depth


def check_reply(text: str, schema: Mapping[str, Any]) -> None:
    """Refuse a whole reply that does not follow `schema`; raises ApiError.

    llama.cpp holds a model to the schema while it writes, but not to everything a schema
    can say, and it has let bad grammars pass as no grammar.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ApiError(500, "the reply is not JSON, as format asks for") from None
    try:
        # With a registry of its own it does not fetch what a schema refers to.
        validator = Draft202012Validator(schema, registry=Registry())
        problem = best_match(validator.iter_errors(value))
    except (SchemaError, Unresolvable, RecursionError):
        return
    if problem is not None:
        where = problem.json_path
        raise ApiError(500, f"the reply does not follow format: {where}: {problem.message[:200]}")
