"""Two Modelfiles compared line by line, as values for a view."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from gui.models.modelfile.lines import split
from gui.records import DiffKind, DiffLine

_MOST_LINES = 3000
"""On each side, equal ends not counted; above it the whole middle counts as changed."""


def compare(old: str, new: str) -> tuple[DiffLine, ...]:
    """All lines of both texts in their order; of what changed, the old lines come first."""
    before, after = split(old), split(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old_end, new_end = len(before) - tail, len(after) - tail
    return (
        *_same(before, 0, head, 0),
        *_middle(before[head:old_end], after[head:new_end], head),
        *_same(before, old_end, len(before), new_end - old_end),
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _middle(before: list[str], after: list[str], head: int) -> Iterator[DiffLine]:
    if max(len(before), len(after)) > _MOST_LINES:
        yield from _changed(before, after, (0, len(before)), (0, len(after)), head)
        return
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            for index in range(old_start, old_end):
                shift = new_start - old_start
                numbers = (head + index + 1, head + index + shift + 1)
                yield DiffLine(DiffKind.SAME, *numbers, before[index])
        else:
            yield from _changed(before, after, (old_start, old_end), (new_start, new_end), head)


def _same(lines: list[str], start: int, end: int, shift: int) -> Iterator[DiffLine]:
    for index in range(start, end):
        yield DiffLine(DiffKind.SAME, index + 1, index + shift + 1, lines[index])


def _changed(
    before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int], head: int
) -> Iterator[DiffLine]:
    for index in range(*old):
        yield DiffLine(DiffKind.REMOVED, head + index + 1, None, before[index])
    for index in range(*new):
        yield DiffLine(DiffKind.ADDED, None, head + index + 1, after[index])
