"""Modelfile -> text that is read as the same Modelfile again.

Ollama's own writer leaves a value bare that begins with a quotation mark, and trusts every
value to its quotes; here a value that no quoting can carry is refused.
"""

from __future__ import annotations

import re

from gui.language import tr
from gui.models.modelfile.commands import ROLES, Command, Instruction, Modelfile
from gui.models.modelfile.errors import CannotBeWritten
from gui.models.modelfile.signs import BLANKS, dropped, named

_NEWLINE = re.compile(r"[\r\n]")
_CLOSES_TRIPLE = re.compile(r'"""[ \t]*+[\r\n]')
_PARAMETER = re.compile(r"[A-Za-z0-9_]+")


def print_modelfile(modelfile: Modelfile) -> str:
    """The text of `modelfile`, an instruction a line; raises CannotBeWritten."""
    if not any(command.instruction is Instruction.FROM for command in modelfile.commands):
        raise CannotBeWritten(tr("a Modelfile needs a FROM"))
    return "".join(print_command(command) + "\n" for command in modelfile.commands)


def print_command(command: Command) -> str:
    """One instruction, without the newline behind it; raises CannotBeWritten."""
    value = quoted(command.value)
    match command.instruction:
        case Instruction.PARAMETER:
            if not _PARAMETER.fullmatch(command.name):
                raise CannotBeWritten(
                    tr("“{name}” is not the name of a parameter", name=command.name)
                )
        case Instruction.MESSAGE:
            if command.name not in ROLES:
                raise CannotBeWritten(tr("“{name}” is not a role", name=command.name))
        case _:
            return f"{command.instruction} {value}"
    return f"{command.instruction} {command.name} {value}"


def quoted(value: str) -> str:
    """`value` with the quotes it needs; raises CannotBeWritten if none keep it."""
    if lost := dropped(value):
        sign = named(min(lost))
        raise CannotBeWritten(tr("Ollama drops the character {sign}", sign=sign))
    if _CLOSES_TRIPLE.search(value):
        raise CannotBeWritten(tr('a line that ends in """ would end the whole value'))
    if _NEWLINE.search(value):
        return f'"""{value}"""'
    if value and value == value.strip(BLANKS) and not value.startswith('"'):
        return value
    # On one line only its end can close it, but it must not begin with three quotes.
    makes_three = value == '"' or value.startswith('""')
    return f'"""{value}"""' if makes_three else f'"{value}"'
