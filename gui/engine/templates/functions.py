"""What templates may call: Go's builtin functions, and those Ollama adds.

`and` and `or` stop at the first operand that decides; the interpreter runs them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from gui.engine.templates.errors import CallError
from gui.engine.templates.literals import to_bytes, to_text
from gui.engine.templates.printf import sprintf
from gui.engine.templates.values import (
    NO_VALUE,
    Struct,
    length,
    text,
    to_json,
    truth,
    type_name,
)

_SCRIPT_TYPES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "any[]",
    "object": "Record<string, any>",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Callee:
    """A function and what it takes.

    `fixed` operands are needed; with `variadic` there may be more. `texts` of them, from
    the first, must be text; -1 means all. Of `and` and `or` it says which truth decides.
    """

    call: Callable[..., Any]
    fixed: int
    variadic: bool = False
    texts: int = 0
    decides: bool | None = None


# Comparison


_KINDS = {bool: "bool", int: "int", float: "float", str: "string"}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "")


def _incompatible(left: object, right: object) -> CallError:
    return CallError(f"incompatible types for comparison: {type_name(left)} and {type_name(right)}")


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def _same(left: Any, right: Any) -> bool:
    kind = _kind(left)
    if kind and type(left) is type(right):
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if kind != _kind(right):
        raise _incompatible(left, right)
    raise _incomparable(left, right)


def _incomparable(left: object, right: object) -> CallError:
    if isinstance(left, list | dict) and isinstance(right, type(left).__mro__[-2]):
        return CallError(f"non-comparable type {sprintf('%s', right)}: {type_name(right)}")
    sides = f"{sprintf('%s', left)}: {type_name(left)}, {type_name(right)}: {text(right)}"
    return CallError(f"non-comparable types {sides}")


def _less(left: Any, right: Any) -> bool:
    kind = _kind(left)
    if not kind or not _kind(right):
        raise CallError("invalid type for comparison")
    if kind != _kind(right):
        raise _incompatible(left, right)
    if kind == "bool":
        raise CallError("invalid type for comparison")
    if kind == "string":
        return to_bytes(left) < to_bytes(right)
    return bool(left < right)


def _less_or_equal(left: Any, right: Any) -> bool:
    return _less(left, right) or _same(left, right)


# Parts


def _length(value: Any) -> int:
    size = length(value)
    if size is None:
        problem = "len of nil pointer" if value is None else f"len of type {type_name(value)}"
        raise CallError(problem)
    return size


def _place(index: Any, size: int) -> int:
    if index is None:
        raise CallError("cannot index slice/array with nil")
    if isinstance(index, bool) or not isinstance(index, int):
        raise CallError(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index <= size:
        raise CallError(f"index out of range: {index}")
    return index


def _index(value: Any, *indexes: Any) -> Any:
    if value is None:
        raise CallError("index of untyped nil")
    for index in indexes:
        value = _item(value, index)
    return value


def _item(value: Any, index: Any) -> Any:
    match value:
        case None:
            raise CallError("index of nil pointer")
        case dict():
            if not isinstance(index, str):
                problem = "value is nil" if index is None else f"value has type {type_name(index)}"
                raise CallError(f"{problem}; should be {'of type ' * (index is None)}string")
            return value.get(index)
        case list():
            place = _place(index, len(value))
            if place == len(value):
                raise CallError("reflect: slice index out of range")
            return value[place]
        case str():
            octets = to_bytes(value)
            place = _place(index, len(octets))
            if place == len(octets):
                raise CallError("reflect: string index out of range")
            return octets[place]
    raise CallError(f"can't index item of type {type_name(value)}")


def _slice(value: Any, *indexes: Any) -> Any:
    if value is None:
        raise CallError("slice of untyped nil")
    if len(indexes) > 3:
        raise CallError(f"too many slice indexes: {len(indexes)}")
    if isinstance(value, str) and len(indexes) == 3:
        raise CallError("cannot 3-index slice a string")
    if not isinstance(value, str | list):
        raise CallError(f"can't slice item of type {type_name(value)}")
    whole = to_bytes(value) if isinstance(value, str) else value
    bounds = [_place(index, len(whole)) for index in indexes]
    start = bounds[0] if bounds else 0
    end = bounds[1] if len(bounds) > 1 else len(whole)
    if start > end:
        raise CallError(f"invalid slice index: {start} > {end}")
    if len(bounds) == 3 and end > bounds[2]:
        raise CallError(f"invalid slice index: {end} > {bounds[2]}")
    part = whole[start:end]
    return to_text(part) if isinstance(part, bytes) else type(value)(part)


# Text


def _print(*values: Any) -> str:
    pieces: list[str] = []
    for position, value in enumerate(values):
        if position and not isinstance(value, str) and not isinstance(values[position - 1], str):
            pieces.append(" ")
        pieces.append(text(value))
    return "".join(pieces)


def _println(*values: Any) -> str:
    return " ".join(map(text, values)) + "\n"


def _joined(values: tuple[Any, ...]) -> str:
    return _print(*(NO_VALUE if value is None else value for value in values))


def _html(*values: Any) -> str:
    escaped = html.escape(_joined(values), quote=True)
    return escaped.replace("&quot;", "&#34;").replace("&#x27;", "&#39;").replace("\0", "\ufffd")


_SCRIPT_SPECIAL = re.compile(r"""[\\'"<>&=\x00-\x1f]|[^\x00-\x7e\x7f]""")


def _js(*values: Any) -> str:
    return _SCRIPT_SPECIAL.sub(_script_escape, _joined(values))


def _script_escape(match: re.Match[str]) -> str:
    sign = match.group()
    if sign in "\\'\"":
        return f"\\{sign}"
    code = 0xFFFD if 0xDC80 <= ord(sign) <= 0xDCFF else ord(sign)
    return sign if ord(sign) > 0x7F and sign.isprintable() else f"\\u{code:04X}"


def _urlquery(*values: Any) -> str:
    return quote_plus(to_bytes(_joined(values)))


# Ollama's


def _json(value: Any) -> str:
    try:
        return to_json(value)
    except CallError:
        return ""


def _current_date(*_formats: str) -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d")


def _yesterday_date(*_formats: str) -> str:
    return (datetime.now().astimezone() - timedelta(days=1)).strftime("%Y-%m-%d")


def _script_type(value: Any) -> str:
    """A tool's property as a type of TypeScript."""
    if not isinstance(value, Struct) or value.type_name != "api.ToolProperty":
        return "any"
    choices = value.fields["AnyOf"]
    if choices:
        return " | ".join(map(_script_type, choices))
    types = value.fields["Type"]
    return " | ".join(_SCRIPT_TYPES.get(name, "any") for name in types) or "any"


def _call(value: Any, *_values: Any) -> Any:
    if value is None:
        raise CallError("call of nil")
    raise CallError(f"non-function of type {type_name(value)}")


def _no_shortcut(*_values: Any) -> Any:
    raise CallError("and, or are run by the interpreter")


FUNCTIONS: Mapping[str, Callee] = {
    "and": Callee(_no_shortcut, 1, variadic=True, decides=False),
    "or": Callee(_no_shortcut, 1, variadic=True, decides=True),
    "not": Callee(lambda value: not truth(value), 1),
    "eq": Callee(_equal, 1, variadic=True),
    "ne": Callee(lambda left, right: not _same(left, right), 2),
    "lt": Callee(_less, 2),
    "le": Callee(_less_or_equal, 2),
    "gt": Callee(lambda left, right: not _less_or_equal(left, right), 2),
    "ge": Callee(lambda left, right: not _less(left, right), 2),
    "len": Callee(_length, 1),
    "index": Callee(_index, 1, variadic=True),
    "slice": Callee(_slice, 1, variadic=True),
    "print": Callee(_print, 0, variadic=True),
    "printf": Callee(sprintf, 1, variadic=True, texts=1),
    "println": Callee(_println, 0, variadic=True),
    "call": Callee(_call, 1, variadic=True),
    "html": Callee(_html, 0, variadic=True),
    "js": Callee(_js, 0, variadic=True),
    "urlquery": Callee(_urlquery, 0, variadic=True),
    "json": Callee(_json, 1),
    "currentDate": Callee(_current_date, 0, variadic=True, texts=-1),
    "yesterdayDate": Callee(_yesterday_date, 0, variadic=True, texts=-1),
    "toTypeScriptType": Callee(_script_type, 1),
}
"""By name. Sources: text/template's documentation; Ollama's `json`, dates and types."""
