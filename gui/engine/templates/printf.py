"""Go's `printf`: the verbs a prompt may use, and Go's marks for those it misuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gui.engine.templates.errors import CallError
from gui.engine.templates.literals import to_bytes
from gui.engine.templates.values import JsonList, JsonMap, Struct, TypeList, quoted, text, type_name

LARGEST = 8 << 20
"""Characters that one call may make."""

_WIDEST = 1_000_000  # Go's own limit for width and precision
_SPEC = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<width>\*|[0-9]+)?(?:\.(?P<precision>\*|[0-9]*))?"
    r"(?:\[(?P<index>[0-9]+)\])?(?P<verb>.|$)",
    re.DOTALL,
)
_BASES = {"x": "x", "X": "X", "o": "o", "b": "b", "d": "d"}


@dataclass(frozen=True, slots=True)
class _Spec:
    """One verb with its flags; a width or precision that is not given is None."""

    verb: str
    flags: str
    width: int | None
    precision: int | None

    def padded(self, written: str, *, numeric: bool = False) -> str:
        missing = (self.width or 0) - len(written)
        if missing <= 0:
            return written
        if "-" in self.flags:
            return written + " " * missing
        if "0" not in self.flags:
            return " " * missing + written
        signed = numeric and written[:1] in ("+", "-", " ")
        sign, digits = (written[0], written[1:]) if signed else ("", written)
        return sign + "0" * missing + digits


def sprintf(template: str, *values: Any) -> str:
    """What Go's `fmt.Sprintf` makes; raises CallError when it grows beyond `LARGEST`."""
    pieces: list[str] = []
    arguments = _Arguments(values)
    position = size = 0
    for match in _SPEC.finditer(template):
        pieces.append(template[position : match.start()])
        pieces.append(_filled(match, arguments))
        position = match.end()
        size += len(pieces[-1]) + len(pieces[-2])
        if size > LARGEST:
            raise CallError(f"the result is longer than {LARGEST >> 20} MiB")
    pieces.append(template[position:])
    return "".join(pieces) + arguments.rest()


class _Arguments:
    """What the verbs take, one after the other or by number."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self._values = values
        self._next = 0
        self._reordered = False

    def jump(self, index: int) -> bool:
        self._reordered = True
        self._next = index - 1
        return 0 < index <= len(self._values)

    def take(self) -> tuple[bool, Any]:
        if self._next >= len(self._values):
            return False, None
        self._next += 1
        return True, self._values[self._next - 1]

    def rest(self) -> str:
        extra = self._values[self._next :]
        if self._reordered or not extra:
            return ""
        listed = (
            "<nil>" if value is None else f"{type_name(value)}={text(value)}" for value in extra
        )
        return f"%!(EXTRA {', '.join(listed)})"


def _filled(match: re.Match[str], arguments: _Arguments) -> str:
    verb = match["verb"]
    width, wrong_width = _size(match["width"], arguments, "%!(BADWIDTH)")
    precision, wrong_precision = _size(match["precision"], arguments, "%!(BADPREC)")
    wrong = wrong_width + wrong_precision
    if not verb:
        return f"{wrong}%!(NOVERB)"
    if verb == "%":
        return f"{wrong}%"
    if match["index"] and not arguments.jump(int(match["index"][:9])):
        return f"{wrong}%!{verb}(BADINDEX)"
    present, value = arguments.take()
    if not present:
        return f"{wrong}%!{verb}(MISSING)"
    flags = match["flags"]
    if width is not None and width < 0:
        flags, width = flags + "-", -width
    return wrong + _formatted(_Spec(verb, flags, width, precision), value)


def _size(given: str | None, arguments: _Arguments, wrong: str) -> tuple[int | None, str]:
    """A width or precision, and Go's mark if it is none."""
    if given is None:
        return None, ""
    if given != "*":
        size = int(given[:8] or "0")
        return (size, "") if size <= _WIDEST else (None, wrong)
    present, value = arguments.take()
    usable = present and isinstance(value, int) and not isinstance(value, bool)
    return (value, "") if usable and abs(value) <= _WIDEST else (None, wrong)


