"""Values that Ollama reads otherwise than they look: quotes, comments, lost characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gui.language import tr
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.diagnostics import Checked
from gui.models.modelfile.grammar import FaultKind, Piece
from gui.models.modelfile.signs import dropped, named
from gui.records import Diagnostic, Severity

_COMMENT = re.compile(r"[ \t]#(?!#)")
_ESCAPE = re.compile(r"\\[nt\"]")
_INSTRUCTION = re.compile(
    rf"^[ \t]*+(?:{'|'.join(Instruction)})[ \t]", re.IGNORECASE | re.MULTILINE
)
# Text behind a closing quote, on the line of that quote.
_BEHIND = {
    '"""': re.compile(r'"""[ \t]*+[^"\s][^\r\n]*'),
    '"': re.compile(r'"[ \t]++[^"\s][^\r\n]*|"#[^\r\n]*'),
}
_JOINER = "\u200d"


def check_values(checked: Checked) -> Iterator[Diagnostic]:
    """The findings about how values are written."""
    lost = dropped(checked.text)
    for piece in checked.pieces:
        if piece.instruction is None:
            continue
        if piece.quote:
            yield from _check_quoted(checked, piece)
        elif piece.fault is None:
            yield from _check_bare(checked, piece)
        if lost and piece.fault is None:
            yield from _check_lost(checked, piece, lost)


def _check_bare(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    """A value without quotes: it is all of the line."""
    raw = checked.text[piece.value_start : piece.value_end]
    if match := _COMMENT.search(raw):
        start = piece.value_start + match.start() + 1
        message = tr("This is no comment: it is part of the value.")
        mend = tr("Put the comment on a line of its own.")
        severity = Severity.NOTE if piece.instruction in _PROSE else Severity.WARNING
        yield checked.at(start, piece.value_end, severity, message, mend)
    if len(raw) > 1 and raw[0] == raw[-1] == "'":
        message = tr("Single quotes are part of the value.")
        mend = tr('Use " or """ instead.')
        yield checked.at(piece.value_start, piece.value_end, Severity.WARNING, message, mend)
    if raw.endswith("\\"):
        message = tr("A line cannot be continued: the backslash is part of the value.")
        mend = tr('Put the value between """ and """; it can have many lines then.')
        end = piece.value_end
        yield checked.at(end - 1, end, Severity.WARNING, message, mend)
    yield from _check_escapes(checked, piece, raw)


_PROSE = (Instruction.SYSTEM, Instruction.MESSAGE, Instruction.LICENSE, Instruction.TEMPLATE)


def _check_escapes(checked: Checked, piece: Piece, raw: str) -> Iterator[Diagnostic]:
    """A backslash and an n is not a newline (row 13 of the contract's table)."""
    if piece.instruction not in (Instruction.SYSTEM, Instruction.PARAMETER, Instruction.MESSAGE):
        return
    if match := _ESCAPE.search(raw):
        start = piece.value_start + match.start()
        message = tr("{sign} is two characters here, not one.", sign=match.group())
        mend = tr('Put the value between """ and """; it can have many lines then.')
        yield checked.at(start, start + 2, Severity.WARNING, message, mend)


def _check_quoted(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    """A quote that looks closed, but goes on because something stands behind it."""
    start, end = piece.value_start + len(piece.quote), piece.value_end
    raw = checked.text[start:end]
    if "\n" not in raw and "\r" not in raw and piece.fault is None:
        yield from _check_escapes(checked, piece, checked.text[piece.value_start : end])
        return
    if behind := text_behind_quote(checked, piece):
        message = tr(
            "A closing {quote} counts only at the end of its line: "
            "this value goes on to line {line}.",
            quote=piece.quote,
            line=checked.lines.line(max(end - 1, piece.value_start)),
        )
        severity = Severity.WARNING if piece.fault is None else Severity.ERROR
        mend = tr("Remove what stands behind the quotes.")
        yield checked.at(*behind, severity, message, mend)


def text_behind_quote(checked: Checked, piece: Piece) -> tuple[int, int] | None:
    """Where a quote over several lines looks closed, but is not: there is text behind it.

    A `"` inside a text is usual, so there it counts only if an instruction is swallowed.
    """
    if not piece.quote:
        return None
    start = piece.value_start + len(piece.quote)
    raw = checked.text[start : piece.value_end]
    behind = _BEHIND[piece.quote].search(raw)
    if behind is None:
        return None
    is_unclosed = piece.fault is not None and piece.fault.kind is FaultKind.UNCLOSED
    if piece.quote == '"' and not is_unclosed and not _INSTRUCTION.search(raw, behind.end()):
        return None
    return start + behind.start(), start + behind.end()


def _check_lost(checked: Checked, piece: Piece, lost: frozenset[str]) -> Iterator[Diagnostic]:
    """The first character of a value that Ollama drops."""
    raw = checked.text[piece.value_start : piece.value_end]
    found = next(((at, sign) for at, sign in enumerate(raw) if sign in lost), None)
    if found is None:
        return
    start = piece.value_start + found[0]
    message = tr("Ollama drops the character {sign} from the value.", sign=named(found[1]))
    if found[1].isspace():
        mend = tr("Write a plain space instead.")
    elif found[1] == _JOINER:
        mend = tr("An emoji made of several falls apart; use a simple one.")
    else:
        mend = tr("Remove it.")
    yield checked.at(start, start + 1, Severity.WARNING, message, mend)
