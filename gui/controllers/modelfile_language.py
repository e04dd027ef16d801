"""What an editor asks while a Modelfile is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.controllers.modelfile_controller import ModelfileController

if TYPE_CHECKING:
    from gui.records.source import Completion, Span

_LONGEST = 200_000


class ModelfileLanguage:
    """Colours and proposals; columns and offsets count characters of Python."""

    def __init__(self, modelfile: ModelfileController) -> None:
        self._modelfile = modelfile

    def spans(self, line: str, state: int) -> tuple[tuple[Span, ...], int]:
        """The colours of a line, and what it leaves open."""
        from gui.models.modelfile.colours import line_spans

        return line_spans(line, state)

    def complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        """What could be typed at `cursor`; nothing in a text that takes long to read."""
        from gui.models.modelfile.completion import complete

        return complete(text, cursor, self._modelfile.facts()) if cursor < _LONGEST else ()
