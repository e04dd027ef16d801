"""What a check says of a place in a Modelfile, and what it must know to say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.lines import Lines
from gui.records import Diagnostic, Severity


def path_exists(path: Path) -> bool:
    """Whether there is something at `path`; False where that cannot be asked."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the text.

    `installed` are the names of the server's models, None if they are not known; `folder`
    is the Modelfile's own, None if it has none yet.
    """

    installed: tuple[str, ...] | None = None
    folder: Path | None = None
    exists: Callable[[Path], bool] = field(default=path_exists, compare=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """A text on its way through the checks."""

    text: str
    lines: Lines
    pieces: tuple[Piece, ...]
    facts: Facts

    @property
    def sound(self) -> tuple[Piece, ...]:
        """The pieces without a fault."""
        return tuple(piece for piece in self.pieces if piece.fault is None)

    def at(
        self, start: int, end: int, severity: Severity, message: str, mend: str = ""
    ) -> Diagnostic:
        """A finding about the characters from `start` to `end`, cut at the end of the line."""
        line, column = self.lines.place(start)
        stop = min(max(end, start), self.lines.end(line))
        width = max(stop - start, 0)
        return Diagnostic(line, column, column + width, severity, message, mend)

    def value(self, piece: Piece, severity: Severity, message: str, mend: str = "") -> Diagnostic:
        """A finding about the value of a piece, or about all of it if that is empty."""
        span = (piece.value_start, piece.value_end)
        if span[0] == span[1]:
            span = (piece.start, piece.end)
        return self.at(*span, severity, message, mend)
