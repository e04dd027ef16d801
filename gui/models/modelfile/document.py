"""A Modelfile's text with its instructions, of which one can be changed by itself.

A form and an editor show the same document: what the form changes is changed in the text,
and every other byte of it, comments and blanks among them, stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gui.models.modelfile.commands import Command, Instruction, Modelfile
from gui.models.modelfile.edits import Edit, apply, insertion, placed, removal
from gui.models.modelfile.errors import ModelfileError
from gui.models.modelfile.grammar import Piece, pieces
from gui.models.modelfile.lines import LineCounter, newline_of
from gui.models.modelfile.parser import MOST_COMMANDS, command_of, refuse_if_large
from gui.models.modelfile.printer import print_command, quoted


@dataclass(frozen=True, slots=True)
class Document:
    """One text. Raises ModelfileError for one that is too large; faults are kept.

    The `with_...` and `without_...` methods give a new document. They raise ModelfileError
    while the text has a fault, for it is not known then what belongs to what, and
    CannotBeWritten for a value that no Modelfile can hold. A text without FROM can be
    changed: that is how a new one begins.
    """

    text: str
    pieces: tuple[Piece, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        read = tuple(islice(pieces(refuse_if_large(self.text)), MOST_COMMANDS))
        object.__setattr__(self, "pieces", read)

    @property
    def fault(self) -> ModelfileError | None:
        """The first fault, None if the text can be changed."""
        for piece in self.pieces:
            if piece.fault is not None:
                line = LineCounter(self.text).line(piece.fault.start)
                return ModelfileError(line, piece.fault.text)
        return None

    @property
    def modelfile(self) -> Modelfile:
        """What the text says, its faults left out; there may be no FROM."""
        lines = LineCounter(self.text)
        sound = (piece for piece in self.pieces if piece.fault is None)
        return Modelfile(tuple(command_of(piece, lines.line(piece.start)) for piece in sound))

    def with_value(self, instruction: Instruction, value: str) -> Document:
        """`value` for an instruction of which the last one counts: SYSTEM, FROM and others."""
        return self._set(self._all(instruction), Command(instruction, value))

    def without(self, instruction: Instruction) -> Document:
        """No such instruction at all."""
        return self._edited(removal(self.text, piece) for piece in self._all(instruction))

    def with_system(self, text: str) -> Document:
        """The system prompt; "" removes it, for an empty one has no effect."""
        return self._with_text(Instruction.SYSTEM, text)

    def with_template(self, text: str) -> Document:
        """The template; "" removes it, so that the model's own is used."""
        return self._with_text(Instruction.TEMPLATE, text)

    def with_base(self, value: str) -> Document:
        """The model or path behind the last FROM."""
        return self.with_value(Instruction.FROM, value)

    def with_parameter(self, name: str, value: str) -> Document:
        """One option that has one value; "" removes it. For `stop` see `with_stops`."""
        given = self._parameters(name)
        if not value:
            return self._edited(removal(self.text, piece) for piece in given)
        return self._set(given, Command(Instruction.PARAMETER, value, name))

    def with_stops(self, texts: Sequence[str]) -> Document:
        """The texts that end a reply, in this order."""
        return self._listed(
            self._parameters("stop"),
            [Command(Instruction.PARAMETER, text, "stop") for text in texts],
        )

    def with_licenses(self, texts: Sequence[str]) -> Document:
        """All licences, in this order."""
        return self._listed(
            self._all(Instruction.LICENSE), [Command(Instruction.LICENSE, text) for text in texts]
        )

    def with_messages(self, messages: Sequence[tuple[str, str]]) -> Document:
        """All messages, role and text, in this order."""
        return self._listed(
            self._all(Instruction.MESSAGE),
            [Command(Instruction.MESSAGE, text, role) for role, text in messages],
        )

    def with_message(self, index: int, role: str, text: str) -> Document:
        """Another role or text for one message; raises IndexError."""
        piece = self._all(Instruction.MESSAGE)[index]
        return self._edited(self._changes(piece, Command(Instruction.MESSAGE, text, role)))

    def with_message_added(self, role: str, text: str) -> Document:
        """One more message, the last of all."""
        line = print_command(Command(Instruction.MESSAGE, text, role))
        return self._edited([placed(self.text, self.pieces, Instruction.MESSAGE, line)])

    def without_message(self, index: int) -> Document:
        """One message less; raises IndexError."""
        return self._edited([removal(self.text, self._all(Instruction.MESSAGE)[index])])

    def _with_text(self, instruction: Instruction, text: str) -> Document:
        return self.with_value(instruction, text) if text else self.without(instruction)

    def _all(self, instruction: Instruction) -> list[Piece]:
        return [piece for piece in self.pieces if piece.instruction is instruction]

    def _parameters(self, name: str) -> list[Piece]:
        return [piece for piece in self._all(Instruction.PARAMETER) if piece.name == name]

    def _set(self, given: Sequence[Piece], command: Command) -> Document:
        """Change the last of `given`, which is the one that counts, or add one."""
        if given:
            return self._edited(self._changes(given[-1], command))
        line = print_command(command)
        return self._edited([placed(self.text, self.pieces, command.instruction, line)])

    def _listed(self, given: Sequence[Piece], commands: Sequence[Command]) -> Document:
        """Change the instructions of one kind into `commands`: those that stay keep their lines."""
        edits: list[Edit] = []
        for piece, command in zip(given, commands, strict=False):
            edits += self._changes(piece, command)
        edits += [removal(self.text, piece) for piece in given[len(commands) :]]
        return self._edited(edits).with_more(commands[len(given) :])

    def with_more(self, commands: Sequence[Command]) -> Document:
        """More instructions, all of one kind: behind the last of their name, else where usual."""
        if not commands:
            return self
        first = commands[0]
        lines = newline_of(self.text).join(map(print_command, commands))
        same = [piece for piece in self._all(first.instruction) if piece.name == first.name]
        if same and first.instruction is Instruction.PARAMETER:
            return self._edited([insertion(self.text, same[-1], lines)])
        return self._edited([placed(self.text, self.pieces, first.instruction, lines)])

    def _changes(self, piece: Piece, command: Command) -> list[Edit]:
        """The edits that make a piece say `command`; none where it does already."""
        edits: list[Edit] = []
        if piece.name != command.name:
            print_command(command)
            edits.append((piece.name_start, piece.name_end, command.name))
        if piece.value != command.value:
            edits.append((piece.value_start, piece.value_end, quoted(command.value)))
        return edits

    def _edited(self, edits: Iterable[Edit]) -> Document:
        if (fault := self.fault) is not None:
            raise fault
        return Document(apply(self.text, edits))
