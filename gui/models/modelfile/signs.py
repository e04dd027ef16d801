"""Characters that never reach the model: Ollama drops what Go calls unprintable.

These are control characters, blanks other than space and tab, joiners and marks without a
shape, and what Unicode has not assigned. Python and Go agree on all of them; characters
younger than the Unicode of the Python in use count as not assigned.
"""

from __future__ import annotations

import re
import unicodedata

BLANKS = " \t"
NEWLINES = "\r\n"
_KEPT = frozenset("\t\r\n")


def dropped(text: str) -> frozenset[str]:
    """The characters of `text` that a Modelfile loses."""
    return frozenset(sign for sign in set(text) if not sign.isprintable()) - _KEPT


def without(text: str, signs: frozenset[str]) -> str:
    """`text` without `signs`."""
    if not signs or signs.isdisjoint(text):
        return text
    return text.translate(dict.fromkeys(map(ord, signs)))


def optional(signs: frozenset[str]) -> str:
    """A pattern for any number of `signs`, "" if there are none."""
    return f"[{re.escape(''.join(sorted(signs)))}]*+" if signs else ""


def named(sign: str) -> str:
    """A character that cannot be seen, in words: `NO-BREAK SPACE (U+00A0)`."""
    code = f"U+{ord(sign):04X}"
    name = unicodedata.name(sign, "")
    return f"{name} ({code})" if name else code
