"""Values of PARAMETER lines read as Go reads them; ValueError for what Go refuses.

Source: Go's strconv (ParseFloat with 32 bits, ParseInt with base 10, ParseBool).
"""

from __future__ import annotations

import re

_DIGITS = r"\d++(?:_\d++)*+"
_HEX_DIGITS = r"[0-9a-fA-F]++(?:_[0-9a-fA-F]++)*+"
_FLOAT = re.compile(
    rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?", re.ASCII
)
_HEX_FLOAT = re.compile(
    rf"[+-]?0[xX](?:_?{_HEX_DIGITS}(?:\.(?:{_HEX_DIGITS})?)?|\.{_HEX_DIGITS})[pP][+-]?{_DIGITS}",
    re.ASCII,
)
_SPECIAL = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE | re.ASCII)
_INT = re.compile(r"[+-]?\d+", re.ASCII)
_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys(("0", "f", "F", "false", "False", "FALSE"), False),
}
_LARGEST_FLOAT32 = (2 - 2**-24) * 2.0**127
"""From here on a number is rounded to infinity with 32 bits, which Go refuses."""
_LONGEST = 400
"""In characters; longer ones are no number that anyone typed."""


def read_float(text: str) -> float:
    """A number, infinities and NaN among them."""
    if len(text) > _LONGEST:
        raise ValueError(text)
    if _SPECIAL.fullmatch(text):
        return float(text)
    for pattern, reader in ((_FLOAT, float), (_HEX_FLOAT, float.fromhex)):
        if pattern.fullmatch(text):
            try:
                number = reader(text.replace("_", ""))
            except OverflowError:
                break
            if abs(number) < _LARGEST_FLOAT32:
                return number
    raise ValueError(text)


def read_int(text: str) -> int:
    """A whole number of 64 bits."""
    if len(text) <= _LONGEST and _INT.fullmatch(text):
        number = int(text)
        if -(2**63) <= number < 2**63:
            return number
    raise ValueError(text)


def read_bool(text: str) -> bool:
    """One of the spellings Go knows."""
    if text in _BOOLS:
        return _BOOLS[text]
    raise ValueError(text)
