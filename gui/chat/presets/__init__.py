"""Presets and their chains as data: TOML that a person can read, write and share.

The format (2) is described in `reading.py`, for people in `resources/presets/README.md`.

    store.py       the presets there are; saving, importing, ordering    ids.py    file names
    reading.py     TOML -> Preset          shape.py       the tables and keys there are
    writing.py     Preset -> TOML, anew or into a text that a person wrote; with
                   content.py (what the text should say), rewriting.py (saying it with as few
                   changes as can be), spelling.py (values as TOML)
    template.py    prompts with names in braces           values.py      values for the names
    findings.py    what is wrong in a preset; with parts.py, references.py, schemas.py
    check.py       the same in a source, at its place     layout.py      where what stands
    completion.py  what could be typed next; with outline.py, words.py
    colours.py     colours, line by line                  order.py       the person's own order
    python.py      Preset -> a script with LangChain; with python_parts.py, literals.py
"""

from gui.chat.presets.store import PresetStore

__all__ = ["PresetStore"]
