"""Text that is written in a language: its colours, what is found in it, what could come next.

Lines count from 1; columns and offsets count from 0, in characters (code points).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """What a part of a line is."""

    KEYWORD = "keyword"
    PARAMETER = "parameter"
    ROLE = "role"
    VALUE = "value"
    QUOTE = "quote"
    COMMENT = "comment"
    ACTION = "template-action"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Span:
    """Columns of one colour; spans of a line do not overlap."""

    start: int
    end: int
    colour: Colour


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """Nothing can be made of the text."""
    WARNING = "warning"
    """Something can be made of it, but probably not what is meant."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; it stays on its line.

    `message` says what is so, `mend` what to do about it, "" if nothing is to do.
    """

    line: int
    column: int
    end_column: int
    severity: Severity
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `text` takes the place of all from the offset `replace_from` to the cursor."""

    replace_from: int
    text: str
    detail: str = ""


class DiffKind(StrEnum):
    """What became of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of two texts compared; its number in the old and the new one, None if not there."""

    kind: DiffKind
    old_number: int | None
    new_number: int | None
    text: str
