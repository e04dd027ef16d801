"""A preset written as TOML: anew, or into a text that a person wrote."""

from __future__ import annotations

import tomllib

from gui import language
from gui.chat.presets import content, rewriting, shape, spelling
from gui.errors import PresetError
from gui.language import tr
from gui.records import Preset


def render(preset: Preset) -> str:
    """The text of a new file, which `reading.parse` reads as this preset."""
    return spelling.document(content.content_of(preset))


def changed(text: str, preset: Preset, code: str = "") -> str:
    """`text` with what differs in `preset` changed; comments, order and all other lines stay.

    Words that a person reads are changed in the language `code`, "" for the window's, if the
    text has them in it. A text of format 1 becomes one of format 2. Raises `PresetError` if
    `text` cannot be read.
    """
    text = text.removeprefix("\ufeff")
    try:
        old = tomllib.loads(text)
        for fault in shape.faults(old):
            raise ValueError(fault.message)
    except (ValueError, RecursionError) as reason:
        raise PresetError(
            tr("The source cannot be changed while it has a mistake: {reason}", reason=reason),
            tr("Nothing was changed. Correct the source first."),
        ) from reason
    new = content.changed(old, preset, code or language.chosen())
    return rewriting.rewritten(text, new)
