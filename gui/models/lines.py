"""One line of a streamed answer: parsed, its shape checked, rewritten when it needs it.

What leaves here is an object of the shape the clients downstream expect, in printable
ASCII: `str.splitlines` in httpx finds no line end inside it, pydantic in the ollama
package no type it refuses, SQLite no text it cannot store. Shapes: Ollama's API.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

BOM = b"\xef\xbb\xbf"
_PRINTABLE = bytes(range(0x20, 0x7F))
_MAX_DIGITS = 19
_MAX_DEPTH = 32
_REPLACEMENT = "\ufffd"

Fields = Mapping[str, type]

_REPLY: Fields = {
    "model": str,
    "created_at": str,
    "done": bool,
    "done_reason": str,
    "remote_model": str,
    "remote_host": str,
    "total_duration": int,
    "load_duration": int,
    "prompt_eval_count": int,
    "prompt_eval_duration": int,
    "eval_count": int,
    "eval_duration": int,
}
_MESSAGE: Fields = {"role": str, "content": str, "thinking": str}


class Malformed(ValueError):
    """A line that is not JSON, or whose text cannot be told from its shape."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the lines of one endpoint look like.

    `fields` are the keys let through and their types, `texts` those that carry the reply,
    `lists` those whose entries are looked at one by one, `ending` what marks the last line.
    With `may_go_on` more may follow such a line: the answer is complete when it ends on one.
    """

    fields: Fields
    texts: tuple[str, ...]
    lists: Mapping[str, Callable[[Any], bool]]
    ending: tuple[str, object]
    has_message: bool = False
    may_go_on: bool = False

    def is_last(self, line: Mapping[str, Any]) -> bool:
        """Whether the answer is complete with this line, or would be if it ended here."""
        key, value = self.ending
        return line.get(key) == value

    def fits(self, line: Mapping[str, Any]) -> bool:
        """Whether the line can go on as it is: only known keys, all of the right type."""
        if not _has_types(line, self.fields):
            return False
        if not self.has_message:
            return True
        message = line.get("message")
        return (
            message is not None
            and "role" in message
            and "content" in message
            and _has_types(message, _MESSAGE)
        )

    def repaired(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """The known keys of the line; raises Malformed when its text is not text."""
        kept = _known(line, self.fields, self.texts)
        if self.has_message and (kept or "message" in line):
            kept["message"] = _repaired_message(line.get("message"))
        for name, is_sound in self.lists.items():
            if entries := _sound_entries(line.get(name), is_sound):
                kept[name] = entries
        return kept


def parsed(line: bytes) -> dict[str, Any]:
    """The object in a line, invalid UTF-8 replaced; raises Malformed for anything else."""
    try:
        value = _decode(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as exc:
        raise Malformed("not JSON") from exc
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def rewritten(line: bytes, value: dict[str, Any], shape: Shape) -> bytes:
    """The line to pass on, without its end: itself, or an equal one in plain ASCII.

    Empty when nothing in it is known. Raises Malformed.
    """
    fits = shape.fits(value)
    if fits and not line.translate(None, _PRINTABLE) and b"\\u" not in line:
        return line
    try:
        kept = value if fits else shape.repaired(value)
        return _encode(_storable(kept)).encode("ascii") if kept else b""
    except (ValueError, RecursionError) as exc:
        raise Malformed("not the shape of a reply") from exc


def storable_text(text: str) -> str:
    """`text` without what no database or text file takes: lone surrogates and NUL."""
    if text.isascii():
        return text.replace("\0", _REPLACEMENT) if "\0" in text else text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", _REPLACEMENT)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable_text(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def _has_types(line: Mapping[str, Any], fields: Fields) -> bool:
    return all(type(value) is fields.get(key) for key, value in line.items())


def _known(line: Mapping[str, Any], fields: Fields, texts: tuple[str, ...]) -> dict[str, Any]:
    """Known keys of the right type. Counts may be floats; of the reply nothing is guessed."""
    kept: dict[str, Any] = {}
    for key, value in line.items():
        wanted = fields.get(key)
        if wanted is None or value is None:
            continue
        if type(value) is wanted:
            kept[key] = value
        elif wanted is int and isinstance(value, float) and value.is_integer():
            kept[key] = int(value)
        elif key in texts:
            raise Malformed(f"{key} is not {wanted.__name__}")
    return kept


def _repaired_message(message: Any) -> dict[str, Any]:
    if not isinstance(message, dict | None):
        raise Malformed("message is not an object")
    message = message or {}
    kept = {"role": "assistant", "content": ""}
    kept |= _known(message, _MESSAGE, ("content", "thinking"))
    calls = _sound_entries(message.get("tool_calls"), _is_tool_call)
    return kept | ({"tool_calls": calls} if calls else {})


def _sound_entries(value: Any, is_sound: Callable[[Any], bool]) -> list[Any]:
    return [entry for entry in value if is_sound(entry)] if isinstance(value, list) else []


def _is_tool_call(entry: Any) -> bool:
    function = entry.get("function") if isinstance(entry, dict) else None
    return (
        isinstance(function, dict)
        and isinstance(function.get("name"), str)
        and isinstance(function.get("arguments"), dict)
        and _is_shallow(entry, _MAX_DEPTH)
    )


def _is_logprob(entry: Any) -> bool:
    others = entry.get("top_logprobs") if isinstance(entry, dict) else None
    return _is_token(entry) and (
        others is None or (isinstance(others, list) and all(map(_is_token, others)))
    )


def _is_token(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("token"), str)
        and isinstance(entry.get("logprob"), int | float)
        and math.isfinite(entry["logprob"])
    )


def _is_shallow(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in inner)


def _integer(digits: str) -> int | None:
    """No count of Ollama's has more digits than 64 bits; a longer one is left out."""
    return int(digits) if len(digits) <= _MAX_DIGITS else None


_decode = json.JSONDecoder(
    strict=False, parse_int=_integer, parse_constant=lambda _name: None
).decode
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode

CHAT = Shape(
    fields={**_REPLY, "message": dict},
    texts=("done",),
    lists={"logprobs": _is_logprob},
    ending=("done", True),
    has_message=True,
)
GENERATE = Shape(
    fields={**_REPLY, "response": str, "thinking": str},
    texts=("done", "response", "thinking"),
    lists={"logprobs": _is_logprob, "context": lambda entry: type(entry) is int},
    ending=("done", True),
)
PROGRESS = Shape(
    fields={"status": str, "digest": str, "total": int, "completed": int},
    texts=("status",),
    lists={},
    ending=("status", "success"),
)
# Creating pulls a base that is missing, with the "success" of that pull in the middle.
CREATE = replace(PROGRESS, may_go_on=True)
