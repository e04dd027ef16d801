"""One TOML text changed so that it says something else, all else in it left as it is.

The text is cut into blocks: a header, the comments above it, the lines below it. A key that
differs is replaced where it stands; a table that is new, gone or elsewhere moves as a block,
its comments with it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gui.chat.presets import spelling
from gui.chat.presets.content import Content, aligned, rank
from gui.chat.presets.layout import Keys, statements
from gui.chat.presets.spelling import is_table, is_tables

_DETACHED = re.compile(r"(?:.*\n)*?(?=(?:\s*|\s*\n(?:[ \t]*#.*\n)+[ \t]*)\Z)")


class _Unusual(Exception):
    """The text is valid, but not laid out in blocks: tables inline, dotted or scattered."""


@dataclass(frozen=True, slots=True)
class _Block:
    """`lead` is what stands between the block before and this one's header."""

    keys: Keys
    lead: str
    body: str
    is_list: bool = False
    inner: tuple[_Block, ...] = field(default=())

    @property
    def text(self) -> str:
        return self.lead + self.body + "".join(block.text for block in self.inner)


def rewritten(text: str, new: Content) -> str:
    """`text`, valid TOML, changed so that it says `new`.

    Where it is not laid out in blocks, it is written anew, and only the comments at its top
    stay.
    """
    old = tomllib.loads(text)
    if old == new:
        return text
    plain = text.replace("\r\n", "\n")
    plain += "" if plain.endswith("\n") else "\n"
    try:
        root, tail = _cut(plain)
        result = _edited(root, old, new).text + tail
        is_right = tomllib.loads(result) == new
    except (_Unusual, tomllib.TOMLDecodeError):
        is_right, result = False, ""
    if not is_right:
        result = _top_comments(plain) + spelling.document(new)
    return result.replace("\n", "\r\n") if "\r\n" in text else result


def _top_comments(text: str) -> str:
    match = re.match(r"(?:[ \t]*(?:#.*)?\n)*", text)
    return match.group() if match else ""


def _cut(text: str) -> tuple[_Block, str]:
    """The blocks of a text as a tree, and what stands behind the last one."""
    flat = list(_flat(text))
    end = sum(len(block.text) for block in flat)
    open_blocks: list[tuple[_Block, list[_Block]]] = [(flat[0], [])]
    for block in flat[1:]:
        while not _is_within(block, open_blocks[-1][0]):
            _close(open_blocks)
        if block.keys[:-1] != open_blocks[-1][0].keys:
            raise _Unusual
        open_blocks.append((block, []))
    while len(open_blocks) > 1:
        _close(open_blocks)
    root, inner = open_blocks[0]
    return replace(root, inner=tuple(inner)), text[end:]


def _close(open_blocks: list[tuple[_Block, list[_Block]]]) -> None:
    block, inner = open_blocks.pop()
    open_blocks[-1][1].append(replace(block, inner=tuple(inner)))


def _is_within(block: _Block, outer: _Block) -> bool:
    return len(block.keys) > len(outer.keys) and block.keys[: len(outer.keys)] == outer.keys


def _flat(text: str) -> Iterator[_Block]:
    """The blocks one after another; the first is what stands before all headers."""
    keys: Keys = ()
    is_list, begin, start, end = False, 0, 0, 0
    for statement in statements(text):
        if statement.value is None:
            yield _Block(keys, text[begin:start], text[start:end], is_list)
            keys, is_list = statement.keys, statement.is_list
            begin, start = end, _line_start(text, statement.start)
        end = _line_end(text, statement.end)
    yield _Block(keys, text[begin:start], text[start:end], is_list)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    return text.index("\n", offset) + 1


def _edited(block: _Block, old: Content, new: Content) -> _Block:
    """A block and those inside it, changed from what `old` says to what `new` says."""
    body = _with_keys(block, old, new)
    inner = list(block.inner)
    for key in sorted({*old, *new}, key=rank):
        if is_table(old.get(key)) or is_table(new.get(key)):
            inner = _with_tables(block.keys, inner, key, old.get(key), new.get(key))
    return replace(block, body=body, inner=tuple(inner))


def _with_keys(block: _Block, old: Content, new: Content) -> str:
    """The body with its own keys changed, last ones first, so that offsets stay true."""
    body = block.body
    pairs = [each for each in statements(body) if each.value is not None]
    for pair in reversed(pairs):
        key = pair.keys[0]
        if old.get(key) == new.get(key):
            continue
        if len(pair.keys) > 1 or is_table(old[key]) or pair.value is None:
            raise _Unusual
        if key not in new or is_table(new[key]):
            start, end, text = _line_start(body, pair.start), _line_end(body, pair.end), ""
        else:
            start, end, text = *pair.value, spelling.spelled(new[key])
        body = body[:start] + text + body[end:]
    for key in sorted(new.keys() - old.keys(), key=rank):
        if not is_table(new[key]):
            at = _place_for(body, key)
            body = body[:at] + spelling.pair(key, new[key]) + body[at:]
    return body


def _place_for(body: str, key: str) -> int:
    """Where a new key belongs: behind those that usually stand before it."""
    found = list(statements(body))
    before = [each for each in found if each.value is None or rank(each.keys[0]) < rank(key)]
    if before:
        return _line_end(body, before[-1].end)
    return _line_start(body, found[0].start) if found else len(body)


def _with_tables(outer: Keys, inner: list[_Block], key: str, old: Any, new: Any) -> list[_Block]:
    """The inner blocks with those of one key changed."""
    mine = [block for block in inner if block.keys[-1] == key]
    before = old if isinstance(old, list) else [old] if old is not None else []
    after = new if isinstance(new, list) else [new] if new is not None else []
    if before == after:
        return inner
    if len(mine) != len(before):
        raise _Unusual
    if any(block.is_list != is_tables(new) for block in mine) and after:
        raise _Unusual
    origins = aligned(before, after) if is_tables(new) else tuple(range(len(after)))[: len(before)]
    origins += (None,) * (len(after) - len(origins))
    made = [
        _fresh((*outer, key), table, is_list=is_tables(new))
        if origin is None
        else _edited(mine[origin], before[origin], table)
        for table, origin in zip(after, origins, strict=True)
    ]
    return _placed(inner, mine, made, origins, key)


def _placed(
    inner: list[_Block],
    mine: list[_Block],
    made: list[_Block],
    origins: Sequence[int | None],
    key: str,
) -> list[_Block]:
    """The blocks with `made` where `mine` were; comments that stood apart are kept."""
    gone = [block for number, block in enumerate(mine) if number not in origins]
    kept = [replace(block, body="", inner=(), lead=_detached(block.lead)) for block in gone]
    others = [block for block in inner if block.keys[-1] != key]
    if mine:
        at = sum(block.keys[-1] != key for block in inner[: inner.index(mine[0])])
    else:
        at = sum(rank(block.keys[-1]) < rank(key) for block in others)
    return [*others[:at], *(block for block in kept if block.lead), *made, *others[at:]]


def _detached(lead: str) -> str:
    """The comments above a header that do not stand directly above it."""
    match = _DETACHED.match(lead)
    return match.group() if match and "#" in match.group() else ""


def _fresh(keys: Keys, table: Content, *, is_list: bool) -> _Block:
    return _Block(keys, "", spelling.section(keys, table, is_list=is_list), is_list)