def _formatted(spec: _Spec, value: Any) -> str:
    if spec.verb == "T":
        return spec.padded(type_name(value))
    if spec.verb == "v":
        return _any(spec, value)
    match value:
        case None:
            return f"%!{spec.verb}(<nil>)"
        case bool():
            return spec.padded(text(value)) if spec.verb == "t" else _misused(spec, value)
        case int():
            return _whole(spec, value)
        case float():
            return _fraction(spec, value)
        case str():
            return _string(spec, value)
    return _compound(spec, value)


def _misused(spec: _Spec, value: Any) -> str:
    return f"%!{spec.verb}({type_name(value)}={text(value)})"


def _any(spec: _Spec, value: Any) -> str:
    if isinstance(value, str) and "#" in spec.flags:
        return spec.padded(quoted(value))
    if isinstance(value, str) and spec.precision is not None:
        value = value[: spec.precision]
    if isinstance(value, list | dict | Struct) and not _has_text(value):
        return _compound(spec, value)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return spec.padded(text(value), numeric=numeric)


def _whole(spec: _Spec, value: int) -> str:
    if spec.verb in ("c", "q", "U"):
        known = 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000
        sign = chr(value) if known else "\ufffd"
        shapes = {"c": sign, "q": f"'{quoted(sign)[1:-1]}'", "U": f"U+{value:04X}"}
        return spec.padded(shapes[spec.verb])
    if spec.verb not in _BASES:
        return _misused(spec, value)
    digits = format(abs(value), _BASES[spec.verb])
    if spec.precision is not None:
        digits = digits.rjust(spec.precision, "0")
    if "#" in spec.flags and spec.verb in "xXob":
        digits = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}[spec.verb] + digits
    return spec.padded(_sign(spec, negative=value < 0) + digits, numeric=True)


def _sign(spec: _Spec, *, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if "+" in spec.flags else " " if " " in spec.flags else ""


def _fraction(spec: _Spec, value: float) -> str:
    if spec.verb not in "eEfFgG":
        return _misused(spec, value)
    if spec.verb in "gG" and spec.precision is None:
        written = text(value)
        written = written.upper() if spec.verb == "G" else written
    else:
        places = 6 if spec.precision is None else min(spec.precision, 1000)
        written = format(value, f".{places}{spec.verb}")
    if not written.startswith(("-", "+")):
        written = _sign(spec, negative=False) + written
    return spec.padded(written, numeric=True)


def _string(spec: _Spec, value: str) -> str:
    if spec.precision is not None:
        value = value[: spec.precision]
    match spec.verb:
        case "s":
            return spec.padded(value)
        case "q":
            raw = "#" in spec.flags and "`" not in value and value.isprintable()
            return spec.padded(f"`{value}`" if raw else quoted(value))
        case "x" | "X":
            between = " " if " " in spec.flags else ""
            digits = to_bytes(value).hex(between) if between else to_bytes(value).hex()
            return spec.padded(digits.upper() if spec.verb == "X" else digits)
    return _misused(spec, value)


def _has_text(value: Any) -> bool:
    """Whether Go would ask the value itself for its text."""
    if isinstance(value, Struct):
        return value.prints_json
    return isinstance(value, JsonMap | JsonList | TypeList)


def _compound(spec: _Spec, value: Any) -> str:
    """A slice, map or struct: the verb goes to what is inside."""
    if _has_text(value) and spec.verb in "sqxX":
        return _string(spec, text(value))
    if isinstance(value, dict):
        pairs = (f"{_formatted(spec, key)}:{_inner(spec, value[key])}" for key in sorted(value))
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, list):
        return f"[{' '.join(_inner(spec, item) for item in value)}]"
    return "{" + " ".join(_inner(spec, item) for item in value.fields.values()) + "}"


def _inner(spec: _Spec, value: Any) -> str:
    return "<nil>" if value is None else _formatted(spec, value)
