"""The cut that ends the prompt of a template without `.Messages`.

Everything behind the first `.Response` goes, so that the text ends where the model is to
go on. Ollama walks bodies and the operands of printed pipes, not conditions.
"""

from __future__ import annotations

from dataclasses import replace

from gui.engine.templates.errors import TemplateError
from gui.engine.templates.nodes import (
    Action,
    Block,
    Branch,
    Command,
    Field,
    Operand,
    Pipe,
    Statement,
)


def cut(block: Block) -> Block:
    """`block` up to its first `.Response`.

    Raises TemplateError when that stands in a branch with an `else`; there Ollama panics.
    """
    return _Cutter().block(block)


class _Cutter:
    def __init__(self) -> None:
        self._done = False

    def block(self, block: Block) -> Block:
        kept = []
        for node in block.nodes:
            if self._done:
                break
            left = self._statement(node)
            if left is not None:
                kept.append(left)
        return replace(block, nodes=tuple(kept))

    def _statement(self, node: Statement) -> Statement | None:
        match node:
            case Branch():
                return self._branch(node)
            case Action():
                pipe = self._pipe(node.pipe)
                return None if pipe is None else replace(node, pipe=pipe)
        return node

    def _branch(self, node: Branch) -> Branch:
        body = self.block(node.body)
        if node.otherwise is None:
            return replace(node, body=body)
        if self._done:
            raise TemplateError("template: .Response stands in a branch that has an else")
        return replace(node, body=body, otherwise=self.block(node.otherwise))

    def _pipe(self, pipe: Pipe) -> Pipe | None:
        """None when a whole command of the pipe is behind the cut."""
        commands = []
        for command in pipe.commands:
            left = self._command(command)
            if left is None:
                return None
            commands.append(left)
        return replace(pipe, commands=tuple(commands))

    def _command(self, command: Command) -> Command | None:
        kept: list[Operand] = []
        for operand in command.operands:
            if self._done:
                break
            left = self._pipe(operand) if isinstance(operand, Pipe) else operand
            if isinstance(operand, Field) and "Response" in operand.names:
                self._done = True
            if left is not None:
                kept.append(left)
        return replace(command, operands=tuple(kept)) if kept else None
