"""One preset as TOML: read with every value checked, written to be read by people."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any, get_args, get_type_hints

from gui.errors import PresetError
from gui.language import tr
from gui.records import Options, Preset

SUFFIX = ".toml"
LARGEST = 1_000_000
"""Bytes; a preset is a page of text, not a book."""

_TEXTS = ("name", "description", "system", "model")
_OPTION_TYPES = {
    name: next(kind for kind in (*get_args(hint), hint) if kind is not type(None))
    for name, hint in get_type_hints(Options).items()
}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\r": "\\r", '"': '\\"'}


def preset_id(name: str) -> str:
    """`name` as an id, which is also a safe file name on every system: lower case letters of
    any script, digits and single hyphens; never empty, reserved or longer than 60 bytes."""
    plain = unicodedata.normalize("NFC", name).casefold()
    safe = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", plain)).strip("-")
    safe = safe.encode("utf-8", "ignore")[:60].decode("utf-8", "ignore").strip("-")
    return f"{safe}-preset" if _RESERVED.fullmatch(safe) else safe or "preset"


def parse(text: str, identity: str, language: str, *, built_in: bool) -> Preset:
    """The preset in `text`, its name and description in `language` where it has them.

    Raises ValueError (tomllib's among them) with the reason.
    """
    content = tomllib.loads(text)
    options = content.pop("options", {})
    if not isinstance(options, dict):
        raise ValueError(tr("[options] is not a table"))
    return Preset(
        id=identity,
        name=_text(content, f"name_{language}") or _text(content, "name") or identity,
        description=_text(content, f"description_{language}") or _text(content, "description"),
        system=_text(content, "system"),
        model=_text(content, "model"),
        options=Options(**{name: _option(name, value) for name, value in options.items()}),
        built_in=built_in,
    )


def read(path: Path, language: str, *, built_in: bool) -> Preset:
    """The preset in a file; raises `PresetError`, which names the file."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(tr("the file is too large"))
        return parse(path.read_text("utf-8-sig"), path.stem, language, built_in=built_in)
    except (ValueError, OSError, RecursionError) as reason:
        raise PresetError(
            tr("The preset {file} cannot be used: {reason}", file=path.name, reason=reason),
            tr("Correct the file, or delete it."),
            str(path),
        ) from reason


def render(preset: Preset) -> str:
    """The file that `parse` reads as this preset."""
    lines = [f"name = {_string(preset.name)}"]
    lines += [
        f"{name} = {_string(value)}" for name in _TEXTS[1:] if (value := getattr(preset, name))
    ]
    if options := preset.options.as_request():
        lines += ["", "[options]"]
        lines += [f"{name} = {_value(value)}" for name, value in options.items()]
    return "\n".join(lines) + "\n"


def _text(content: dict[str, Any], key: str) -> str:
    value = content.get(key, "")
    if not isinstance(value, str):
        raise ValueError(tr("{key} is not text", key=key))
    return value


def _option(name: str, value: Any) -> Any:
    """The value of an option, of the type its field has; raises ValueError."""
    kind = _OPTION_TYPES.get(name)
    if kind is None:
        raise ValueError(tr("there is no option {name}", name=name))
    if name == "stop":
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ValueError(tr("{key} is not a list of texts", key=name))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or (kind is int and not isinstance(value, int)):
        raise ValueError(tr("{key} is not a number of the right kind", key=name))
    return kind(value)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_string(item) for item in value) + "]"
    return repr(value)


def _string(text: str) -> str:
    """A TOML string: over several lines where the text has some."""
    if "\n" not in text:
        return '"' + "".join(map(_escaped, text)) + '"'
    return '"""\n' + "".join("\n" if c == "\n" else _escaped(c) for c in text) + '"""'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character != "\t" and (character < " " or character == "\x7f"):
        return f"\\u{ord(character):04x}"
    return character
