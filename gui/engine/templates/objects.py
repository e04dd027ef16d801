"""Messages and tools of a request as templates see them.

Field names, JSON names and what is left out when empty are those of Ollama's API types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gui.engine.templates.errors import TemplateError
from gui.engine.templates.values import JsonList, JsonMap, Ordered, Struct, TypeList


def message(wire: Mapping[str, Any]) -> Struct:
    """A message: {"role", "content", "thinking", "images", "tool_calls", ...}."""
    return Struct(
        "*template.templateMessage",
        {
            "Role": wire.get("role") or "",
            "Content": wire.get("content") or "",
            "Thinking": wire.get("thinking") or "",
            "Images": _list(wire.get("images")),
            "ToolCalls": [_tool_call(call) for call in _list(wire.get("tool_calls"))],
            "ToolName": wire.get("tool_name") or "",
            "ToolCallID": wire.get("tool_call_id") or "",
        },
    )


def _tool_call(wire: Any) -> Struct:
    wire = _object(wire)
    function = _object(wire.get("function"))
    called = {
        "Index": _whole(function.get("index")),
        "Name": function.get("name") or "",
        "Arguments": JsonMap(decoded(_object(function.get("arguments")))),
    }
    return Struct(
        "template.templateToolCall",
        {
            "ID": wire.get("id") or "",
            "Function": Struct("template.templateToolCallFunction", called),
        },
    )


def tool_list(wire: Sequence[Mapping[str, Any]] | None) -> JsonList:
    """The tools of a request; an absent list is empty."""
    return JsonList(_tool(_object(item)) for item in wire or ())


def _tool(wire: Mapping[str, Any]) -> Struct:
    function = _function(_object(wire.get("function")))
    kind, items = wire.get("type") or "", decoded(wire.get("items"))
    return Struct(
        "template.templateTool",
        {"Type": kind, "Items": items, "Function": function},
        Ordered(type=kind, **_filled(items=items), function=function),
        prints_json=True,
    )


def _function(wire: Mapping[str, Any]) -> Struct:
    parameters = _parameters(_object(wire.get("parameters")))
    name, description = wire.get("name") or "", wire.get("description") or ""
    return Struct(
        "template.templateToolFunction",
        {"Name": name, "Description": description, "Parameters": parameters},
        Ordered(name=name, description=description, parameters=parameters),
        prints_json=True,
    )


def _parameters(wire: Mapping[str, Any]) -> Struct:
    kind, required = wire.get("type") or "", _list(wire.get("required"))
    defs, items = decoded(wire.get("$defs")), decoded(wire.get("items"))
    given = wire.get("properties")
    properties = JsonMap({name: _property(item) for name, item in _object(given).items()})
    fields = {
        "Type": kind,
        "Defs": defs,
        "Items": items,
        "Required": required,
        "Properties": properties,
    }
    json = Ordered(type=kind, **_filled(**{"$defs": defs, "items": items, "required": required}))
    json["properties"] = None if given is None else properties
    return Struct("template.templateToolFunctionParameters", fields, json, prints_json=True)


def _property(wire: Any) -> Struct:
    wire = _object(wire)
    kind = wire.get("type")
    types = TypeList([kind] if isinstance(kind, str) and kind else map(str, _list(kind)))
    choices = [_property(item) for item in _list(wire.get("anyOf"))]
    given = wire.get("properties")
    nested = (
        None if given is None else Ordered({k: _property(v) for k, v in _object(given).items()})
    )
    items, enum = decoded(wire.get("items")), decoded(_list(wire.get("enum")))
    description, required = wire.get("description") or "", _list(wire.get("required"))
    fields = {
        "AnyOf": choices,
        "Type": types,
        "Items": items,
        "Description": description,
        "Enum": enum,
        "Properties": nested,
        "Required": required,
    }
    json = _filled(anyOf=choices, type=types, items=items, description=description, enum=enum)
    if nested is not None:
        json["properties"] = nested
    json.update(_filled(required=required))
    return Struct("api.ToolProperty", fields, json)


def _object(value: Any) -> Mapping[str, Any]:
    """`value` if it is an object; what clients send instead counts as empty."""
    return value if isinstance(value, Mapping) else {}


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _filled(**fields: Any) -> Ordered:
    """The fields that `omitempty` leaves."""
    return Ordered({name: value for name, value in fields.items() if value not in (None, "", [])})


def decoded(value: Any) -> Any:
    """A JSON value as Go decodes it into `any`: every number is a float."""
    match value:
        case bool():
            return value
        case int():
            try:
                return float(value)
            except OverflowError:
                raise TemplateError("template: a number is out of range") from None
        case dict():
            return {key: decoded(item) for key, item in value.items()}
        case list():
            return [decoded(item) for item in value]
    return value
