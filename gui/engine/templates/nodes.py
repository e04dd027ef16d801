"""What a template is made of. `str()` of a node is the text Go shows of it in errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in a template; `position` is where it begins, in characters."""

    position: int


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """`.`, the current value."""

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class Nil(Node):
    """`nil`."""

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A string, a number or a truth value, and how it was written."""

    value: str | int | float | bool
    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`.A.B`."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """`$x.A.B`; the name has its dollar."""

    name: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`(...).A.B`, or fields of what a function gives."""

    operand: Operand
    names: tuple[str, ...]

    def __str__(self) -> str:
        inner = f"({self.operand})" if isinstance(self.operand, Pipe) else str(self.operand)
        return ".".join((inner, *self.names))


@dataclass(frozen=True, slots=True)
class Function(Node):
    """The name of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Command(Node):
    """An operand and what it is given: `printf "%s" .X`."""

    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(
            f"({operand})" if isinstance(operand, Pipe) else str(operand)
            for operand in self.operands
        )


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    """Commands joined by `|`, and the variables that take the result."""

    declared: tuple[str, ...]
    assigns: bool
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        sign = " = " if self.assigns else " := "
        taken = ", ".join(self.declared) + sign if self.declared else ""
        return taken + " | ".join(map(str, self.commands))


Operand = Dot | Nil | Literal | Field | Variable | Chain | Function | Pipe


@dataclass(frozen=True, slots=True)
class Text(Node):
    """What is written as it is."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Action(Node):
    """`{{ pipe }}`: printed, unless it declares."""

    pipe: Pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@dataclass(frozen=True, slots=True)
class Block(Node):
    """Statements in a row."""

    nodes: tuple[Statement, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.nodes))


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """`if`, `with` or `range`, and what stands in for it when there is nothing."""

    keyword: str
    pipe: Pipe
    body: Block
    otherwise: Block | None

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else f"{{{{else}}}}{self.otherwise}"
        return f"{{{{{self.keyword} {self.pipe}}}}}{self.body}{otherwise}{{{{end}}}}"


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """`{{ template "name" pipe }}`."""

    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        given = "" if self.pipe is None else f" {self.pipe}"
        return f'{{{{template "{self.name}"{given}}}}}'


@dataclass(frozen=True, slots=True)
class Jump(Node):
    """`break` or `continue`."""

    keyword: str

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


Statement = Text | Action | Branch | Invocation | Jump
