"""What an editor asks while the TOML of a preset is typed."""

from __future__ import annotations

from gui.records import Completion, Span

_LONGEST = 200_000


class PresetLanguage:
    """Colours and proposals; columns and offsets count characters of Python."""

    def spans(self, line: str, state: int) -> tuple[tuple[Span, ...], int]:
        """The colours of a line, and what it leaves open."""
        from gui.chat.presets.colours import line_spans

        return line_spans(line, state)

    def complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        """What could be typed at `cursor`; nothing in a text that takes long to read."""
        from gui.chat.presets.completion import complete

        return complete(text, cursor) if cursor < _LONGEST else ()
