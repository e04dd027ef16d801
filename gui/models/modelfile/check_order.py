"""Instructions that do not go together: repeated ones, a FROM too many, odd messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gui.language import tr
from gui.models.modelfile.commands import LAST_WINS, Instruction
from gui.models.modelfile.diagnostics import Checked
from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.parameters import PARAMETERS, Kind
from gui.records import Diagnostic, Severity


def check_order(checked: Checked) -> Iterator[Diagnostic]:
    """The findings about instructions together."""
    yield from _check_repeated(checked)
    yield from _check_messages(checked)


def _check_repeated(checked: Checked) -> Iterator[Diagnostic]:
    """Of what can be said once, all but the last has no effect."""
    same: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    for piece in checked.sound:
        if piece.instruction in LAST_WINS:
            same[piece.instruction, ""].append(piece)
        elif piece.instruction is Instruction.PARAMETER:
            parameter = PARAMETERS.get(piece.name)
            if parameter is not None and parameter.kind is not Kind.TEXTS:
                same[piece.instruction, piece.name].append(piece)
    for (word, name), given in same.items():
        for piece in given[:-1]:
            message = tr(
                "This has no effect: {what} is set again in line {line}.",
                what=name or word,
                line=checked.lines.line(given[-1].start),
            )
            end = piece.name_end if name else piece.word_end
            yield checked.at(
                piece.start, end, Severity.WARNING, message, tr("Remove one of the two.")
            )


def _check_messages(checked: Checked) -> Iterator[Diagnostic]:
    """MESSAGE lines are a conversation: person and model in turn."""
    before = ""
    last: Piece | None = None
    for piece in checked.sound:
        if piece.instruction is not Instruction.MESSAGE:
            continue
        span = (piece.name_start, piece.name_end)
        if piece.name == before and before != "system":
            message = tr("Two messages of {role} in a row are joined to one.", role=before)
            yield checked.at(*span, Severity.NOTE, message)
        elif piece.name == "assistant" and last is None:
            message = tr("The conversation begins with a reply to nothing.")
            mend = tr("Put a MESSAGE user before it.")
            yield checked.at(*span, Severity.NOTE, message, mend)
        before, last = piece.name, piece
    if last is not None and last.name == "user":
        message = tr("This message stays without a reply: what a person writes is added to it.")
        mend = tr("Put a MESSAGE assistant behind it.")
        yield checked.at(last.name_start, last.name_end, Severity.NOTE, message, mend)
