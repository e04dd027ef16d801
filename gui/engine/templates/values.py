"""Values as Go has them: how they print, what is true, what their types are called.

Text is `str`, whole numbers `int`, other numbers `float`, maps `dict`, slices `list`,
Ollama's structs `Struct`, and None stands for nil and for what is missing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gui.engine.templates.errors import CallError
from gui.engine.templates.literals import to_bytes

NO_VALUE = "<no value>"

_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    | dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\\ufffd")
)
_GO_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


class Ordered(dict[str, Any]):
    """A JSON object that keeps its order; plain maps are sorted."""


class JsonMap(dict[str, Any]):
    """A map that prints as JSON: arguments of a call, properties of a tool."""


class JsonList(list[Any]):
    """A slice that prints as JSON: the tools of a request."""


class TypeList(list[str]):
    """The types a property may have: one prints as itself."""


@dataclass(frozen=True, slots=True)
class Struct:
    """One of Ollama's structs: only its fields may be asked for.

    `wire` is its JSON where that differs from its fields; `prints_json` says whether it
    prints as that JSON.
    """

    type_name: str
    fields: Mapping[str, Any]
    wire: Any = None
    prints_json: bool = False


def type_name(value: object) -> str:
    """What Go calls the type of `value`."""
    if isinstance(value, Struct):
        return value.type_name
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return "<nil>"


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (str, "string"),
    (bool, "bool"),
    (int, "int"),
    (float, "float64"),
    (JsonMap, "template.templateArgs"),
    (dict, "map[string]interface {}"),
    (JsonList, "template.templateTools"),
    (TypeList, "api.PropertyType"),
    (list, "[]interface {}"),
)


def truth(value: object) -> bool:
    """Whether `if` takes `value`: nothing empty, zero or missing."""
    return True if isinstance(value, Struct) else bool(value)


def shown(value: Any) -> str:
    """`value` as an action prints it."""
    if type(value) is str:
        return value
    return NO_VALUE if value is None else text(value)


def text(value: Any) -> str:
    """`value` as Go's verb `%v` prints it."""
    match value:
        case str():
            return value
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return float_text(value)
        case TypeList():
            return value[0] if len(value) == 1 else _list_text(value) if value else ""
        case JsonMap() | JsonList() | Struct(prints_json=True):
            return to_json(value)
        case dict():
            pairs = (f"{key}:{text(value[key])}" for key in sorted(value))
            return f"map[{' '.join(pairs)}]"
        case list():
            return _list_text(value)
        case Struct():
            return "{" + " ".join(map(text, value.fields.values())) + "}"
    return str(value)


def _list_text(items: list[Any]) -> str:
    return f"[{' '.join(map(text, items))}]"


def float_text(value: float) -> str:
    """A number as Go's `%v` prints it: the shortest digits, an exponent from a million on."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, scale = _shortest(value)
    if -4 <= scale < 6:
        return format(Decimal(repr(value)).normalize(), "f")
    return _scientific(sign, digits, scale)


def _shortest(value: float) -> tuple[int, tuple[int, ...], int]:
    """Sign, the fewest digits that tell `value` from its neighbours, decimal exponent."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    return sign, digits, len(digits) + int(exponent) - 1


def _scientific(sign: int, digits: tuple[int, ...], scale: int) -> str:
    written = "".join(map(str, digits))
    mantissa = written[0] + (f".{written[1:]}" if len(written) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}e{'-' if scale < 0 else '+'}{abs(scale):02d}"


def to_json(value: Any) -> str:
    """`value` as Go's `json.Marshal` writes it: compact, `< > &` escaped, maps sorted."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False).translate(_JSON_ESCAPES)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return _json_number(value)
        case TypeList() if len(value) == 1:
            return to_json(value[0])
        case list():
            return f"[{','.join(map(to_json, value))}]"
        case Struct():
            return to_json(_fields_wire(value) if value.wire is None else value.wire)
        case dict():
            keys = value if isinstance(value, Ordered) else sorted(value)
            return "{" + ",".join(f"{to_json(key)}:{to_json(value[key])}" for key in keys) + "}"
    return str(value)


def _fields_wire(struct: Struct) -> Ordered:
    """Go's names; slices that were never filled are null."""
    return Ordered({name: None if item == [] else item for name, item in struct.fields.items()})


def _json_number(value: float) -> str:
    if not math.isfinite(value):
        raise CallError(f"json: unsupported value: {float_text(value)}")
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)).normalize(), "f")
    return _scientific(*_shortest(value)).replace("e-0", "e-")


def quoted(value: str) -> str:
    """`value` as Go's verb `%q` quotes it."""
    return '"' + "".join(map(_quoted_character, value)) + '"'


def _quoted_character(character: str) -> str:
    code = ord(character)
    if character in _GO_ESCAPES:
        return _GO_ESCAPES[character]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable():
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def length(value: Any) -> int | None:
    """Go's `len`: of text in bytes; None if the value has no length."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(to_bytes(value))
    return len(value) if isinstance(value, dict | list) else None
