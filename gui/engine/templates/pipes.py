"""Pipelines: commands, operands, and the variables that take the result."""

from __future__ import annotations

from collections.abc import Collection

from gui.engine.templates.cursor import Cursor
from gui.engine.templates.lexer import Kind, Token
from gui.engine.templates.literals import character, number, unquote
from gui.engine.templates.nodes import (
    Chain,
    Command,
    Dot,
    Field,
    Function,
    Literal,
    Nil,
    Operand,
    Pipe,
    Variable,
)
from gui.engine.templates.values import quoted

_OPERANDS = frozenset(
    {
        Kind.BOOL,
        Kind.CHARACTER,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.NUMBER,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.LEFT_PAREN,
    }
)


class PipeParser(Cursor):
    """Reads pipelines; `functions` are the names that may be called."""

    def __init__(self, text: str, functions: Collection[str]) -> None:
        super().__init__(text)
        self._functions = functions

    def pipe(self, context: str, end: Kind) -> Pipe:
        """A pipeline up to `end`, which is taken; `context` names it in refusals."""
        position = self.peek_solid().position
        declared, assigns = self._declarations(context)
        commands: list[Command] = []
        while True:
            token = self.peek_solid()
            if token.kind is end:
                self.take()
                self._check(commands, context)
                return Pipe(position, declared, assigns, tuple(commands))
            if token.kind not in _OPERANDS and not self.is_keyword(token, "nil"):
                self.take()
                self.unexpected(token, context)
            commands.append(self._command())

    def _declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        declared: list[str] = []
        while self.peek_solid().kind is Kind.VARIABLE:
            start, name = self.index, self.take().text
            sign = self.peek_solid()
            if sign.kind in (Kind.ASSIGN, Kind.DECLARE):
                self.take()
                self.variables.append(name)
                return (*declared, name), sign.kind is Kind.ASSIGN
            if sign.kind is not Kind.SIGN or sign.text != ",":
                self.index = start
                break
            self.take()
            self.variables.append(name)
            declared.append(name)
            if context != "range" or len(declared) > 1:
                self.fail(f"too many declarations in {context}")
            if self.peek_solid().kind not in (Kind.VARIABLE, Kind.CLOSE, Kind.RIGHT_PAREN):
                self.fail("range can only initialize variables")
        return tuple(declared), False

    def _check(self, commands: list[Command], context: str) -> None:
        if not commands:
            self.fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], Literal | Dot | Nil):
                self.fail(f"non executable command in pipeline stage {stage}")

    def _command(self) -> Command:
        position = self.peek_solid().position
        operands: list[Operand] = []
        while True:
            self.peek_solid()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self.take()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.CLOSE, Kind.RIGHT_PAREN):
                self.index -= 1
            elif token.kind is not Kind.PIPE:
                self.unexpected(token, "operand")
            break
        if not operands:
            self.fail("empty command")
        return Command(position, tuple(operands))

    def _operand(self) -> Operand | None:
        term = self._term()
        token = self.peek()
        if term is None or token.kind is not Kind.FIELD:
            return term
        names: list[str] = []
        while self.peek().kind is Kind.FIELD:
            names.append(self.take().text[1:])
        if isinstance(term, Field):
            return Field(token.position, (*term.names, *names))
        if isinstance(term, Variable):
            return Variable(token.position, term.name, (*term.names, *names))
        if isinstance(term, Literal | Dot | Nil):
            self.fail(f"unexpected . after term {quoted(str(term))}")
        return Chain(token.position, term, tuple(names))

    def _term(self) -> Operand | None:
        token = self.peek_solid()
        if token.kind not in _OPERANDS and not self.is_keyword(token, "nil"):
            return None
        self.take()
        position, text = token.position, token.text
        match token.kind:
            case Kind.IDENTIFIER:
                return self._function(token)
            case Kind.VARIABLE:
                return self._variable(token)
            case Kind.LEFT_PAREN:
                self.deeper()
                pipe = self.pipe("parenthesized pipeline", Kind.RIGHT_PAREN)
                self.depth -= 1
                return pipe
            case Kind.FIELD:
                return Field(position, (text[1:],))
            case Kind.DOT:
                return Dot(position)
            case Kind.KEYWORD:
                return Nil(position)
        return self._constant(token)

    def _function(self, token: Token) -> Function:
        if token.text not in self._functions:
            self.fail(f"function {quoted(token.text)} not defined")
        return Function(token.position, token.text)

    def _variable(self, token: Token) -> Variable:
        if token.text not in self.variables:
            self.fail(f"undefined variable {quoted(token.text)}")
        return Variable(token.position, token.text, ())

    def _constant(self, token: Token) -> Literal:
        try:
            value = _constant_value(token)
        except ValueError as problem:
            self.fail(str(problem))
        return Literal(token.position, value, token.text)


def _constant_value(token: Token) -> str | int | float | bool:
    match token.kind:
        case Kind.STRING:
            return unquote(token.text)
        case Kind.CHARACTER:
            return character(token.text)
        case Kind.BOOL:
            return token.text == "true"
    return number(token.text)
