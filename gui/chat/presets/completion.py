"""What could be typed next at a place in a preset's source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gui.chat.presets import shape, words
from gui.chat.presets.check import Facts
from gui.chat.presets.outline import Line, Named, lines, named
from gui.chat.presets.template import is_name
from gui.language import tr
from gui.models.modelfile.parameters import PARAMETERS, about
from gui.records import INPUT, Completion, OutputKind

_MOST = 50
_OPEN_BRACE = re.compile(r"(?<!\{)(?:\{\{)*+\{(?P<typed>[^{}\"'\s]*)\Z")
_WORD = re.compile(r"[ \t]*(?P<typed>[A-Za-z_]*)\Z")
_BRACKET = re.compile(r"[ \t]*(?P<typed>\[\[?[A-Za-z_.]*)\Z")
_VALUE = re.compile(r"[ \t]*\w+[ \t]*=[ \t]*(?P<typed>(?P<quote>[\"']?)(?P<word>[^\"']*))\Z")
_TEMPLATES = frozenset({"system", "prompt", "reply"})
_KEYS = {
    "": shape.TOP,
    "options": shape.OPTIONS,
    "variables": shape.VARIABLE,
    "steps": {**shape.STEP, **shape.TOGETHER},
    "steps.together": shape.STEP,
    "steps.options": shape.OPTIONS,
    "steps.together.options": shape.OPTIONS,
}


def complete(text: str, cursor: int, facts: Facts | None = None) -> tuple[Completion, ...]:
    """What could stand at the offset `cursor`; () where anything may be written."""
    found = tuple(lines(text))
    line = next((each for each in reversed(found) if each.start <= cursor), found[0])
    typed = text[line.start : cursor]
    proposals = _proposals(found, line, typed, cursor, facts or Facts())
    return tuple(proposals)[:_MOST]


def _proposals(
    found: tuple[Line, ...], line: Line, typed: str, cursor: int, facts: Facts
) -> Iterable[Completion]:
    if line.key in _TEMPLATES and (brace := _OPEN_BRACE.search(typed)):
        return _names(found, line, brace["typed"], cursor)
    if line.state:
        return ()
    if match := _BRACKET.match(typed):
        return _headers(match["typed"], cursor)
    if match := _VALUE.match(typed):
        return _values(found, line, match, cursor, facts)
    if match := _WORD.match(typed):
        return _keys(found, line, match["typed"], cursor)
    return ()


def _matching(typed: str, choices: Iterable[str]) -> list[str]:
    """Choices that begin with what was typed, then those that contain it."""
    typed = typed.lower()
    begun = [choice for choice in choices if choice.lower().startswith(typed)]
    return begun + [choice for choice in choices if typed in choice.lower() and choice not in begun]


def _names(found: tuple[Line, ...], line: Line, typed: str, cursor: int) -> Iterator[Completion]:
    """Names for braces: what the person says, outputs that are there by then, variables."""
    declared = [each for each in named(found) if is_name(each.name)]
    details = {}
    if line.table or line.key != "system":
        details[INPUT] = tr("what the person says")
        details |= {each.name: tr("output of a step") for each in _before(declared, line)}
    details |= {each.name: tr("variable") for each in declared if not each.stage}
    closing = "" if line.text.startswith("}", cursor - line.start) else "}"
    for name in _matching(typed, details):
        yield Completion(cursor - len(typed), name + closing, details[name])


def _before(declared: list[Named], line: Line) -> list[Named]:
    """The steps whose output a line can use; the reply can use all."""
    is_reply = not line.table
    return [each for each in declared if each.stage and (is_reply or each.stage < line.stage)]


def _headers(typed: str, cursor: int) -> Iterator[Completion]:
    details = words.about_tables()
    for header in _matching(typed, details):
        if header.startswith(typed):
            yield Completion(cursor - len(typed), header, details[header])


def _keys(found: tuple[Line, ...], line: Line, typed: str, cursor: int) -> Iterator[Completion]:
    keys = _KEYS.get(line.table, {})
    is_options = keys is shape.OPTIONS
    written = _written(found, line)
    details = words.about_keys(line.table)
    for key in _matching(typed, [key for key in keys if key not in written]):
        if key in ("options", "variables", "steps", "together"):
            continue
        detail = _about_option(key) if is_options else details.get(key, "")
        yield Completion(cursor - len(typed), f"{key} = ", detail)


def _about_option(name: str) -> str:
    parameter = PARAMETERS.get(name)
    usual = f"({parameter.range_text})" if parameter and parameter.range_text else ""
    return f"{about(name)} {usual}".strip()


def _written(found: tuple[Line, ...], line: Line) -> set[str]:
    """The keys that the table around a line has already."""
    number = found.index(line)
    first = last = number
    while first > 0 and not found[first].text.lstrip().startswith("["):
        first -= 1
    while last + 1 < len(found) and not found[last + 1].text.lstrip().startswith("["):
        last += 1
    return {each.key for each in found[first : last + 1] if each is not line}


def _values(
    found: tuple[Line, ...], line: Line, match: re.Match[str], cursor: int, facts: Facts
) -> Iterator[Completion]:
    quote = match["quote"] or '"'
    start = cursor - len(match["typed"])
    behind = line.text[cursor - line.start :]
    closing = "" if behind.startswith(quote) else quote
    details = _choices(found, line, facts)
    for word in _matching(match["word"], details):
        is_text = word not in ("true", "false")
        yield Completion(start, f"{quote}{word}{closing}" if is_text else word, details[word])


def _choices(found: tuple[Line, ...], line: Line, facts: Facts) -> dict[str, str]:
    """The values of keys that have few."""
    match line.key:
        case "output":
            return words.about_outputs()
        case "source":
            return words.about_sources()
        case "history":
            return {"true": "", "false": ""}
        case "model":
            return dict.fromkeys(facts.installed or (), tr("installed"))
        case "when":
            steps = [
                each.name
                for each in _before(list(named(found)), line)
                if each.output == OutputKind.BOOLEAN
            ]
            told = {name: tr("if it said yes") for name in steps}
            return told | {f"not {name}": tr("if it said no") for name in steps}
    return {}
