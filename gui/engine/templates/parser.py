"""Tokens put together into nodes, with the refusals of Go's `text/template`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gui.engine.templates.lexer import Kind, Token
from gui.engine.templates.nodes import (
    Action,
    Block,
    Branch,
    Invocation,
    Jump,
    Statement,
    Text,
)
from gui.engine.templates.pipes import PipeParser
from gui.engine.templates.values import quoted


@dataclass(frozen=True, slots=True)
class _Mark:
    """`{{else}}` or `{{end}}`, where a block ended."""

    keyword: str

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


def parse(text: str, functions: Collection[str]) -> Mapping[str, Block]:
    """The template under the name "" and those it defines; raises TemplateError."""
    return _Parser(text, functions).parse()


class _Parser(PipeParser):
    def __init__(self, text: str, functions: Collection[str]) -> None:
        super().__init__(text, functions)
        self._ranges = 0
        self._blocks: dict[str, Block] = {}

    def parse(self) -> Mapping[str, Block]:
        nodes: list[Statement] = []
        while self.peek().kind is not Kind.END:
            if self._at_definition():
                self._definition()
                continue
            node = self._statement()
            if isinstance(node, _Mark):
                self.fail(f"unexpected {node}")
            nodes.append(node)
        self._add("", Block(0, tuple(nodes)))
        return self._blocks

    def _at_definition(self) -> bool:
        if self.peek().kind is not Kind.OPEN:
            return False
        ahead = 1
        while self.peek(ahead).kind is Kind.SPACE:
            ahead += 1
        return self.is_keyword(self.peek(ahead), "define")

    def _definition(self) -> None:
        self.take()
        self.take_solid()
        name = self._name("define clause")
        self.expect(Kind.CLOSE, "define clause")
        self._named_block(name, "define clause")

    def _named_block(self, name: str, context: str) -> None:
        """The body of a template with variables of its own."""
        outer = self.variables, self._ranges, self.action_start
        self.variables, self._ranges, self.action_start = ["$"], 0, -1
        body, mark = self._body()
        if mark.keyword != "end":
            self.fail(f"unexpected {mark} in {context}")
        self._add(name, body)
        self.variables, self._ranges, self.action_start = outer

    def _add(self, name: str, block: Block) -> None:
        known = self._blocks.get(name)
        if known is None or _is_blank(known):
            self._blocks[name] = block
        elif not _is_blank(block):
            self.fail(f"template: multiple definition of template {quoted(name)}")

    def _name(self, context: str) -> str:
        token = self.take_solid()
        if token.kind is not Kind.STRING:
            self.unexpected(token, context)
        return self.unquoted(token)

    def _body(self) -> tuple[Block, _Mark]:
        self.deeper()
        position = self.peek_solid().position
        nodes: list[Statement] = []
        while True:
            if self.peek_solid().kind is Kind.END:
                self.fail("unexpected EOF")
            node = self._statement()
            if isinstance(node, _Mark):
                self.depth -= 1
                return Block(position, tuple(nodes)), node
            nodes.append(node)

    def _statement(self) -> Statement | _Mark:
        token = self.take_solid()
        if token.kind is Kind.TEXT:
            return Text(token.position, token.text)
        if token.kind is not Kind.OPEN:
            self.unexpected(token, "input")
        self.action_start = token.position
        node = self._action()
        self.action_start = -1
        return node

    def _action(self) -> Statement | _Mark:
        token = self.peek_solid()
        if token.kind is not Kind.KEYWORD or token.text in ("nil", "define"):
            return Action(token.position, self.pipe("command", Kind.CLOSE))
        self.take()
        match token.text:
            case "if" | "with" | "range":
                return self._branch(token.text)
            case "else":
                return self._else()
            case "end":
                self.expect(Kind.CLOSE, "end")
                return _Mark("end")
            case "break" | "continue":
                return self._jump(token)
        return self._invocation(token)

    def _else(self) -> _Mark:
        if not self.is_keyword(self.peek_solid(), "if", "with"):
            self.expect(Kind.CLOSE, "else")
        return _Mark("else")

    def _jump(self, token: Token) -> Jump:
        self.expect(Kind.CLOSE, f"{{{{{token.text}}}}}")
        if not self._ranges:
            self.fail(f"{{{{{token.text}}}}} outside {{{{range}}}}")
        return Jump(token.position, token.text)

    def _invocation(self, keyword: Token) -> Invocation:
        context = f"{keyword.text} clause"
        position = self.peek_solid().position
        name = self._name(context)
        if keyword.text == "block":
            pipe = self.pipe(context, Kind.CLOSE)
            self._named_block(name, context)
            return Invocation(position, name, pipe)
        if self.peek_solid().kind is Kind.CLOSE:
            self.take()
            return Invocation(position, name, None)
        return Invocation(position, name, self.pipe(context, Kind.CLOSE))

    def _branch(self, keyword: str) -> Branch:
        known = len(self.variables)
        pipe = self.pipe(keyword, Kind.CLOSE)
        self._ranges += keyword == "range"
        body, mark = self._body()
        self._ranges -= keyword == "range"
        otherwise = self._otherwise(keyword) if mark.keyword == "else" else None
        del self.variables[known:]
        return Branch(pipe.position, keyword, pipe, body, otherwise)

    def _otherwise(self, keyword: str) -> Block:
        token = self.peek()
        if keyword != "range" and self.is_keyword(token, keyword):
            self.take()
            self.deeper()
            branch = self._branch(keyword)
            self.depth -= 1
            return Block(token.position, (branch,))
        block, mark = self._body()
        if mark.keyword != "end":
            self.fail(f"expected end; found {mark}")
        return block


def _is_blank(block: Block) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in block.nodes)
