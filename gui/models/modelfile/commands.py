"""What a Modelfile says, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Instruction(StrEnum):
    """The words a line can begin with, in the order in which a Modelfile is best read."""

    FROM = "FROM"
    DRAFT = "DRAFT"
    ADAPTER = "ADAPTER"
    REQUIRES = "REQUIRES"
    RENDERER = "RENDERER"
    PARSER = "PARSER"
    TEMPLATE = "TEMPLATE"
    SYSTEM = "SYSTEM"
    PARAMETER = "PARAMETER"
    MESSAGE = "MESSAGE"
    LICENSE = "LICENSE"


ROLES = ("system", "user", "assistant")
"""Who a MESSAGE can be from."""

LAST_WINS = frozenset(
    {
        *(Instruction.TEMPLATE, Instruction.SYSTEM, Instruction.RENDERER),
        *(Instruction.PARSER, Instruction.REQUIRES, Instruction.ADAPTER),
    }
)
"""Instructions of which only the last has an effect."""


@dataclass(frozen=True, slots=True)
class Command:
    """One instruction. `name` is a PARAMETER's option or a MESSAGE's role, else ""."""

    instruction: Instruction
    value: str
    name: str = ""
    line: int = field(default=0, compare=False)
    """Where it stands, from 1; 0 if it was not read from a text."""


@dataclass(frozen=True, slots=True)
class Modelfile:
    """All instructions, in their order."""

    commands: tuple[Command, ...]

    def values(self, instruction: Instruction, name: str = "") -> tuple[str, ...]:
        """The value of every such instruction; of PARAMETER those with that `name`."""
        return tuple(
            command.value
            for command in self.commands
            if command.instruction is instruction
            and (instruction is not Instruction.PARAMETER or command.name == name)
        )

    def last(self, instruction: Instruction, name: str = "") -> str:
        """The value that has an effect where the last one wins, "" if there is none."""
        values = self.values(instruction, name)
        return values[-1] if values else ""

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """Role and text of each MESSAGE."""
        return tuple(
            (command.name, command.value)
            for command in self.commands
            if command.instruction is Instruction.MESSAGE
        )

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each PARAMETER, as written."""
        return tuple(
            (command.name, command.value)
            for command in self.commands
            if command.instruction is Instruction.PARAMETER
        )
