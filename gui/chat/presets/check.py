"""A preset's source checked while a person writes it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from gui.chat.presets import shape
from gui.chat.presets.finding import Finding
from gui.chat.presets.findings import findings
from gui.chat.presets.layout import Place, characters, layout
from gui.chat.presets.parts import Path
from gui.chat.presets.reading import LARGEST, preset_of
from gui.language import tr
from gui.models.modelfile.lines import Lines
from gui.records import Diagnostic, Severity

_MOST = 200
"""Findings; more help nobody."""
_WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)\Z")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the text: the names of the server's models, None if unknown."""

    installed: tuple[str, ...] | None = None


def check(text: str, facts: Facts | None = None) -> tuple[Diagnostic, ...]:
    """All findings about `text`, in the order of their places; () if there is nothing to say."""
    found = islice(_findings(text, facts or Facts()), _MOST)
    return tuple(sorted(found, key=lambda each: (each.line, each.column)))


def _findings(text: str, facts: Facts) -> Iterator[Diagnostic]:
    if len(text) > LARGEST:
        yield Diagnostic(1, 0, 0, Severity.ERROR, tr("the file is too large"))
        return
    try:
        content = tomllib.loads(text)
        places = layout(text)
    except tomllib.TOMLDecodeError as fault:
        yield _syntax(Lines(text), str(fault))
        return
    except RecursionError:
        yield Diagnostic(1, 0, 0, Severity.ERROR, tr("The lists in this text are too deep."))
        return
    source = _Source(text, Lines(text), places)
    faults = list(islice(shape.faults(content), _MOST))
    for wrong in faults:
        finding = Finding(wrong.path, Severity.ERROR, wrong.message, wrong.mend)
        yield source.diagnostic(finding, by_key=wrong.is_key)
    if faults:
        return
    for finding in findings(preset_of(content, "preset", "en"), facts.installed):
        yield source.diagnostic(finding)
    if shape.format_of(content) < shape.FORMAT:
        message = tr("This is the first format: braces are only braces.")
        mend = tr("Write this at the top: {line}", line="format = 2")
        yield Diagnostic(1, 0, 0, Severity.NOTE, message, mend)


def _syntax(lines: Lines, fault: str) -> Diagnostic:
    """An error of tomllib's at its place."""
    where = _WHERE.search(fault)
    number, column = len(lines), 0
    if where and where["line"]:
        number = min(int(where["line"]), len(lines))
        column = int(where["column"]) - 1
    width = lines.end(number) - lines.start(number)
    start = min(column, max(width - 1, 0))
    message, mend = _in_words(fault[: where.start()] if where else fault)
    return Diagnostic(number, start, width, Severity.ERROR, message, mend)


def _in_words(reason: str) -> tuple[str, str]:
    """What tomllib says in the person's language, and what to do; some of it stays English."""
    lines = tr('Text over several lines stands between """ and """.')
    words = {
        "Invalid value": (tr("Here should be a value."), tr("Put text in quotes.")),
        "Expected '='": (tr("A key needs = and a value behind it."), ""),
        "Invalid statement": (tr("This is neither a key nor a table."), ""),
        "Expected newline": (tr("Something stands behind the value."), tr("Begin a new line.")),
        "Unterminated string": (tr("This quote is never closed."), lines),
        "Illegal character": (tr("A character is here that must not be."), lines),
        "Unescaped": (tr("A backslash stands for something special."), tr("Write it twice.")),
        "Cannot": (tr("It is there twice."), tr("Remove one of the two.")),
        "Unclosed": (tr("This bracket is never closed."), ""),
        "Expected ']": (tr("A table's name stands in brackets, which are not closed here."), ""),
    }
    for beginning, said in words.items():
        if reason.startswith(beginning):
            return said
    return tr("This is not TOML: {reason}", reason=reason), ""


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    lines: Lines
    places: Mapping[Path, Place]

    def diagnostic(self, finding: Finding, *, by_key: bool = False) -> Diagnostic:
        """A finding at its place; one about a table that is not written, at its owner."""
        start, end = self._span(finding, by_key=by_key)
        line, column = self.lines.place(start)
        width = max(min(end, self.lines.end(line)) - start, 0)
        return Diagnostic(
            line, column, column + width, finding.severity, finding.message, finding.mend
        )

    def _span(self, finding: Finding, *, by_key: bool) -> tuple[int, int]:
        path = finding.path
        place = self.places.get(path) or self.places.get(_alone(path))
        if place is None:
            return self._owner(path)
        if by_key:
            return place.key
        if finding.span is None:
            return place.value
        offsets = characters(self.text, *place.value)
        first, behind = (min(offset, len(offsets) - 1) for offset in finding.span)
        end = offsets[behind - 1] + 1 if behind > first else offsets[first]
        return offsets[first], max(end, offsets[first])

    def _owner(self, path: Path) -> tuple[int, int]:
        """The nearest table around a key that is not written."""
        for length in range(len(path) - 1, 0, -1):
            place = self.places.get(path[:length]) or self.places.get(_alone(path[:length]))
            if place is not None:
                return place.key
        return 0, self.lines.end(1)


def _alone(path: Path) -> Path:
    """The path of a step that is alone in a `together`."""
    if len(path) >= 2 and path[0] == "steps":
        return (*path[:2], "together", 0, *path[2:])
    return path
