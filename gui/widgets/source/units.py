"""Characters and UTF-16 units: Python counts the first, Qt the second."""

from __future__ import annotations

import re

_CODEC = "utf-16-le"
_BREAKS = re.compile("\r\n|[\r\u2029\ufdd0\ufdd1]")
"""What Qt takes for the end of a line, besides the line feed."""


def units(text: str, characters: int) -> int:
    """How many units the first `characters` of `text` have."""
    head = text[: max(characters, 0)]
    return len(head) if head.isascii() else len(head.encode(_CODEC, "surrogatepass")) // 2


def characters(text: str, count: int) -> int:
    """How many characters the first `count` units of `text` are; half a one is none."""
    if text.isascii():
        return min(count, len(text))
    # No more characters than units can be in the head.
    head = text[:count].encode(_CODEC, "surrogatepass")[: 2 * count]
    return len(head.decode(_CODEC, "surrogatepass" if _is_whole(head) else "ignore"))


def _is_whole(head: bytes) -> bool:
    """Whether the last unit is not the first half of a pair."""
    return len(head) < 2 or not 0xD8 <= head[-1] <= 0xDB


def with_line_feeds(text: str) -> str:
    """`text` as a field holds it: every line ends with a line feed alone."""
    return _BREAKS.sub("\n", text)


def changed_part(old: str, new: str) -> tuple[int, int, str]:
    """The smallest part of `old`, from and to, and what stands there in `new`."""
    start = _common(old, new)
    rest_old, rest_new = old[start:][::-1], new[start:][::-1]
    tail = _common(rest_old, rest_new)
    return start, len(old) - tail, new[start : len(new) - tail]


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
