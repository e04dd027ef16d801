"""A Modelfile read: bytes into text, text into its instructions."""

from __future__ import annotations

import codecs

from gui.language import tr
from gui.models.modelfile.commands import Command, Instruction, Modelfile
from gui.models.modelfile.errors import ModelfileError
from gui.models.modelfile.grammar import NO_FROM, Piece, pieces
from gui.models.modelfile.lines import LineCounter

LARGEST = 8 * 2**20
"""In characters: more than any licence, little enough to be read within a second."""
MOST_COMMANDS = 50_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """The text in a Modelfile's bytes: UTF-8, or UTF-16 if it begins with that mark.

    What is neither becomes U+FFFD, as for Ollama. Raises ModelfileError for what is too
    large or a model itself (MOD-04).
    """
    if data.startswith(b"GGUF"):
        raise ModelfileError(
            1,
            tr("This is a model, not a Modelfile."),
            tr("Write FROM and its path in a Modelfile."),
        )
    if len(data) > 4 * LARGEST:
        raise _too_large()
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def parse(text: str) -> Modelfile:
    """The instructions of `text`; raises ModelfileError at the first fault.

    Values are not judged: that is for `check`, and for `request` when a model is made.
    """
    commands: list[Command] = []
    lines = LineCounter(refuse_if_large(text))
    for piece in pieces(text):
        if piece.fault is not None:
            raise ModelfileError(lines.line(piece.fault.start), piece.fault.text)
        if len(commands) == MOST_COMMANDS:
            raise _too_many(lines.line(piece.start))
        commands.append(command_of(piece, lines.line(piece.start)))
    if not any(command.instruction is Instruction.FROM for command in commands):
        raise ModelfileError(lines.line(len(text)), NO_FROM)
    return Modelfile(tuple(commands))


def command_of(piece: Piece, line: int = 0) -> Command:
    """A piece without fault as a value, said to stand at `line`."""
    if piece.instruction is None:
        raise ValueError(piece)
    return Command(piece.instruction, piece.value, piece.name, line)


def refuse_if_large(text: str) -> str:
    """`text`, if it is of a size that a person waits for; else raises ModelfileError."""
    if len(text) > LARGEST:
        raise _too_large()
    return text


def _too_large() -> ModelfileError:
    return ModelfileError(
        1,
        tr("This text is larger than {limit} MB.", limit=LARGEST // 2**20),
        tr("A Modelfile is a short text; choose another file."),
    )


def _too_many(line: int) -> ModelfileError:
    return ModelfileError(
        line,
        tr("There are more than {limit} instructions.", limit=MOST_COMMANDS),
        tr("A Modelfile is a short text; choose another file."),
    )
