"""The ids of presets, which are also the names of their files."""

from __future__ import annotations

import re
import unicodedata

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def preset_id(name: str) -> str:
    """`name` as an id, which is also a safe file name on every system: lower case letters of
    any script, digits and single hyphens; never empty, reserved or longer than 60 bytes."""
    plain = unicodedata.normalize("NFC", name).casefold()
    safe = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", plain)).strip("-")
    safe = safe.encode("utf-8", "ignore")[:60].decode("utf-8", "ignore").strip("-")
    return f"{safe}-preset" if _RESERVED.fullmatch(safe) else safe or "preset"
