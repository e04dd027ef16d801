"""Two texts compared word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gui.records import DiffKind

_LARGEST = 4000
"""Pieces of a text up to which words are compared; beyond, the time difflib takes shows."""
_MOST_LINES = 20_000
_WORD = re.compile(
    r"[가-힣]+?(?=(?:은|는|이|가|을|를|에|의|도|와|과|로|으로|에서|입니다|합니다)?(?:[^가-힣]|$))"
    r"|[가-힣]+|[一-鿿぀-ヿ]|[^\W가-힣一-鿿぀-ヿ]+|\s+|[^\w\s]"
)

Piece = tuple[DiffKind, str]


def words_diff(old: str, new: str) -> tuple[Piece, ...]:
    """What is the same, removed and added, in the order of reading.

    Joined, what is not added is `old` and what is not removed is `new`. Korean particles are
    words of their own; texts of thousands of words are compared by lines.
    """
    before, after = _cut(old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    same = [op == "equal" for op, *_ in matcher.get_opcodes()]
    texts = [("".join(before[a:b]), "".join(after[c:d])) for _, a, b, c, d in matcher.get_opcodes()]
    return tuple(_pieces(same, texts))


def _cut(old: str, new: str) -> tuple[Sequence[str], Sequence[str]]:
    words = _WORD.findall(old), _WORD.findall(new)
    if max(map(len, words)) <= _LARGEST:
        return words
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return lines if max(map(len, lines)) <= _MOST_LINES else ([old], [new])


def _pieces(same: Sequence[bool], texts: Sequence[tuple[str, str]]) -> Iterator[Piece]:
    """A blank that stands alone between two changes belongs to them."""
    removed = added = ""
    for is_same, (old, new) in zip(same, texts, strict=True):
        if is_same and (old.strip() or not (removed or added)):
            yield from _changes(removed, added)
            removed = added = ""
            yield DiffKind.SAME, old
        else:
            removed, added = removed + old, added + new
    yield from _changes(removed, added)


def _changes(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield DiffKind.REMOVED, removed
    if added:
        yield DiffKind.ADDED, added
