"""Where things stand in a TOML text: its statements, keys and values as offsets.

The text is valid TOML, for tomllib has read it before; what it means is tomllib's affair.
Source: the grammar of TOML 1.0.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from gui.chat.presets.parts import Path

Keys = tuple[str, ...]

STRING = (
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+"""(?:"{0,2})'
    r"|'''(?:[^']|'(?!''))*+'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
)
_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|#[^\n]*+)*+")
_KEY = r"(?:[A-Za-z0-9_-]++|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+')"
_KEYS = re.compile(rf"{_KEY}(?:[ \t]*+\.[ \t]*+{_KEY})*+")
_ONE_KEY = re.compile(_KEY)
_HEADER = re.compile(rf"\[(?P<list>\[)?[ \t]*+(?P<keys>{_KEYS.pattern})[ \t]*+\]\]?")
_EQUALS = re.compile(r"[ \t]*+=[ \t]*+")
_STRING = re.compile(STRING)
_SCALAR = re.compile(r"[^,\]}#\r\n]++")
_COMMA = re.compile(r"(?:[ \t\r\n,]|#[^\n]*+)*+")
_ESCAPE = re.compile(
    r"\\(?:[ \t]*+\r?\n[ \t\r\n]*+|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\r\n", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, `value` None, or a key and its value; `start` and `end` without the comment."""

    keys: Keys
    start: int
    end: int
    key_end: int
    value: tuple[int, int] | None = None
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key or header stands, and its value; a header's value is the header."""

    key: tuple[int, int]
    value: tuple[int, int]


def statements(text: str) -> Iterator[Statement]:
    """Every statement of `text`, up to what is none."""
    position = _skip(text, 0)
    while position < len(text):
        if header := _HEADER.match(text, position):
            keys = _split(header["keys"])
            yield Statement(keys, *header.span(), header.end(), is_list=bool(header["list"]))
            position = header.end()
        else:
            statement = _pair(text, position)
            if statement is None:
                return
            yield statement
            position = statement.end
        position = _skip(text, position)


def layout(text: str) -> dict[Path, Place]:
    """Where every key, table and list of tables stands, inline ones too."""
    found: dict[Path, Place] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for statement in statements(text):
        span = (statement.start, statement.end)
        if statement.value is not None:
            path = (*table, *statement.keys)
            found[path] = Place((statement.start, statement.key_end), statement.value)
            _inner(text, statement.value[0], path, found)
            continue
        table = _resolved(statement.keys[:-1], counts)
        if statement.is_list:
            owner = (*table, statement.keys[-1])
            counts[owner] = counts.get(owner, -1) + 1
            found.setdefault(owner, Place(span, span))
        table = _resolved(statement.keys, counts)
        found[table] = Place(span, span)
    return found


def characters(text: str, start: int, end: int) -> tuple[int, ...]:
    """The offset of each character of a string value, and of the end of the last one.

    The value stands between the offsets `start` and `end`, quotes included.
    """
    quote = next(mark for mark in ('"""', "'''", '"', "'") if text.startswith(mark, start))
    position, stop = start + len(quote), end - len(quote)
    if len(quote) == 3:
        first = re.compile(r"\r?\n").match(text, position, stop)
        position = first.end() if first else position
    offsets = []
    while position < stop:
        match = _ESCAPE.match(text, position, stop)
        if match is None or (match.group()[0] == "\\" and quote[0] == "'"):
            offsets.append(position)
            position += 1
            continue
        if match.group()[0] != "\\" or "\n" not in match.group():
            offsets.append(position)
        position = match.end()
    return (*offsets, stop)


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _split(keys: str) -> Keys:
    return tuple(_plain(match.group()) for match in _ONE_KEY.finditer(keys))


def _plain(key: str) -> str:
    return str(tomllib.loads(f"k = {key}")["k"]) if key[0] in "\"'" else key


def _pair(text: str, position: int) -> Statement | None:
    keys = _KEYS.match(text, position)
    equals = _EQUALS.match(text, keys.end()) if keys else None
    if keys is None or equals is None:
        return None
    end = _value_end(text, equals.end(), (), {})
    if end == equals.end():
        return None
    return Statement(_split(keys.group()), position, end, keys.end(), (equals.end(), end))


def _resolved(keys: Keys, counts: dict[Path, int]) -> Path:
    """The path of a table: through the last entry of each list of tables."""
    path: Path = ()
    for key in keys:
        path = (*path, key)
        if path in counts:
            path = (*path, counts[path])
    return path


def _inner(text: str, start: int, path: Path, found: dict[Path, Place]) -> None:
    if text[start] in "[{":
        _value_end(text, start, path, found)


def _value_end(text: str, start: int, path: Path, found: dict[Path, Place]) -> int:
    """Where the value at `start` ends; what it contains is added to `found`."""
    if text.startswith("[", start):
        return _list_end(text, start, path, found)
    if text.startswith("{", start):
        return _table_end(text, start, path, found)
    match = _STRING.match(text, start) or _SCALAR.match(text, start)
    if match is None:
        return start
    return start + len(match.group().rstrip())


def _list_end(text: str, start: int, path: Path, found: dict[Path, Place]) -> int:
    position, index = _past_comma(text, start + 1), 0
    while not text.startswith("]", position):
        end = _value_end(text, position, (*path, index), found)
        if end == position:
            return start
        found[*path, index] = Place((position, end), (position, end))
        position, index = _past_comma(text, end), index + 1
    return position + 1


def _table_end(text: str, start: int, path: Path, found: dict[Path, Place]) -> int:
    position = _past_comma(text, start + 1)
    while not text.startswith("}", position):
        keys = _KEYS.match(text, position)
        equals = _EQUALS.match(text, keys.end()) if keys else None
        if keys is None or equals is None:
            return start
        inner = (*path, *_split(keys.group()))
        end = _value_end(text, equals.end(), inner, found)
        found[inner] = Place((position, keys.end()), (equals.end(), end))
        position = _past_comma(text, end)
    return position + 1


def _past_comma(text: str, position: int) -> int:
    match = _COMMA.match(text, position)
    return match.end() if match else position
