"""Pipelines evaluated: fields, variables, functions.

Semantics and error texts are those of Go's `text/template` with `missingkey=zero`.
"""

from __future__ import annotations

from typing import Any, NoReturn

from gui.engine.templates.budget import Budget
from gui.engine.templates.errors import CallError, TemplateError
from gui.engine.templates.functions import FUNCTIONS, Callee
from gui.engine.templates.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Literal,
    Nil,
    Node,
    Operand,
    Pipe,
    Variable,
)
from gui.engine.templates.values import Struct, quoted, truth, type_name


class _Nothing:
    """No value comes down the pipe."""


_NOTHING = _Nothing()


class Evaluator:
    """Knows the variables in sight, and the node at work, for errors."""

    def __init__(self, source: str, start: Node, budget: Budget) -> None:
        """`source` is the template's text; `start` is where execution begins."""
        self._source = source
        self.budget = budget
        self.at = start
        self.name = ""
        self.variables: list[list[Any]] = []

    def fail(self, problem: str) -> NoReturn:
        """Raise TemplateError with the place of the node at work."""
        before = self._source[: self.at.position]
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogatepass"))
        place = f":{before.count(chr(10)) + 1}:{column}"
        raise TemplateError(
            f"template: {place}: executing {quoted(self.name)} at <{self.at}>: {problem}"
        )

    def pipe(self, dot: Any, pipe: Pipe) -> Any:
        """The value of a pipeline; its variables take it."""
        self.at = pipe
        value: Any = _NOTHING
        for command in pipe.commands:
            value = self._command(dot, command, value)
        for name in pipe.declared:
            if pipe.assigns:
                self.assign(name, value)
            else:
                self.variables.append([name, value])
        return value

    def assign(self, name: str, value: Any) -> None:
        """Change a variable that is there."""
        self._slot(name)[1] = value

    def _slot(self, name: str) -> list[Any]:
        slot: list[Any] | None = None
        for slot in reversed(self.variables):
            if slot[0] == name:
                break
        else:
            self.fail(f"undefined variable: {name}")
        return slot

    def _command(self, dot: Any, command: Command, final: Any) -> Any:
        operands = command.operands
        first = operands[0]
        if type(first) is Function:
            self.at = first
            return self._call(dot, first.name, command, operands[1:], final)
        given = len(operands) > 1 or final is not _NOTHING
        if type(first) is Field:
            self.at = first
            return self._chain(dot, first.names, given=given)
        if given and not (isinstance(first, Variable | Chain) and first.names):
            self.at = first
            self.fail(f"can't give argument to non-function {first}")
        if type(first) is Nil:
            self.at = first
            self.fail("nil is not a command")
        return self._operand(dot, first, given=given)

    def _operand(self, dot: Any, node: Operand, *, given: bool = False) -> Any:
        """The value of an operand; `given` says that it stands before others."""
        kind = type(node)
        self.at = node
        if kind is Field:
            return self._chain(dot, node.names, given=given)  # type: ignore[union-attr]
        if kind is Literal:
            return node.value  # type: ignore[union-attr]
        if kind is Dot:
            return dot
        match node:
            case Variable():
                value = self._slot(node.name)[1]
                return self._chain(value, node.names, given=given) if node.names else value
            case Pipe():
                return self.pipe(dot, node)
            case Function():
                return self._call(dot, node.name, node, (), _NOTHING)
            case Chain():
                return self._chained(dot, node, given=given)
        return None

    def _chained(self, dot: Any, node: Chain, *, given: bool) -> Any:
        if isinstance(node.operand, Nil):
            self.fail(f"indirection through explicit nil in {node}")
        receiver = self._operand(dot, node.operand)
        return self._chain(receiver, node.names, given=given)

    def _chain(self, receiver: Any, names: tuple[str, ...], *, given: bool) -> Any:
        """`receiver.A.B`. Only nil that stands inside the chain is an error."""
        if receiver is None:
            return None
        value, kind = receiver, ""
        for name in names:
            if isinstance(value, dict):
                if given and name is names[-1]:
                    self.fail(f"{name} is not a method but has arguments")
                value, kind = value.get(name), "interface {}"
            elif isinstance(value, Struct) and name in value.fields:
                if given and name is names[-1]:
                    self.fail(f"{name} has arguments but cannot be invoked as function")
                value, kind = value.fields[name], ""
            elif value is None:
                self.fail(f"nil pointer evaluating interface {{}}.{name}")
            else:
                self.fail(f"can't evaluate field {name} in type {kind or type_name(value)}")
        return value

    # Calls

    def _call(
        self, dot: Any, name: str, node: Node, operands: tuple[Operand, ...], final: Any
    ) -> Any:
        callee = FUNCTIONS[name]
        self._count(name, callee, len(operands), len(operands) + (final is not _NOTHING))
        if callee.decides is not None:
            return self._shortcut(dot, operands, final, stop=callee.decides)
        if callee.texts:
            values = self._checked(dot, operands, callee.texts, final)
        else:
            values = [self._operand(dot, operand) for operand in operands]
        if final is not _NOTHING:
            values.append(final)
        try:
            self.budget.call(values)
            result = callee.call(*values)
            if type(result) is str:
                self.budget.spend(len(result))
        except CallError as problem:
            self.at = node
            self.fail(f"error calling {name}: {problem}")
        return result

    def _count(self, name: str, callee: Callee, written: int, given: int) -> None:
        if callee.variadic and given < callee.fixed:
            self.fail(
                f"wrong number of args for {name}: want at least {callee.fixed} got {written}"
            )
        if not callee.variadic and given != callee.fixed:
            self.fail(f"wrong number of args for {name}: want {callee.fixed} got {given}")

    def _checked(
        self, dot: Any, operands: tuple[Operand, ...], texts: int, final: Any
    ) -> list[Any]:
        """The operands' values, the first `texts` of which must be text."""
        values = []
        for position, operand in enumerate(operands):
            values.append(self._operand(dot, operand))
            if texts < 0 or position < texts:
                self._check_text(operand, values[-1])
        if final is not _NOTHING and (texts < 0 or len(values) < texts):
            self._check_text(None, final)
        return values

    def _check_text(self, operand: Operand | None, value: Any) -> None:
        if isinstance(value, str):
            return
        if isinstance(operand, Nil):
            self.fail("cannot assign nil to string")
        if isinstance(operand, Literal):
            self.fail(f"expected string; found {operand}")
        if value is None and not isinstance(operand, Field):
            self.fail("invalid value; expected string")
        found = "interface {}" if value is None else type_name(value)
        self.fail(f"wrong type for value; expected string; got {found}")

    def _shortcut(self, dot: Any, operands: tuple[Operand, ...], final: Any, *, stop: bool) -> Any:
        """`and` and `or`: the operand that decides, or the last."""
        value: Any = None
        for operand in operands:
            value = self._operand(dot, operand)
            if truth(value) is stop:
                return value
        return value if final is _NOTHING else final
