"""Prompts with names in braces: what they name, what is wrong with them, filling them in.

`{name}` is a place for a value, `{{` and `}}` are braces. Nothing else may stand in braces:
no attributes, indexes, conversions or formats, so that a foreign template can reach nothing
(TPL-01). Values are put in once and never read as templates (TPL-02).
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gui.errors import PresetError
from gui.language import tr

LARGEST = 1_000_000
"""Characters of a filled-in template."""
LONGEST_NAME = 64
RESERVED = frozenset({*keyword.kwlist, "cls", "self", "steps__", "history", "__debug__"})
"""Names that cannot be used: Python's own words, and what LangChain has other uses for."""

_PARTS = re.compile(r"(?P<open>\{\{)|(?P<close>\}\})|\{(?P<name>[^{}]*)\}|(?P<loose>[{}])")


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """What is wrong with the characters `start` to `end` (code points), and what to do."""

    start: int
    end: int
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A name in braces: `start` and `end` are those of the braces."""

    name: str
    start: int
    end: int


def canonical_name(name: str) -> str:
    """The one spelling of a name: composed (NFC), so that a Korean name equals itself."""
    return unicodedata.normalize("NFC", name)


def is_name(name: str) -> bool:
    """Whether prompts and steps can use this name: letters of any script, digits, underscores."""
    plain = canonical_name(name)
    return (
        plain.isidentifier()
        and len(plain) <= LONGEST_NAME
        and plain not in RESERVED
        and unicodedata.normalize("NFKC", plain) == plain
    )


def places(text: str) -> tuple[Place, ...]:
    """Every name in braces, in order, as often as it stands there; faulty ones left out."""
    return tuple(
        Place(canonical_name(match["name"]), *match.span())
        for match in _PARTS.finditer(text)
        if match["name"] is not None and is_name(match["name"])
    )


def names(text: str) -> tuple[str, ...]:
    """The names in braces, in order, each once."""
    return tuple(dict.fromkeys(place.name for place in places(text)))


def faults(text: str) -> tuple[TemplateFault, ...]:
    """What keeps `text` from being a template."""
    return tuple(_faults(text))


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with its names replaced by their values, literally and in one pass.

    Raises `PresetError` for a template with a fault, a name without a value, and a result of
    more than `LARGEST` characters.
    """
    for fault in _faults(text):
        raise PresetError(fault.message, fault.mend, text[fault.start : fault.end])
    parts: list[str] = []
    size = 0
    for part in _filled(text, values):
        size += len(part)
        if size > LARGEST:
            raise PresetError(
                tr("The filled-in prompt would be longer than {most} characters.", most=LARGEST),
                tr("Nothing was sent. Use shorter values, or name them less often."),
            )
        parts.append(part)
    return "".join(parts)


def escaped(text: str) -> str:
    """A template that renders as `text`."""
    return text.replace("{", "{{").replace("}", "}}")


def canonical(text: str) -> str:
    """The same template, every name in its one spelling."""

    def spelled(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None or not is_name(name):
            return match.group()
        return "{" + canonical_name(name) + "}"

    return _PARTS.sub(spelled, text)


def _filled(text: str, values: Mapping[str, str]) -> Iterator[str]:
    end = 0
    for match in _PARTS.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        if match["name"] is None:
            yield "{" if match["open"] else "}"
            continue
        name = canonical_name(match["name"])
        if name not in values:
            raise PresetError(
                tr("The prompt needs a value for {name}, and there is none.", name=name),
                tr("Nothing was sent. Give it a value, or take it out of the prompt."),
            )
        yield values[name]
    yield text[end:]


def _faults(text: str) -> Iterator[TemplateFault]:
    for match in _PARTS.finditer(text):
        if match["loose"]:
            yield _loose(match)
        elif match["name"] is not None and not is_name(match["name"]):
            message, mend = _about(match["name"])
            yield TemplateFault(*match.span(), message, mend)


def _loose(match: re.Match[str]) -> TemplateFault:
    if match["loose"] == "{":
        message = tr("This brace is never closed.")
    else:
        message = tr("This brace closes nothing.")
    twice = match["loose"] * 2
    return TemplateFault(
        *match.span(), message, tr("Write {twice} if you mean a brace.", twice=twice)
    )


def _about(name: str) -> tuple[str, str]:
    """What is wrong with a name in braces, and what to do."""
    inner = name.strip()
    if not inner:
        return tr("There is no name in the braces."), tr("Write one, for example {input}.")
    if inner != name and is_name(inner):
        return tr("There are blanks in the braces."), tr("Write {{name}}.", name=inner)
    if canonical_name(name) in RESERVED:
        return tr("“{name}” cannot be used as a name.", name=name), tr("Take another name.")
    if len(name) > LONGEST_NAME and name.isidentifier():
        return tr("This name is longer than {most} characters.", most=LONGEST_NAME), ""
    plain = re.match(r"[^\W\d]\w*(?=[.\[!:])", name)
    if plain and is_name(plain.group()):
        return (
            tr("Only a plain name may stand in braces, not “{name}”.", name=_shown(name)),
            tr("Write {{name}}.", name=plain.group()),
        )
    return (
        tr("“{name}” is not a name.", name=_shown(name)),
        tr("Write {twice} and {closing} around text that stands in braces.", **_TWICE),
    )


_TWICE = {"twice": "{{", "closing": "}}"}


def _shown(name: str) -> str:
    """A name short enough for a sentence."""
    line = " ".join(name.split())
    return line if len(line) <= 40 else line[:39] + "…"
