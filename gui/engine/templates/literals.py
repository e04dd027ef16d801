"""Go's literals: quoted strings, characters and numbers.

Go's strings are bytes. Here they are `str`; bytes that are no UTF-8 are kept as the
surrogates of Python's `surrogateescape`.
"""

from __future__ import annotations

import re

_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\\"'])|(?P<octal>[0-7]{3})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<wrong>.|$))",
    re.DOTALL,
)
_LEGACY_OCTAL = re.compile(r"[+-]?0[0-9_]+")
_UNDERSCORED = re.compile(r"[+-]?(?:0[xXoObB]_?)?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*")
_LARGEST = 2**64


def to_bytes(text: str) -> bytes:
    """The bytes Go would have for `text`."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        scrubbed = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return scrubbed.encode("utf-8", "replace")


def to_text(value: bytes) -> str:
    """The reverse of `to_bytes`."""
    return value.decode("utf-8", "surrogateescape")


def unquote(quoted: str) -> str:
    """The string a literal stands for, its quotes included; raises ValueError as Go does."""
    if quoted[0] == "`":
        return quoted[1:-1].replace("\r", "")
    if "\\" not in quoted:
        return quoted[1:-1]
    pieces, position, body = [], 0, quoted[1:-1]
    for match in _ESCAPE.finditer(body):
        pieces.append(to_bytes(body[position : match.start()]))
        pieces.append(_escaped(match, quoted[0]))
        position = match.end()
    pieces.append(to_bytes(body[position:]))
    return to_text(b"".join(pieces))


def _escaped(match: re.Match[str], quote: str) -> bytes:
    simple = match["simple"]
    if simple is not None:
        if simple in "\"'" and simple != quote:
            raise ValueError("invalid syntax")
        return _SIMPLE_ESCAPES.get(simple, simple).encode()
    if match["octal"] or match["byte"]:
        code = int(match["octal"], 8) if match["octal"] else int(match["byte"], 16)
        if code > 255:
            raise ValueError("invalid syntax")
        return bytes([code])
    if match["short"] or match["long"]:
        code = int(match["short"] or match["long"], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise ValueError("invalid syntax")
        return chr(code).encode()
    raise ValueError("invalid syntax")


def character(quoted: str) -> int:
    """The code point of a character literal; raises ValueError as Go does."""
    body = quoted[1:-1]
    if not body or body == "'":
        raise ValueError("invalid syntax")
    text = unquote(quoted)
    if len(text) != 1:
        raise ValueError(f"malformed character constant: {quoted}")
    code = ord(text)
    return code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code


def number(text: str) -> int | float:
    """The value of a number's literal; raises ValueError as Go does.

    Complex numbers are refused: no prompt needs them.
    """
    if text.endswith("i") and not text.lower().startswith("0x"):
        raise ValueError("complex numbers are not supported")
    whole = _whole(text)
    if whole is not None:
        if not -(2**63) <= whole < 2**63:
            if 0 <= whole < _LARGEST:
                raise ValueError(f"{text} overflows int")
            raise ValueError(f'integer overflow: "{text}"')
        return whole
    try:
        value = float.fromhex(text.replace("_", "")) if "p" in text.lower() else float(text)
    except (ValueError, OverflowError):
        raise ValueError(f'illegal number syntax: "{text}"') from None
    if not set(text) & set(".eEpP"):
        raise ValueError(f'integer overflow: "{text}"')
    return value


def _whole(text: str) -> int | None:
    try:
        if _LEGACY_OCTAL.fullmatch(text):
            return int(text, 8)
        return int(text, 0) if _UNDERSCORED.fullmatch(text) else None
    except ValueError:
        return None
