"""Changes of a text: spans replaced, lines taken out or put in, all else left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.lines import newline_of

Edit = tuple[int, int, str]
"""The offsets of what goes, and what comes in its place."""

_ORDER = {word: rank for rank, word in enumerate(Instruction)}
_NEWLINES = "\r\n"


def apply(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` made; they must not overlap."""
    parts, position = [], 0
    for start, end, new in sorted(edits):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


def removal(text: str, piece: Piece) -> Edit:
    """The edit that takes out the lines of a piece, their last newline included."""
    start, end = piece.start, piece.end
    while start and text[start - 1] not in _NEWLINES:
        start -= 1
    if text.startswith("\r\n", end):
        end += 2
    elif end < len(text):
        end += 1
    return start, end, ""


def insertion(text: str, piece: Piece, line: str, *, before: bool = False) -> Edit:
    """The edit that puts `line` on a line of its own behind a piece, or before it."""
    ending = re.compile(r"\r\n|\r|\n").match(text, piece.end)
    newline = ending.group() if ending else newline_of(text)
    if before:
        return piece.start, piece.start, line + newline
    return piece.end, piece.end, newline + line


def placed(text: str, pieces: Sequence[Piece], instruction: Instruction, line: str) -> Edit:
    """The edit that puts `line` where its instruction is looked for.

    That is behind the last one that comes no later in the usual order, else before all.
    """
    rank = _ORDER[instruction]
    for piece in reversed(pieces):
        if piece.instruction is not None and _ORDER[piece.instruction] <= rank:
            return insertion(text, piece, line)
    if pieces:
        return insertion(text, pieces[0], line, before=True)
    newline = newline_of(text)
    has_end = not text or text[-1] in _NEWLINES
    return len(text), len(text), line + newline if has_end else newline + line + newline
