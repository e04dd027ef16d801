"""Foreign text in Python source: as literals, comments and docstrings that stay what they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from gui.chat.presets.template import is_name

WIDTH = 88
"""Columns; a Korean letter takes two."""


def quoted(text: str) -> str:
    """A literal on one line; what cannot be seen is escaped."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in text else literal


def literal(text: str, indent: int) -> str:
    """A literal; of a long text one for each of its lines, in parentheses, for `indent` blanks."""
    if "\n" not in text.rstrip("\n") and width(quoted(text)) + indent < WIDTH:
        return quoted(text)
    inside = " " * (indent + 4)
    lines = (inside + quoted(part) for part in _parts(text, WIDTH - indent - 8))
    return "(\n" + "\n".join(lines) + "\n" + " " * indent + ")"


def one_line(text: str) -> str:
    """Text for a comment or docstring: nothing in it can end either."""
    visible = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(visible.replace("\\", "/").replace('"', "'").split())


def width(text: str) -> int:
    """The columns of a line."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def keyword(name: str) -> str:
    """A name as a keyword argument; it has been checked before."""
    if not is_name(name):
        raise ValueError(name)
    return name


def _parts(text: str, most: int) -> Iterator[str]:
    """The lines of a text, long ones cut behind a blank."""
    for line in text.splitlines(keepends=True):
        part = ""
        for word in _words(line):
            if part and width(quoted(part + word)) > most:
                yield part
                part = ""
            part += word
        yield part


def _words(line: str) -> Iterator[str]:
    """The words of a line with the blanks behind them; very long ones in pieces."""
    start = 0
    for end, character in enumerate(line, 1):
        if character == " " or end - start >= 30:
            yield line[start:end]
            start = end
    if start < len(line):
        yield line[start:]
