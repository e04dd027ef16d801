"""A Modelfile checked while a person writes it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from gui.language import tr
from gui.models.modelfile.check_order import check_order
from gui.models.modelfile.check_parameters import check_parameters
from gui.models.modelfile.check_sources import check_sources
from gui.models.modelfile.check_template import check_templates
from gui.models.modelfile.check_values import check_values, text_behind_quote
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.diagnostics import Checked, Facts
from gui.models.modelfile.errors import ModelfileError
from gui.models.modelfile.grammar import Fault, FaultKind, Piece, pieces
from gui.models.modelfile.lines import Lines
from gui.models.modelfile.parser import MOST_COMMANDS, refuse_if_large
from gui.records import Diagnostic, Severity

_MOST = 200
"""Findings; more help nobody."""
_WORDS = [word.value for word in Instruction]
_LONG = (Instruction.SYSTEM, Instruction.TEMPLATE, Instruction.LICENSE, Instruction.MESSAGE)


def check(text: str, facts: Facts | None = None) -> tuple[Diagnostic, ...]:
    """All findings about `text`, in the order of their places; () if there is nothing to say."""
    try:
        refuse_if_large(text)
    except ModelfileError as error:
        return (Diagnostic(1, 0, 0, Severity.ERROR, error.what, error.todo),)
    read = tuple(islice(pieces(text), MOST_COMMANDS))
    checked = Checked(text, Lines(text), read, facts or Facts())
    found = [
        finding
        for findings in (
            _check_faults(checked),
            _check_base(checked),
            check_values(checked),
            check_parameters(checked),
            check_sources(checked),
            check_templates(checked),
            check_order(checked),
        )
        for finding in islice(findings, _MOST)
    ]
    return tuple(sorted(found, key=lambda each: (each.line, each.column))[:_MOST])


def _check_base(checked: Checked) -> Iterator[Diagnostic]:
    if any(piece.instruction is Instruction.FROM for piece in checked.pieces):
        return
    end = len(checked.text)
    message = tr("A Modelfile needs a FROM: the model it is made from.")
    mend = tr("Write a line like: FROM {example}", example="llama3.2")
    yield checked.at(end, end, Severity.ERROR, message, mend)


def _check_faults(checked: Checked) -> Iterator[Diagnostic]:
    """What is no Modelfile at all. Of lines of prose one behind the other, the first."""
    before: Piece | None = None
    for piece in checked.pieces:
        fault = piece.fault
        is_prose = _is_prose(piece) and _is_prose(before)
        if fault is not None and not is_prose and not _is_told(checked, piece):
            message, mend = _in_words(checked, piece, fault, before)
            yield checked.at(fault.start, fault.end, Severity.ERROR, message, mend)
        before = piece


def _is_told(checked: Checked, piece: Piece) -> bool:
    """Whether `check_values` says more of it: an open quote that looks closed."""
    return text_behind_quote(checked, piece) is not None


def _is_prose(piece: Piece | None) -> bool:
    return (
        piece is not None and piece.fault is not None and piece.fault.kind is FaultKind.BAD_COMMAND
    )


def _in_words(
    checked: Checked, piece: Piece, fault: Fault, before: Piece | None
) -> tuple[str, str]:
    """A fault in plain words, and how it is mended."""
    word = checked.text[piece.start : piece.word_end]
    match fault.kind:
        case FaultKind.BAD_COMMAND:
            return _bad_command(piece, word, before)
        case FaultKind.BAD_ROLE:
            message = tr("“{name}” is not a role.", name=piece.name)
            return message, tr("Write system, user or assistant, in small letters.")
        case FaultKind.UNCLOSED:
            message = tr("This quote is never closed.")
            return message, tr("Put {quote} at the end of its last line.", quote=piece.quote)
        case FaultKind.BAD_NAME if piece.instruction is Instruction.MESSAGE:
            message = tr("Behind the role there must be a blank and the text.")
            return message, tr("Write it like: MESSAGE user How are you?")
        case FaultKind.BAD_NAME:
            message = tr("Behind the name there must be a blank and the value.")
            return message, tr("Write it like: PARAMETER temperature 0.7")
        case FaultKind.CUT_SHORT:
            return tr("Something is missing behind {word}.", word=word), _example(piece)


def _bad_command(piece: Piece, word: str, before: Piece | None) -> tuple[str, str]:
    shown = word[:40]
    upper = word.upper()
    if upper in _WORDS:
        message = tr("{word} needs a blank and a value behind it.", word=upper)
        return message, _example(piece, upper)
    message = tr("“{word}” is not an instruction.", word=shown)
    joined = next((known for known in _WORDS if upper.startswith(known)), "")
    near = difflib.get_close_matches(upper[:40], _WORDS, 1, 0.7)
    if near or joined:
        return message, tr("Did you mean {name}?", name=near[0] if near else joined)
    if before is not None and before.fault is None and before.instruction in _LONG:
        mend = tr(
            'If this belongs to {word}, put all of it between """ and """.',
            word=before.instruction,
        )
        return message, mend
    return message, tr("Begin the line with # if it is a comment.")


def _example(piece: Piece, word: str = "") -> str:
    """An instruction as it could be written."""
    values = {
        Instruction.FROM: "llama3.2",
        Instruction.PARAMETER: "temperature 0.7",
        Instruction.MESSAGE: "user …",
    }
    known = Instruction(word) if word else piece.instruction
    if known is None:
        return tr("Write the rest of it.")
    return tr("Write it like: {example}", example=f"{known} {values.get(known, '…')}")
