"""Values and tables as TOML that people like to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\r": "\\r", '"': '\\"'}


def is_table(value: object) -> bool:
    """Whether a value is written under a header of its own."""
    return isinstance(value, dict) or is_tables(value)


def is_tables(value: object) -> bool:
    """Whether a value is a list of tables."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def document(content: Mapping[str, Any]) -> str:
    """A whole TOML text that says `content`."""
    return "".join(_lines(content, ()))


def section(keys: tuple[str, ...], value: Mapping[str, Any], *, is_list: bool) -> str:
    """One table with its header, a blank line before it."""
    opening, closing = ("[[", "]]") if is_list else ("[", "]")
    header = f"{opening}{'.'.join(keys)}{closing}\n"
    return "\n" + header + "".join(_lines(value, keys))


def pair(key: str, value: object) -> str:
    """One line, or several where a text has some."""
    return f"{key} = {spelled(value)}\n"


def spelled(value: object) -> str:
    """A value; a text with several lines is written over several lines."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_single(item) for item in value) + "]"
    return repr(value)


def _lines(content: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key, value in content.items():
        if not is_table(value):
            yield pair(key, value)
    for key, value in content.items():
        if isinstance(value, dict):
            yield section((*keys, key), value, is_list=False)
        elif is_tables(value):
            for table in value:
                yield section((*keys, key), table, is_list=True)


def _string(text: str) -> str:
    if "\n" not in text:
        return _single(text)
    return '"""\n' + "".join("\n" if c == "\n" else _escaped(c) for c in text) + '"""'


def _single(text: str) -> str:
    return '"' + "".join("\\n" if c == "\n" else _escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character != "\t" and (character < " " or character == "\x7f"):
        return f"\\u{ord(character):04x}"
    return character
